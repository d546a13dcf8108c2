#!/bin/bash
# `make test-browser`: installs what is missing, makes results and pages with the program as it is
# built, and has a real browser look at them. Screenshots stay in .build/browser/screenshots.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seatrial="${SEATRIAL:-.build/release/seatrial}"
work=.build/browser
venv=.build/browser-venv

if ! command -v chromium >/dev/null; then
  if (( EUID != 0 )); then
    echo "test-browser: Chromium is missing and only root can install it. Run:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium" >&2
    exit 1
  fi
  echo "installing chromium (130 MB)"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi

if [[ ! "$venv/ready" -nt Tests/Browser/requirements.txt ]]; then
  echo "making a Python environment in $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r Tests/Browser/requirements.txt
  touch "$venv/ready"
fi

echo "making results and pages in $work"
rm -rf "$work"
mkdir -p "$work/screenshots"
# An expectation that is missed, or a run that says nothing, is what some of these are for.
simulate() { "$seatrial" simulate "$@" --quiet >"$work/log" 2>&1 || (( $? == 99 || $? == 4 )); }
simulate scenarios/three-patterns.yaml --out "$work/patterns"
simulate scenarios/three-patterns.yaml --seed 8 --out "$work/patterns-8"
simulate scenarios/session-limit.yaml --out "$work/sweep"
simulate scenarios/lose-a-server.yaml --out "$work/lost"
simulate scenarios/three-patterns.yaml --variant base --out "$work/one"
simulate scenarios/three-patterns.yaml --replications 1 --set workload.phases.warm-up=1s \
  --set workload.phases.measure=1s --out "$work/second"
simulate scenarios/three-patterns.yaml --set model.failures.share=100% --out "$work/failed"
simulate scenarios/lock-contention.yaml --set 'expect=[turn.response.p95 < 1ms, turns.failed == 0]' \
  --out "$work/missed"
sed 's/limit: \[.*\]/limit: [20,30,40,50,60,70,80,90,100,110,120,130,140,150,160,170,180,190,200]/
  s/measure: 20m/measure: 5m/' scenarios/session-limit.yaml >"$work/twenty.yaml"
cp -r scenarios/profiles "$work/"
simulate "$work/twenty.yaml" --out "$work/twenty"
# Live on mock processes: two variants of five seconds, beside their simulation.
live=(scenarios/first-run.yaml --variant base --variant collaborative
  --set workload.phases.warm-up=1s --set workload.phases.measure=5s)
simulate "${live[@]}" --out "$work/model"
"$seatrial" run "${live[@]}" --quiet --out "$work/live" >"$work/log" 2>&1 || (( $? == 99 || $? == 4 ))
"$seatrial" compare "$work/model" "$work/live" --quiet --force --page "$work/predicted.html" \
  || (( $? == 3 ))
"$seatrial" plan scenarios/how-many-servers.yaml --users 60,120 --quiet --out "$work/plan" \
  --set 'plan.routing=[rendezvous, sticky-modulo]' \
  >"$work/log" 2>&1 || (( $? == 99 || $? == 4 ))
python3 Tests/Browser/hostile.py "$work/patterns/result.json" "$work/hostile/result.json"
"$seatrial" report "$work/hostile" --quiet
"$seatrial" compare "$work/patterns" "$work/patterns-8" --quiet --page "$work/compared.html" \
  || (( $? == 3 ))
for format in openmetrics junit markdown github csv csv-series hdr; do
  for name in patterns hostile failed missed live; do
    "$seatrial" report "$work/$name" --format "$format" --out "$work/$name/report.$format" --quiet
  done
done

"$venv/bin/python" Tests/Browser/check_formats.py "$work"
"$venv/bin/python" Tests/Browser/check_pages.py "$work"
echo "screenshots: $work/screenshots"
