#!/bin/bash
# The quick suites under the address sanitizer, then under the thread sanitizer, each in a build
# folder of its own. Unoptimised on purpose: the optimiser can remove the very race that one looks
# for. The oracles run millions of turns and are left out: at this speed they would take hours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# A crash must end the test, not wait for the backtracer, which can hold the pipe for minutes.
export SWIFT_BACKTRACE=enable=no

for sanitizer in address thread; do
  echo "building and running the quick tests under the $sanitizer sanitizer (some minutes)"
  swift test --scratch-path ".build/$sanitizer" --sanitize="$sanitizer" --disable-xctest \
    --skip Oracle --skip SimulationTests --skip MutationTests
done
