#!/usr/bin/env bash
# Clippy over the libraries and the binary (or `-p CRATE`) without `cargo clippy`: that compiles
# every dependency a second time in check mode. As the workspace's compiler clippy-driver reuses the
# dependencies of the ordinary release build; only our own crates are looked at again, and no code is made of them. The
# results go to a folder of their own, so that the binary in target/release is always the one that rustc made.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
[ $# -gt 0 ] || set -- --workspace
export CARGO_BUILD_BUILD_DIR="$CARGO_TARGET_DIR"
export CARGO_TARGET_DIR="$CACHE/clippy"
export CLIPPY_DRIVER="${CLIPPY_DRIVER:-$(command -v clippy-driver)}" RUSTC_WORKSPACE_WRAPPER="$ROOT/scripts/clippy-driver.sh"
# Every lint of Cargo.toml is an error here; a plain build only prints it.
export CLIPPY_ARGS="-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"
exec cargo build --release --lib --bins "$@"
