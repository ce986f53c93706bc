#!/usr/bin/env bash
# Judge a change of the integrations, on any forge: judge.sh BASE [FORMAT [REPORT]]
# BASE is the revision it is compared with; FORMAT is one of `sluse check --output`; REPORT is where that goes, else stdout.
# Leaves preview.md, for a comment. Ends as `sluse check` does: 0 fine, 1 errors in the files, 2 it could not be done.
set -euo pipefail

base=$1
format=${2:-text}
report=${3:-/dev/stdout}

verdict=0 told=0
sluse check --output "$format" >"$report" || verdict=$?
sluse preview --base "$base" --output markdown >preview.md || told=$?
exit $((told > verdict ? told : verdict))
