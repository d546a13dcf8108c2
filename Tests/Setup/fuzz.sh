#!/bin/bash
# libFuzzer, with the address sanitizer, over everything that takes apart a stranger's bytes: so many
# seconds a target, from the corpus that is checked in. What it finds stays in .build/fuzz/found and
# is named; put it into Tests/FuzzingTests/Corpus with the mend. `fuzz.sh SECONDS keep` adds the
# smallest inputs that reach something new to the corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-30}
keep=${2:-}
corpus=Tests/FuzzingTests/Corpus
build=.build/fuzz
# Small inputs find as much here, and the corpus stays small.
longest=2048

# The backtracer can hold the pipe for minutes after a crash.
export SWIFT_BACKTRACE=enable=no SEATRIAL_FUZZ=1
export ASAN_OPTIONS=detect_leaks=0
# The compiler takes the last -sanitize it is given, so both are named in one.
echo "building the fuzzer (the first time takes some minutes)"
swift build -c release --product fuzz --scratch-path "$build" --sanitize=fuzzer \
  -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address 2>&1 |
  grep -v 'Cannot export local symbol' || [[ ${PIPESTATUS[0]} == 0 ]]

mkdir -p "$build/found"
for target in frames json sessions http; do
  work="$build/corpus-$target"
  mkdir -p "$work"
  echo "$target, for $seconds s"
  if ! FUZZ_TARGET=$target timeout $((seconds + 60)) "$build/release/fuzz" "$work" "$corpus/$target" \
    -max_total_time="$seconds" -max_len=$longest -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$build/found/$target-" -print_final_stats=1 >"$work.log" 2>&1; then
    tail -n 25 "$work.log" >&2
    echo "fuzz: $target does not hold; the input is in $build/found" >&2
    exit 1
  fi
  grep -E 'number_of_executed_units|new_units_added' "$work.log" | sed 's/^stat::/  /'
  if [[ $keep == keep ]]; then
    FUZZ_TARGET=$target "$build/release/fuzz" -merge=1 -max_len=$longest "$corpus/$target" "$work" \
      >"$work.log" 2>&1
  fi
done
