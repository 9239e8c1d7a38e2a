#!/usr/bin/env bash
# Makes .venv, or brings it up to date. `environment.sh runtime` or `environment.sh dev`.
# Nothing is done while the lock files are what they were at the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-runtime}
files=(requirements.txt)
[ "$kind" = dev ] && files+=(requirements-dev.txt)

. scripts/python.sh
"$PYTHON" scripts/preflight.py

works() { .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
moved() { [ -f .venv/place ] && [ "$(cat .venv/place)" != "$PWD" ]; }
if [ -e .venv ] && { moved || ! works; }; then
    echo "The environment in .venv was moved or is broken: making it again."
    rm -rf .venv
    unset PYTHON
    . scripts/python.sh
fi

digest='import hashlib, sys; print(hashlib.sha256(b"".join(open(f, "rb").read() for f in sys.argv[1:])).hexdigest())'
wanted=$("$PYTHON" -c "$digest" "${files[@]}")
stamp=.venv/stamp-$kind
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

uv=""
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    uv=$(command -v uv)
fi
if [ ! -d .venv ]; then
    echo "Making the environment in .venv …"
    if ! "$PYTHON" -m venv .venv >.venv-log 2>&1 && ! { [ -n "$uv" ] && "$uv" venv -q --python "$PYTHON" .venv; }; then
        cat .venv-log >&2
        rm -rf .venv .venv-log
        printf '\n  Python 缺少 venv 模块，Debian/Ubuntu 上请运行：sudo apt install python3-venv\n' >&2
        printf '  This Python has no venv module; on Debian or Ubuntu: sudo apt install python3-venv\n\n' >&2
        exit 1
    fi
    rm -f .venv-log
fi
if [ -z "$uv" ]; then
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip --upgrade >/dev/null
    # uv only makes this faster; without it pip does the same.
    if .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r scripts/uv.txt \
        >/dev/null 2>&1; then
        uv=.venv/bin/uv
    fi
fi

echo "Installing what ${files[*]} name …"
arguments=()
for file in "${files[@]}"; do arguments+=(-r "$file"); done
failed() {
    printf '\n  依赖没有装好，请检查网络后再试一次。\n' >&2
    printf '  The dependencies could not be installed. Check the network and run the command again.\n\n' >&2
    exit 1
}
if [ -n "$uv" ]; then
    "$uv" pip install -q --python .venv/bin/python --require-hashes "${arguments[@]}" || uv=""
fi
if [ -z "$uv" ]; then
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip --upgrade >/dev/null || failed
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes "${arguments[@]}" || failed
fi
printf '%s' "$PWD" >.venv/place
printf '%s' "$wanted" >"$stamp"
