#!/usr/bin/env bash
# Runs every target of fuzz/ for FUZZ_SECONDS each (default 10), FUZZ_JOBS of them at a time (default 2): first all inputs
# that are known (seeds, and what earlier runs found), then new ones. Works on the stable compiler: coverage
# instrumentation through RUSTC_BOOTSTRAP, no sanitizer (the workspace forbids unsafe code: what is looked
# for are panics, endless loops and memory without bound).
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$CACHE/fuzz"
export FUZZ_SECONDS="${FUZZ_SECONDS:-10}" CACHE
logs="$CACHE/logs/fuzz"
rm -rf "$logs"
mkdir -p "$logs"
[ "${1:-}" = --run ] || stage "fuzz targets built" cargo fuzz build --sanitizer none
[ "${1:-}" != --build ] || exit 0
host="$(rustc -vV | sed -n 's/^host: //p')"

one() { # PROGRAM LOG: the program itself, `cargo fuzz run` would look each time whether it is built
  local target="${1##*/}" artifacts known
  artifacts="fuzz/artifacts/$target/"
  known=("$CACHE/corpus/$target")
  mkdir -p "${known[0]}" "$artifacts"
  [ -d "fuzz/seeds/$target" ] && known+=("fuzz/seeds/$target")
  if "$1" -artifact_prefix="$artifacts" "${known[@]}" \
    -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 >"$2" 2>&1; then
    rmdir --ignore-fail-on-non-empty "$artifacts"
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$2") inputs"
  else
    tail -n 60 "$2"
    echo "fuzz target $target FAILED"
  fi
}
export -f one

targets="$(cargo fuzz list)"
for target in $targets; do
  echo "$CARGO_TARGET_DIR/$host/release/$target $logs/$target.log"
done | xargs -P "${FUZZ_JOBS:-2}" -L 1 bash -c 'one "$@"' one | tee "$logs/all.log"
passed="$(grep -c '^[a-z_0-9]*: [0-9]* inputs$' "$logs/all.log" || true)"
# Also what ended without a word.
failed=$(($(wc -w <<<"$targets") - passed))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
