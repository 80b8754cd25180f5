#!/bin/sh
# Every source or folder that README.md and docs/ name in backticks is there. usage: paths.sh ROOT
set -eu
cd "$1"
tick='`'
folders='app|base|bench|correlate|docs|escalate|etc|fixtures|ingest|parsers|store|tests|tools'
bad=0
for page in README.md docs/*.md; do
    for path in $(grep -oE "$tick($folders)/[A-Za-z0-9_/-]*([.][a-z]+|/)$tick" "$page" | tr -d "$tick" | sort -u); do
        [ -e "$path" ] || {
            echo "$page names $path, which is not there" >&2
            bad=1
        }
    done
done
exit $bad
