#!/bin/bash
# `make run`: one scenario simulated and driven live on mock processes, and one page of both.
# It ends well when both runs were made and reported: what a scenario expects and misses is said,
# and is no failure of this command. Scripts that must fail on a miss call seatrial itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seatrial=.build/release/seatrial
scenario="$1"
name="$(basename "${scenario%.*}")"
out="${OUT:-results/$name-$(date -u +%Y-%m-%dT%H%M%SZ)-$$}"
flags=()
[[ -n "${SEED:-}" ]] && flags+=(--seed "$SEED")
[[ -n "${SET:-}" ]] && flags+=(--set "$SET")

source Tests/Setup/made.sh

echo "1 of 3: simulating $scenario"
made "$seatrial" simulate "$scenario" "${flags[@]}" --out "$out/simulated" --quiet >/dev/null
echo "2 of 3: driving the same on mock processes (first-run takes a minute and a half)"
made "$seatrial" run "$scenario" "${flags[@]}" --out "$out/live" >/dev/null
echo "3 of 3: holding the live run against the simulation"
echo
compared "$seatrial" compare "$out/simulated" "$out/live" --force --page "$out/report.html"
echo
echo "open this page in a browser:"
echo "$out/report.html"
