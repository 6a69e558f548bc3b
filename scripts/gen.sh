#!/usr/bin/env bash
# The binary describes its API; the web app's client is generated from that description.
#   gen.sh           renews web/openapi.json and the client
#   gen.sh --check   fails if either is stale, and leaves the files as they were
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
client=web/src/api/schema.d.ts
if [ "${1:-}" = --check ]; then
  fresh="$(mktemp -d)"
  trap 'rm -rf "$fresh"' EXIT
  "$BIN" openapi >"$fresh/openapi.json"
  diff -u web/openapi.json "$fresh/openapi.json" || { echo "web/openapi.json is stale: run 'make gen'"; exit 1; }
  cp "$client" "$fresh/checked-in"
  npm --prefix web run --silent gen
  cp "$client" "$fresh/generated"
  cp "$fresh/checked-in" "$client"
  diff -u "$fresh/checked-in" "$fresh/generated" || { echo "$client is stale: run 'make gen'"; exit 1; }
  echo "2 passed, 0 failed"
  exit 0
fi
scripts/setup.sh run
stage "binary" cargo build --release --locked -p cloud-analyzer
"$BIN" openapi >web/openapi.json
npm --prefix web run --silent gen
