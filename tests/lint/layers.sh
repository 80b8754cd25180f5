#!/bin/sh
# Who may include whom. usage: layers.sh ROOT | layers.sh --self-test
# Stages (ingest, parsers, correlate, escalate) never include each other; app joins them.
set -eu

allowed() {
    case $1 in
    base) echo base ;;
    store) echo base store ;;
    net) echo base net ;;
    parsers) echo base parsers ;;
    ingest) echo base net ingest ;;
    correlate) echo base store correlate ;;
    escalate) echo base store net escalate ;;
    app) echo base store net parsers ingest correlate escalate app ;;
    esac
}

# Prints each violation as file:line: what; fails when there is one.
check() {
    root=$1
    found=0
    for folder in base store net parsers ingest correlate escalate app; do
        [ -d "$root/$folder" ] || continue
        may=$(allowed $folder | tr ' ' '|')
        if grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$root/$folder" |
            grep -vE "include[[:space:]]*\"($may)/"; then
            echo "$folder may include only: $(allowed $folder)" >&2
            found=1
        fi
    done
    if grep -rnE --include='*.[ch]' '#[[:space:]]*include[[:space:]]*<lmdb\.h>' "$root" --exclude-dir=build |
        grep -v "^$root/store/txn[a-z-]*\.[ch]:"; then
        echo "lmdb.h belongs to store/txn*.c alone" >&2
        found=1
    fi
    return $found
}

# Every rule has to catch what is planted against it, and let pass what is right.
self_test() {
    house=$(mktemp -d)
    trap 'rm -rf "$house"' EXIT
    plant() { # plant FILE INCLUDE pass|fail
        mkdir -p "$house/$(dirname "$1")"
        echo "#include $2" >"$house/$1"
        got=pass
        check "$house" >/dev/null 2>&1 || got=fail
        rm "$house/$1"
        [ "$got" = "$3" ] || {
            echo "$1 with $2: $got instead of $3" >&2
            exit 1
        }
    }
    plant base/x.c '"base/y.h"' pass
    plant base/x.h '"store/store.h"' fail
    plant store/x.c '"parsers/parser.h"' fail
    plant parsers/x.c '"store/store.h"' fail
    plant ingest/x.c '"parsers/parser.h"' fail
    plant correlate/x.c '"store/store.h"' pass
    plant correlate/deep/x.c '"escalate/ladder.h"' fail
    plant escalate/x.c '"net/loop.h"' pass
    plant escalate/x.c '"correlate/correlate.h"' fail
    plant app/x.c '"parsers/parser.h"' pass
    plant app/x.c '"nearby.h"' fail
    plant app/x.c '<lmdb.h>' fail
    plant store/tables.c '<lmdb.h>' fail
    plant store/txn.c '<lmdb.h>' pass
    plant store/txn-file.h '<lmdb.h>' pass
    echo "every planted violation was found"
}

if [ "${1:-}" = --self-test ]; then
    self_test
else
    check "${1:?usage: layers.sh ROOT | --self-test}"
fi
