"""Finds the row of headings below a title, and guesses which column is what. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from volunteer_hub.imports import words
from volunteer_hub.imports.models import ImportKind

FIELDS: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.ROSTER: (
        "name",
        "document_kind",
        "document_number",
        "sex",
        "birth_on",
        "mobile",
        "region",
        "skills",
        "categories",
        "party",
        "team",
        "guardian_name",
        "guardian_mobile",
        "consent_on",
    ),
    ImportKind.HOURS: (
        "name",
        "document_kind",
        "document_number",
        "activity",
        "service_on",
        "duration",
        "organiser",
        "note",
    ),
}
NEEDED: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.ROSTER: ("name", "document_number", "mobile"),
    ImportKind.HOURS: ("name", "document_number", "activity", "service_on", "duration"),
}
#: How many rows may stand above the headings.
TITLE_ROWS = 20
_ASIDE = re.compile(r"[(\[【〔{].*?[)\]】〕}]")
_KEPT = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


@dataclass(frozen=True)
class Guess:
    """The place of the heading row among the rows looked at, its headings, and the column of each field found."""

    place: int
    headings: tuple[str, ...]
    mapping: dict[str, int]
    #: Headings that stand over more than one column; the first column is taken.
    repeated: tuple[str, ...] = ()

    def missing(self, kind: ImportKind) -> list[str]:
        """Return the fields without which no row of this kind can be understood."""
        return [name for name in NEEDED[kind] if name not in self.mapping]


def plain(heading: Any) -> str:
    """Return a heading without spaces, stars and what stands in brackets: ＊身份证号（18 位） → 身份证号."""
    if not isinstance(heading, str):
        return ""
    folded = unicodedata.normalize("NFKC", heading).lower()
    return _KEPT.sub("", _ASIDE.sub("", folded))


def guess(kind: ImportKind, rows: Sequence[Sequence[Any]]) -> Guess:
    """Return the best guess over the first rows: the row that names the most fields, the upper of equals."""
    best = Guess(0, (), {})
    for place, cells in enumerate(rows[:TITLE_ROWS]):
        found = _read(kind, place, cells)
        if len(found.mapping) > len(best.mapping):
            best = found
    if not best.headings and rows:
        return Guess(0, tuple(_heading(cell) for cell in rows[0]), {})
    return best


def counts_minutes(heading: str) -> bool:
    """Tell whether a heading says that bare numbers below it are minutes; otherwise they are hours."""
    units = words.UNITS.findall(heading)
    return bool(units) and units[-1] == words.UNITS_OF_MINUTES


def _read(kind: ImportKind, place: int, cells: Sequence[Any]) -> Guess:
    mapping: dict[str, int] = {}
    repeated: list[str] = []
    plains = [plain(cell) for cell in cells]
    for name in FIELDS[kind]:
        columns = [column for column, word in enumerate(plains) if word and word in words.SYNONYMS[name]]
        columns.sort(key=lambda column: words.SYNONYMS[name].index(plains[column]))
        if columns:
            mapping[name] = columns[0]
        if len({plains[column] for column in columns}) < len(columns):
            repeated.append(name)
    return Guess(place, tuple(_heading(cell) for cell in cells), mapping, tuple(repeated))


def _heading(cell: Any) -> str:
    return " ".join(cell.split())[:40] if isinstance(cell, str) else ""
