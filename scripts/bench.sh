#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
scripts/setup.sh test
stage "web app" npm --prefix web run --silent build
stage "binary" cargo build --release --locked -p cloud-analyzer
CLOUD_ANALYZER_BIN="$BIN" exec "$ORACLE/bin/python" bench/run.py "$@"
