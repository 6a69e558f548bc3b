#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
rm -rf "$CARGO_TARGET_DIR" "$CACHE/clippy" "$CACHE/fuzz" "$CACHE/corpus" "$CACHE/demo" "$CACHE/bench" web/dist web/node_modules e2e/node_modules
