#!/usr/bin/env bash
# Brings the English catalogue up to date with the sentences in code and templates. New ones arrive empty, for a
# person to translate; sentences nobody says any more leave.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
catalogue=volunteer_hub/translations/en/LC_MESSAGES/messages.po
template=$(mktemp --suffix=.pot)
trap 'rm -f "$template"' EXIT
pybabel --quiet extract -F babel.cfg -k N_ -k _l -k lazy_gettext -k _ --no-location --sort-output \
    --project="Volunteer Hub" -o "$template" .
pybabel --quiet update -i "$template" -o "$catalogue" -l en --init-missing --no-fuzzy-matching --ignore-obsolete \
    --ignore-pot-creation-date --width=110
.venv/bin/python - "$catalogue" <<'PYTHON'
import sys
from babel.messages.pofile import read_po

with open(sys.argv[1], "rb") as source:
    empty = [message.id for message in read_po(source) if message.id and not message.string]
print(f"{len(empty)} to translate in {sys.argv[1]}", *empty, sep="\n  ")
PYTHON
