#!/bin/bash
# `make real`: a small scenario simulated, driven on two real CLIs, and both held against each other.
# Usage: real.sh SEATRIAL COPILOT
#
# It ends well when both runs were made and compared: what the scenario expects and misses, and how
# far the two are apart, is what it is there to say. Where one can be made it runs in a network
# namespace that has nothing but loopback, so that "offline" is a fact and not a setting.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program="$1"
cli="$2"

if [[ -z "${SEATRIAL_ISOLATED:-}" ]]; then
  export SEATRIAL_ISOLATED=no
  if command -v ip >/dev/null && unshare -rn ip link set lo up 2>/dev/null; then
    export SEATRIAL_ISOLATED=yes
    exec unshare -rn bash -c 'ip link set lo up && exec bash "$@"' real.sh "$0" "$@"
  fi
fi
if [[ "$SEATRIAL_ISOLATED" == yes ]]; then
  echo "in a network namespace of its own, with loopback alone"
elif ! command -v ip >/dev/null; then
  echo "in this machine's network, as iproute2 is missing (make setup); offline by setting"
else
  echo "in this machine's network: no namespace can be made (seatrial doctor); offline by setting"
fi

# The real CLI unpacks 173 MB into HOME when it starts for the first time there.
mkdir -p .build/conformance-user
export HOME="$PWD/.build/conformance-user"
rm -rf results/real
mkdir -p results/real

source Tests/Setup/made.sh
made "$program" simulate scenarios/real-cli.yaml --out results/real/simulated --quiet >/dev/null
made "$program" run scenarios/real-cli.yaml --out results/real/live --set "fleet.binary=$cli"
compared "$program" compare results/real/simulated results/real/live \
  --page results/real/compare.html --force
