# Sourced by every script: where things are kept and how a stage is timed. Not to be run by itself.
# shellcheck shell=bash
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${CLOUD_ANALYZER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cloud-analyzer}"
# Outside the checkout, so that a second clone on the same machine builds in minutes.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
BIN="$CARGO_TARGET_DIR/release/cloud-analyzer"
TOOLS="$CACHE/venv-tools"
ORACLE="$CACHE/venv-oracle"
export PATH="$TOOLS/bin:$PATH"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}" PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$CACHE"
cd "$ROOT"

# stage NAME COMMAND…: runs the command and says how long it took. No `||` around the command: it would
# switch `set -e` off inside functions.
STAGE=""
trap '[ -z "$STAGE" ] || echo "── $STAGE FAILED" >&2' ERR
set -E
stage() {
  local start=$SECONDS
  STAGE="$1"
  shift
  echo "── $STAGE"
  "$@"
  echo "── $STAGE: $((SECONDS - start)) s"
  STAGE=""
}
