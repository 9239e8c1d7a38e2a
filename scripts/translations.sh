#!/usr/bin/env bash
# Compiles the translations whose source is newer than their compiled form.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d volunteer_hub/translations ] || exit 0
find volunteer_hub/translations -name '*.po' | while read -r source; do
    compiled=${source%.po}.mo
    if [ ! -f "$compiled" ] || [ "$source" -nt "$compiled" ]; then
        .venv/bin/pybabel -q compile -i "$source" -o "$compiled"
    fi
done
