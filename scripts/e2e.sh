#!/usr/bin/env bash
# Builds the product and runs every browser test against it.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
python3 scripts/test.py --only setup,web-build,build
CLOUD_ANALYZER_BIN="$BIN" exec npm --silent --prefix e2e run test
