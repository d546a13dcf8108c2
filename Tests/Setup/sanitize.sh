#!/bin/bash
# The quick suites under the address sanitizer, and those with threads under the thread sanitizer,
# each in a build folder of its own. Unoptimised on purpose: the optimiser can remove the very race
# that one looks for. The oracles run millions of turns and are left out: they would take hours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# A crash must end the test, not wait for the backtracer, which can hold the pipe for minutes.
export SWIFT_BACKTRACE=enable=no
# What the runtime and the test library keep to the end is none of ours.
export ASAN_OPTIONS=detect_leaks=0

# jemalloc brings C++'s operator new along and the sanitizer free: with libstdc++ first in line both
# come from the sanitizer. jemalloc then has nothing to report, so its own test is left out.
standard_library="$(ldconfig -p | awk '/libstdc\+\+\.so\.6 / { print $NF; exit }')"

check() {
  local sanitizer="$1"
  shift
  local options=(--scratch-path ".build/$sanitizer" "--sanitize=$sanitizer")
  echo "building the tests for the $sanitizer sanitizer (some minutes)"
  swift build --build-tests "${options[@]}"
  echo "running the quick tests under the $sanitizer sanitizer"
  LD_PRELOAD="$standard_library" swift test --skip-build --disable-xctest "${options[@]}" \
    --skip allocator "$@"
}

check address --skip Oracle --skip SimulationTests --skip MutationTests --skip EndToEndTests \
  --skip TidyTests
# Threads exist in LinuxIO alone; everything else is values that one thread owns.
check thread --filter LinuxIOTests
