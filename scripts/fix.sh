#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
scripts/setup.sh test
stage "rustfmt" cargo fmt --all
stage "biome" npm --prefix web run --silent fix
stage "unused dependencies" cargo shear --fix
stage "typos" typos --write-changes
