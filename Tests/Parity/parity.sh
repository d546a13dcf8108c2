#!/bin/bash
# A million inputs of a live run, fed to fresh machines: every decision has to be the same. The run
# is of real mock processes; its figures are of no interest here, only that it happened. What is
# left at the end: nothing, or the recording if it was not what it should be.
set -euo pipefail
program="$1"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Expectations, doubts about the figures and the like are other tests' business: 0, 4 and 99 will do.
code=0
"$program" run Tests/Parity/parity.yaml --record "$folder/recording" --out "$folder/result" \
  --json > "$folder/run.json" || code=$?
case "$code" in
  0 | 4 | 99) ;;
  *) echo "parity: the run itself failed with code $code" >&2; exit 1 ;;
esac

code=0
"$program" replay "$folder/recording" || code=$?
if [ "$code" != 0 ]; then
  mkdir -p results
  mv "$folder/recording" results/parity.recording
  echo "parity: the replay ended with code $code; see results/parity.recording" >&2
  exit 1
fi
inputs="$("$program" replay "$folder/recording" --json | grep -o '"inputs": *[0-9]*' | grep -o '[0-9]*$')"
if [ "$inputs" -lt 1000000 ]; then
  echo "parity: $inputs inputs are no million: the machine is too slow, or busy" >&2
  exit 1
fi
echo "parity: $inputs inputs, $(du -h "$folder/recording" | cut -f 1) of recording, no difference"
