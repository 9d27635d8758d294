#!/bin/sh
# The build command of .wash/config.yaml: componentize-py, by what there is to run it with.
set -eu
cd "$(dirname "$0")"
VERSION=0.25.1

componentize() {
  mkdir -p dist
  exec "$@" -q -d wit -w http-kv componentize app -o dist/http_kv.wasm
}

# A virtual environment that is in use, or was made below, comes first.
for folder in "${VIRTUAL_ENV:-}" .wharf/venv; do
  if [ -n "$folder" ] && [ -x "$folder/bin/componentize-py" ]; then
    componentize "$folder/bin/componentize-py"
  fi
done
if command -v uv > /dev/null; then
  componentize uv tool run "componentize-py@$VERSION"
elif command -v pipx > /dev/null; then
  componentize pipx run "componentize-py==$VERSION"
elif ! command -v python3 > /dev/null; then
  echo 'Cannot build the component: Python is missing; install uv from https://docs.astral.sh/uv, or Python 3.10 or later' >&2
  exit 1
fi
if ! python3 -m venv .wharf/venv; then
  rm -rf .wharf/venv
  echo 'Cannot build the component: python3 makes no virtual environment; run "apt install python3-venv", or install uv from https://docs.astral.sh/uv' >&2
  exit 1
fi
.wharf/venv/bin/pip install --quiet "componentize-py==$VERSION"
componentize .wharf/venv/bin/componentize-py
