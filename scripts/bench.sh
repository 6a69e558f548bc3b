#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
scripts/setup.sh test
stage "web app" npm --prefix web run --silent build
stage "binary" cargo build --release --locked -p cloud-analyzer
export CLOUD_ANALYZER_BIN="$BIN"
"$ORACLE/bin/python" bench/run.py "$@"
"$ORACLE/bin/python" bench/page.py
exec "$CACHE/venv-ministack/bin/python" bench/connection.py
