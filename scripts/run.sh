#!/usr/bin/env bash
# `make run`: looks before it leaps, then environment, translations, and the start in scripts/start.py.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/python.sh
"$PYTHON" scripts/preflight.py --port
scripts/environment.sh runtime
scripts/translations.sh
exec .venv/bin/python -m scripts.start
