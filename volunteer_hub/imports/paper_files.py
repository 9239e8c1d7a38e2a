"""The files an import gives back: templates to fill in, and the rows that were left out with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from volunteer_hub.core.tabular import Column, Kind, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.imports import words
from volunteer_hub.imports.cells import text
from volunteer_hub.imports.labels import FIELDS, OUTCOMES
from volunteer_hub.imports.models import ImportKind, ImportRow, Outcome
from volunteer_hub.imports.words import EXAMPLES, SYNONYMS

Say = Callable[[str, Mapping[str, Any]], str]


def template_sheets(kind: ImportKind, names: Sequence[str], say: Say) -> list[Sheet]:
    """Return the template of a kind: an empty sheet to fill in, every column as text, and how to fill it in."""
    columns = [Column(SYNONYMS[name][0], width=20) for name in names]
    empty: list[list[str]] = [[""] * len(names) for _ in range(200)]
    rows = [[say(FIELDS[name], {}), EXAMPLES[name], words.BETWEEN.join(SYNONYMS[name][:6])] for name in names]
    explained = [
        Column(say(N_("列"), {})),
        Column(say(N_("怎样填（示例）"), {}), width=30),
        Column(say(N_("也认得的列名"), {}), width=70),
    ]
    return [Sheet(say(N_("数据"), {}), columns, empty), Sheet(say(N_("填写说明"), {}), explained, rows)]


def left_out_sheet(headings: Sequence[str], rows: Iterable[ImportRow], say: Say) -> Sheet:
    """Return the rows that are not imported: row number, outcome, every reason, and the cells as they stood."""
    columns = [
        Column(say(N_("行号"), {}), Kind.INTEGER, 8),
        Column(say(N_("结果"), {}), width=8),
        Column(say(N_("原因"), {}), width=60),
        *(Column(heading or "—", width=20) for heading in headings),
    ]
    return Sheet(say(N_("没有导入的行"), {}), columns, _left_out(len(headings), rows, say))


def _left_out(width: int, rows: Iterable[ImportRow], say: Say) -> Iterator[list[Any]]:
    for row in rows:
        cells = [_shown(cell) for cell in json.loads(row.cells or "[]")][:width]
        outcome = say(OUTCOMES[row.outcome], {}) if row.outcome is not Outcome.NEW else say(N_("没有写入"), {})
        yield [row.number, outcome, reasons_of(row, say), *cells, *([""] * (width - len(cells)))]


def reasons_of(row: ImportRow, say: Say) -> str:
    """Return a row's reasons as one text, each with the column it is about."""
    parts = []
    for sentence, params, about in row.reasons:
        said = say(sentence, params)
        parts.append(f"{say(FIELDS[about], {})}：{said}" if about in FIELDS else said)
    return " ".join(parts)


def _shown(cell: Any) -> str:
    """Return a cell as it stood; what could not be read as a text stands raw."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    return str(cell[1]) if cell[0] in ("e", "f") else text(cell, "")
