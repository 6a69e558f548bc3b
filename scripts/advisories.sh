#!/usr/bin/env bash
# Known advisories of dependencies, by a fresh copy of RustSec's database, else by the one that was fetched last.
# Without either nothing can be said, which is said, and is no failure: a machine without network builds, too.
set -euo pipefail
cd "$(dirname "$0")/.."

quiet=(--log-level error)
kept() { compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs/*/.git" >/dev/null; }

if timeout 120 cargo deny "${quiet[@]}" fetch db >/dev/null 2>&1; then
  echo "advisories: by a database of today"
elif kept; then
  echo "advisories: the database cannot be reached; by the one of $(date -r "$(compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs/*/.git/FETCH_HEAD" | head -1)" +%F 2>/dev/null || echo "an earlier day")"
else
  echo "advisories: NOT CHECKED, no database can be reached (docs/adr/0013-advisories.md names those that are known)"
  exit 0
fi
cargo deny --offline "${quiet[@]}" check --hide-inclusion-graph advisories
