#!/bin/sh
# The build command of .wash/config.yaml: Go makes a core module, and the world's types stand at
# its end. Wharf makes a component of the two.
set -eu
cd "$(dirname "$0")"

if ! command -v go > /dev/null; then
  echo 'Cannot build the component: Go is missing; install 1.25 or later from https://go.dev/dl' >&2
  exit 1
fi

mkdir -p dist
# The made bindings reach into Go's runtime, which the linker has to be told.
GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath \
  -ldflags='-s -w -checklinkname=0' -o dist/core.wasm .
cat dist/core.wasm wit/http-kv.types > dist/http_kv.wasm.new
mv dist/http_kv.wasm.new dist/http_kv.wasm
