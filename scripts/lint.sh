#!/usr/bin/env bash
# Style, types, import rules and templates. Goes through all of them, then fails if any failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
worst=0
check() {
    echo "· $*"
    "$@" || worst=1
}
check ruff check .
check ruff format --check .
check mypy
check lint-imports --no-cache
check djlint --lint --quiet templates
exit $worst
