#!/bin/sh
# The build command of .wash/config.yaml: cargo, once it is known that all it needs is there.
set -eu
cd "$(dirname "$0")"

missing() {
  echo "$1" >&2
  exit 1
}

command -v cargo > /dev/null ||
  missing 'Cannot build the component: Rust is missing; install it from https://rustup.rs'
target=$("${RUSTC:-rustc}" --print target-libdir --target wasm32-wasip2 2> /dev/null) &&
  [ -d "$target" ] ||
  missing 'Cannot build the component: the target wasm32-wasip2 is missing; run "rustup target add wasm32-wasip2"'

exec cargo build --target wasm32-wasip2 --release
