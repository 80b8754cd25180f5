#!/bin/sh
# What chroot.sh runs in the booted system: prints what it checked; the last line is "all is well".
set -eu
cd /opt/check
export DEBIAN_FRONTEND=noninteractive

trap '[ $? = 0 ] || journalctl -u abusedesk --no-pager -n 40' EXIT

say() { echo "== $*"; }
is() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || {
        echo "$1: '$2', not '$3'" >&2
        exit 1
    }
}
becomes() { # WHAT WANTED COMMAND...: within 60 s
    what=$1 wanted=$2 i=0
    shift 2
    while [ "$("$@" 2>/dev/null || true)" != "$wanted" ]; do
        i=$((i + 1))
        [ $i -lt 300 ] || is "$what" "$("$@" 2>&1 || true)" "$wanted"
        sleep 0.2
    done
}
property() { systemctl show abusedesk -p "$1" --value; }
messages() { abusedesk metrics | sed -n 's/^abusedesk_messages_total //p'; }
mail() { printf 'From: r@example.com\r\nSubject: %s\r\nMessage-ID: <%s@example.com>\r\n\r\nwords\r\n' "$1" "$1"; }
as_desk() { runuser -u abusedesk -- "$@"; }
conf=/etc/abusedesk/abusedesk.conf

say "install"
apt-get update -qq
apt-get install -y -qq --no-install-recommends ./old.deb >/dev/null
is "user" "$(getent passwd abusedesk | cut -d: -f6,7)" /var/lib/abusedesk:/usr/sbin/nologin
for folder in /var/lib/abusedesk /var/spool/abusedesk /run/abusedesk; do
    is "$folder" "$(stat -c '%U:%G %a' $folder)" "abusedesk:abusedesk 750"
done
is "configuration" "$(dpkg-query -W -f '${Conffiles}\n' abusedesk | cut -d' ' -f2)" $conf
is "not started by itself" "$(property ActiveState)" inactive
abusedesk config check
for page in 'abusedesk.1' 'abusedesk.conf.5'; do
    find /usr/share/man -name "$page*" | grep -q .
done

say "start: Type=notify"
printf '[lmtp local]\nlisten = /run/abusedesk/lmtp\n' >>$conf
systemctl enable --now -q abusedesk
is "state" "$(property ActiveState) $(property SubState)" "active running"
is "says so itself" "$(property Type) $(property StatusText)" "notify Running"
pid=$(property MainPID)
is "user" "$(stat -c %U "/proc/$pid")" abusedesk
is "no privileges" "$(sed -n 's/^\(NoNewPrivs\|Seccomp\|CapEff\|CapBnd\):[[:space:]]*//p' "/proc/$pid/status" | tr '\n' ' ')" \
    "0000000000000000 0000000000000000 1 2 "
is "core dumps" "$(sed -n 's/^Max core file size *\([0-9]*\).*/\1/p' "/proc/$pid/limits")" 0
mail 1 | as_desk abusedesk deliver
becomes "mails" 1 messages
abusedesk inventory import story/inventory.jsonl >/dev/null
awk '/^From / { close(file); file = sprintf("story/%03d.eml", ++count); next } { print > file }' story/story.mbox
for each in story/*.eml; do
    as_desk abusedesk deliver <"$each"
done
kept=$(($(find story -name '*.eml' | wc -l) + 1))
becomes "mails" $kept messages
test -S /run/abusedesk/lmtp
systemd-analyze security abusedesk --no-pager | tail -n 1

say "reload"
sed -i 's/^listen = .*/listen = \/run\/abusedesk\/other/' $conf
systemctl reload abusedesk
becomes "listens" there sh -c 'test -S /run/abusedesk/other && echo there'
is "same process" "$(property MainPID)" "$pid"

say "upgrade"
# Without what is due: nobody's time ran while nothing ran.
cases() { as_desk abusedesk case list --all --json | sed 's/"due": "[^"]*"//'; }
cases >before
test -s before
# A configuration that was changed here and by the new version stays as it is here.
apt-get install -y -qq -o Dpkg::Options::=--force-confold ./new.deb >/dev/null
becomes "state" active property ActiveState
[ "$(property MainPID)" != "$pid" ] || is "restarted" no yes
is "configuration is kept" "$(grep -c /run/abusedesk/other $conf)" 1
becomes "mails are kept" $kept messages
is "cases are kept" "$(cases)" "$(cat before)"
as_desk abusedesk deliver <story/001.eml # known from before
mail 2 | as_desk abusedesk deliver
becomes "mails" $((kept + 2)) messages
is "and no case more" "$(cases)" "$(cat before)"
as_desk abusedesk store check

say "watchdog"
mkdir -p /etc/systemd/system/abusedesk.service.d
printf '[Service]\nWatchdogSec=3s\nRestartSec=1s\n' >/etc/systemd/system/abusedesk.service.d/check.conf
systemctl daemon-reload
systemctl restart abusedesk
sleep 8 # a live one stays
is "restarts" "$(property NRestarts)" 0
kill -STOP "$(property MainPID)"
becomes "restarts" 1 property NRestarts
becomes "state" active property ActiveState
kill -KILL "$(property MainPID)"
becomes "restarts" 2 property NRestarts
becomes "mails" $((kept + 2)) messages

say "a wrong configuration is no reason to start again and again"
cp $conf kept
echo 'nonsense = 1' >>$conf
systemctl restart abusedesk 2>/dev/null && is "starts" yes no
sleep 3
is "state" "$(property ActiveState) $(property ExecMainStatus)" "failed 4"
cp kept $conf
systemctl reset-failed abusedesk
systemctl start abusedesk

say "stop"
systemctl stop abusedesk
is "end" "$(property Result) $(property ExecMainStatus)" "success 0"
systemctl start abusedesk

say "remove, purge"
apt-get remove -y -qq abusedesk >/dev/null
is "stopped" "$(pgrep -c abusedesk || true)" 0
test -e $conf
test ! -e /usr/bin/abusedesk
apt-get purge -y -qq abusedesk >/dev/null
test ! -e $conf
test -d /var/lib/abusedesk # cases and evidence stay
is "package" "$(dpkg-query -W -f '${db:Status-Status}' abusedesk 2>/dev/null || echo gone)" gone
echo "all is well"
