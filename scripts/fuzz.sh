#!/usr/bin/env bash
# Runs every target of fuzz/ for FUZZ_SECONDS each (default 10). Works on the stable compiler: coverage
# instrumentation through RUSTC_BOOTSTRAP, no sanitizer (the workspace forbids unsafe code: what is looked
# for are panics, endless loops and memory without bound).
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
seconds="${FUZZ_SECONDS:-10}"
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$CACHE/fuzz"
log="$CACHE/fuzz.log"
passed=0 failed=0
stage "fuzz targets built" cargo fuzz build --sanitizer none
for target in $(cargo fuzz list); do
  mkdir -p "$CACHE/corpus/$target"
  seeds=()
  [ -d "fuzz/seeds/$target" ] && seeds=("fuzz/seeds/$target")
  if cargo fuzz run --sanitizer none "$target" "$CACHE/corpus/$target" "${seeds[@]}" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  else
    failed=$((failed + 1))
    tail -n 60 "$log"
    echo "fuzz target $target FAILED"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
