#!/bin/bash
# The quick suites under the address sanitizer, then under the thread sanitizer, each in a build
# folder of its own. Unoptimised on purpose: the optimiser can remove the very race that one looks
# for. The oracles run millions of turns and are left out: at this speed they would take hours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# A crash must end the test, not wait for the backtracer, which can hold the pipe for minutes.
export SWIFT_BACKTRACE=enable=no
# What the runtime and the test library keep to the end is none of ours.
export ASAN_OPTIONS=detect_leaks=0

# jemalloc brings C++'s operator new along and the sanitizer free: with libstdc++ first in line both
# come from the sanitizer. jemalloc then has nothing to report, so its own test is left out.
standard_library="$(ldconfig -p | awk '/libstdc\+\+\.so\.6 / { print $NF; exit }')"
slow_or_blind=(Oracle SimulationTests MutationTests EndToEndTests TidyTests allocator)

skipped=()
for suite in "${slow_or_blind[@]}"; do skipped+=(--skip "$suite"); done

for sanitizer in address thread; do
  options=(--scratch-path ".build/$sanitizer" "--sanitize=$sanitizer")
  echo "building the tests for the $sanitizer sanitizer (some minutes)"
  swift build --build-tests "${options[@]}"
  echo "running the quick tests under the $sanitizer sanitizer"
  LD_PRELOAD="$standard_library" swift test --skip-build --disable-xctest "${options[@]}" \
    "${skipped[@]}"
done
