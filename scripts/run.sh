#!/usr/bin/env bash
# Builds the product and serves the demo company. DATA=folder keeps its data elsewhere, LISTEN=host:port
# binds elsewhere (loopback only: the demo is open without sign-in).
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
listen="${LISTEN:-127.0.0.1:8080}"
started=$SECONDS
scripts/setup.sh run
stage "web app" npm --prefix web run --silent build
stage "binary" scripts/build.py -p cloud-analyzer
echo "── ready after $((SECONDS - started)) s; Cloud Analyzer with the demo company: http://$listen"
exec "$BIN" --data "${DATA:-$CACHE/demo}" serve --demo --listen "$listen"
