#!/bin/bash
# How long pages take and how large they are: one from a result of more than 10^6 turns, and one
# comparison of 20 variants. Prints figures against goals and judges nothing: machines differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seatrial=.build/release/seatrial
work=.build/bench-pages
rm -rf "$work"
mkdir -p "$work"
cp -r scenarios/profiles "$work/"

# The median of five, in seconds.
seconds() {
  for _ in 1 2 3 4 5; do
    local start=$EPOCHREALTIME
    "$@" >/dev/null || (( $? == 3 ))
    local end=$EPOCHREALTIME
    echo "$(( ${end/./} - ${start/./} ))"
  done | sort -n | sed -n 3p | awk '{ printf "%.3f", $1 / 1e6 }'
}

turns() {
  python3 -c 'import json, sys
print(sum(int(v["metrics"]["turns.completed"]["value"]) for v in json.load(open(sys.argv[1]))["variants"]))' "$1"
}

echo "simulating (a few seconds)"
"$seatrial" simulate scenarios/three-patterns.yaml --quiet --replications 12 \
  --set workload.phases.measure=30m --out "$work/million" >/dev/null || true
sed 's/limit: \[.*\]/limit: [20,30,40,50,60,70,80,90,100,110,120,130,140,150,160,170,180,190,200]/' \
  scenarios/session-limit.yaml >"$work/twenty.yaml"
"$seatrial" simulate "$work/twenty.yaml" --quiet --out "$work/twenty" >/dev/null || true

page=$(seconds "$seatrial" report "$work/million" --quiet --out "$work/million.html")
compared=$(seconds "$seatrial" compare "$work/twenty" --quiet --page "$work/twenty.html")
printf '%-44s %12s %12s\n' "" goal measured
printf '%-44s %12s %12s\n' "page of $(turns "$work/million/result.json") turns" "<= 1 s" "$page s"
printf '%-44s %12s %12s\n' "  its size" "<= 2 MB" "$(( $(stat -c %s "$work/million.html") / 1000 )) kB"
printf '%-44s %12s %12s\n' "comparison of 20 variants" "<= 3 s" "$compared s"
printf '%-44s %12s %12s\n' "  its size" "<= 2 MB" "$(( $(stat -c %s "$work/twenty.html") / 1000 )) kB"
