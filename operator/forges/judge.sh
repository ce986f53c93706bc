#!/usr/bin/env bash
# Judge a change of the integrations, on any forge: judge.sh BASE OUT [FORMAT]
# BASE is the revision it is compared with; OUT an empty folder outside of the proposal, for `report` and `preview.md`; FORMAT
# is one of `sluse check --output`. The report is printed too. Ends as `sluse check` does: 0 fine, 1 errors, 2 it could not be done.
set -euo pipefail

# A function, read whole before it runs, and files in a folder of the caller's: what is judged must not write its judge.
main() {
  local base=$1 out=$2 format=${3:-text} verdict=0 told=0
  sluse check --base "$base" --output "$format" >"$out/report" || verdict=$?
  cat "$out/report"
  sluse preview --base "$base" --output markdown >"$out/preview.md" || told=$?
  exit $((told > verdict ? told : verdict))
}

main "$@"
