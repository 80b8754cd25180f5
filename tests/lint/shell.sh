#!/bin/sh
# Every shell script of the tree passes shellcheck. usage: shell.sh ROOT
set -eu
cd "$1"
command -v shellcheck >/dev/null || {
    echo "shellcheck is not installed" >&2
    exit 77
}
find . \( -name build -o -name .git \) -prune -o -type f -print | while read -r file; do
    if head -c 64 "$file" | head -n 1 | grep -aqE '^#( shellcheck shell=|!/bin/(ba)?sh)'; then
        echo "$file"
    fi
done | xargs shellcheck
