# Sourced: sets PYTHON to the first Python new enough, or to whatever there is, so that preflight can name it.
if [ -z "${PYTHON:-}" ]; then
    for candidate in .venv/bin/python python3.13 python3.12 python3.11 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            PYTHON=$candidate
            break
        fi
    done
    PYTHON=${PYTHON:-python3}
fi
if ! command -v "$PYTHON" >/dev/null 2>&1; then
    printf '\n  没有找到 Python，请先安装 Python 3.11 或更新的版本。\n  No Python found: install version 3.11 or later.\n\n' >&2
    exit 1
fi
