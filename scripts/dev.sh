#!/usr/bin/env bash
# Hot reload of the web app on port 5173; /api goes to the server on port 8080, started here if none answers.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
scripts/setup.sh run
if ! curl -sf -o /dev/null http://127.0.0.1:8080/api/v1/overview; then
  [ -d web/dist ] || npm --prefix web run --silent build
  stage "binary" scripts/build.py -p cloud-analyzer
  "$BIN" --data "${DATA:-$CACHE/demo}" serve --demo --listen 127.0.0.1:8080 &
  trap 'kill %1 2>/dev/null' EXIT
fi
npm --prefix web run dev
