#!/usr/bin/env bash
# Builds the product and packs it for those who will not compile: see scripts/dist.py.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
scripts/setup.sh run
stage "web app" npm --prefix web run --silent build
stage "binary" cargo build --release --locked -p cloud-analyzer
stage "archive, wheel, image" python3 scripts/dist.py
