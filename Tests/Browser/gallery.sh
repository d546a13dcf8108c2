#!/bin/bash
# Makes docs/gallery anew: pages of scenarios from the library with the program as it is built, and
# pictures of their tops for the README. Simulated figures repeat exactly; dates and costs do not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seatrial=.build/release/seatrial
work=.build/gallery
venv=.build/browser-venv
if [[ ! -e "$venv/ready" ]]; then
  echo "gallery: make test-browser sets up the browser first" >&2
  exit 1
fi
rm -rf "$work"
mkdir -p "$work" docs/gallery
for name in three-patterns session-limit lose-a-server; do
  echo "$name"
  "$seatrial" simulate "scenarios/$name.yaml" --quiet --out "$work/$name" >/dev/null || (( $? == 99 ))
  cp "$work/$name/report.html" "docs/gallery/$name.html"
done
echo "a fleet with three servers instead of four, against the three patterns"
"$seatrial" simulate scenarios/three-patterns.yaml --set fleet.servers=3 --quiet \
  --out "$work/three-servers" >/dev/null
"$seatrial" compare "$work/three-patterns:base" "$work/three-servers:base" --force --quiet \
  --page docs/gallery/one-server-less.html || (( $? == 3 ))
"$venv/bin/python" Tests/Browser/gallery.py docs/gallery
ls -l docs/gallery
