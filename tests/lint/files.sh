#!/bin/sh
# Our C files: none longer than it should be, all laid out by clang-format. usage: files.sh length|format ROOT
set -eu
what=$1
root=$2
longest=600

sources() {
    find "$root" \( -name build -o -name .git \) -prune -o -name '*.[ch]' -print
}

case $what in
length)
    sources | xargs wc -l | awk -v most=$longest '
        $2 != "total" && $1 > most { print $2 " has " $1 " lines; split it, " most " are the most"; bad = 1 }
        END { exit bad }' >&2
    ;;
format)
    format=$(command -v clang-format-14 || command -v clang-format) || {
        echo "clang-format is not installed" >&2
        exit 77
    }
    sources | xargs "$format" --style=file --dry-run -Werror
    ;;
esac
