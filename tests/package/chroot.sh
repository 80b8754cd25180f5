#!/bin/sh
# Installs the Debian package for real: in a minimal Debian 12 made on the spot, booted with its own systemd, and there
# upgraded, reloaded, killed, removed and purged. Needs root, mmdebstrap, systemd-container, and a mirror (this machine's
# own apt sources). Takes some minutes; run by hand.
#
# usage: tests/package/chroot.sh BUILD [WORK [OLD.deb]]    BUILD: a release build; WORK: where the root is kept for the
#        next time; OLD.deb: the package of an older version, to upgrade from. Without one, this version under a lower
#        number stands for it, so that only the packaging is tried, and not what becomes of an older store.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: chroot.sh BUILD [WORK]}" && pwd)
work=${2:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work/deb"

version=$(sed -n 's/^set(CPACK_PACKAGE_VERSION "\(.*\)")$/\1/p' "$build/CPackConfig.cmake")
package() { # VERSION
    cpack -G DEB -B "$work/deb" --config "$build/CPackConfig.cmake" -D "CPACK_PACKAGE_VERSION=$1" >/dev/null
    echo "$work/deb/abusedesk_$1_"*.deb
}
new=$(package "$version")
old=${3:-$(package 0.0.1)}
dpkg --compare-versions "$(dpkg-deb -f "$old" Version)" lt "$version" || {
    echo "$old is not older than $version" >&2
    exit 2
}

if [ ! -e "$work/base/etc/debian_version" ]; then
    # shellcheck disable=SC2046 # one argument for each file
    mmdebstrap --variant=minbase --include=systemd,systemd-sysv,dbus,man-db bookworm "$work/base" \
        $(find /etc/apt/sources.list /etc/apt/sources.list.d -name '*.list' -size +0 -o -name '*.sources' | grep -i debian)
fi
rm -rf "$work/root"
cp -a "$work/base" "$work/root"
mkdir -p "$work/root/opt/check"
cp "$old" "$work/root/opt/check/old.deb"
cp "$new" "$work/root/opt/check/new.deb"
cp -r "$here/inside.sh" "$here/../../fixtures/story" "$work/root/opt/check/"
cat >"$work/root/etc/systemd/system/check.service" <<'UNIT'
[Unit]
Description=What is checked inside
After=basic.target dbus.service

[Service]
Type=oneshot
ExecStart=/bin/sh /opt/check/inside.sh
ExecStopPost=/bin/systemctl poweroff --no-block
StandardOutput=append:/opt/check/log
StandardError=append:/opt/check/log
TimeoutStartSec=15min

[Install]
WantedBy=multi-user.target
UNIT
mkdir -p "$work/root/etc/systemd/system/multi-user.target.wants"
ln -sf ../check.service "$work/root/etc/systemd/system/multi-user.target.wants/check.service"

timeout 1000 systemd-nspawn -q -D "$work/root" --register=no --keep-unit --resolv-conf=copy-host --console=pipe --boot \
    </dev/null >"$work/console" 2>&1 || true
cat "$work/root/opt/check/log"
grep -q '^all is well$' "$work/root/opt/check/log"
