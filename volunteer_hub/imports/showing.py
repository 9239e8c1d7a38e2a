"""Rows of a dry run as a page shows them: names and numbers masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.core.masking import mask_document, mask_mobile, mask_name
from volunteer_hub.imports import queries
from volunteer_hub.imports.found import row_of
from volunteer_hub.imports.models import Import, ImportRow, Outcome
from volunteer_hub.imports.paper_files import Say, reasons_of


@dataclass(frozen=True)
class Shown:
    """One row: its number, whose it is, what it says, and why it stands where it does."""

    number: int
    name: str
    document: str
    rest: str
    reason: str


def shown_rows(found: Import, outcome: Outcome, most: int, say: Say) -> Sequence[Shown]:
    """Return the first rows of an outcome."""
    return [_shown(found, row, say) for row in queries.first_rows(found.id, outcome, most)]


def _shown(found: Import, row: ImportRow, say: Say) -> Shown:
    if row.payload is not None:
        held = json.loads(row.payload)
        name, number = held["name"], held.get("number", "")
    else:
        cells = row_of(json.loads(row.cells or "[]"), found.mapping or {})
        held = {}
        name, number = _text(cells.get("name")), _text(cells.get("document_number"))
    parts = [mask_mobile(held["mobile"])] if held.get("mobile") else []
    if row.service_on is not None and row.minutes is not None:
        parts += [row.service_on.isoformat(), f"{row.minutes / 60:.4g} h", held.get("activity", "")]
    return Shown(row.number, mask_name(name), mask_document(number), " · ".join(parts), reasons_of(row, say))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
