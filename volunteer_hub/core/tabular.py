"""A table described once, written as CSV here and as XLSX in `workbook`: without a cell a spreadsheet would execute.

Both are written by columns of some hundred rows at a time: what must be done for every cell is then done
by Python's own loops in C, and no function of ours is called for a text that needs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any

from volunteer_hub.core import clock

UNKNOWN = "—"
CHUNK = 64 * 1024
#: Rows turned into columns and written together.
BATCH = 256
#: Conversions remembered for one column: minutes and dates come again and again.
REMEMBERED = 4096
#: A text whose first character other than a space is one of these is executed by some spreadsheet.
ACTIVE = "=+\\-@|\t\r\n＝＋－＠"
SPACES = " \u00a0\u3000\u200b\ufeff"
#: Spreadsheets keep 15 digits of a number; a longer run of digits is an identity number, not a quantity.
LONG_DIGITS = r"\d{16,}"
#: A text cell, between two NUL, that may need more than its quotes: too often rather than too seldom.
SUSPECT = re.compile(f'["]|\0[{SPACES}]*[{ACTIVE}]|\0{LONG_DIGITS}\0')
GUARDED = re.compile(f"[{SPACES}]*[{ACTIVE}]|{LONG_DIGITS}\\Z")


class Kind(StrEnum):
    """What a column holds. Values: TEXT str, INTEGER int, PERCENT a share of 1, HOURS whole minutes,
    DECIMAL a number shown with two decimals, DATE a civil date, INSTANT an aware instant."""

    TEXT = "text"
    INTEGER = "integer"
    PERCENT = "percent"
    HOURS = "hours"
    DECIMAL = "decimal"
    DATE = "date"
    INSTANT = "instant"


class Encoding(StrEnum):
    """How a CSV is written: UTF-8 with a byte order mark, or GB 18030, which holds all of Unicode too."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"


NUMBERS = frozenset({Kind.INTEGER, Kind.PERCENT, Kind.HOURS, Kind.DECIMAL})


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it holds, and its width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """One table with the lines above and below it. `rows` is read once; `foot` only after the last row.

    `mark` is printed above and below every page: who took the file, and when.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    title: str = ""
    head: Sequence[str] = ()
    foot: Iterable[Sequence[str]] = ()
    mark: str = ""


#: A column of some rows, ready to be written: what stands around each value, with one %s, and the values.
Cells = tuple[str, Iterable[Any]]
#: Makes that of a column's values; bound to the column once for a whole sheet.
Converter = Callable[[Sequence[Any]], Cells]
#: For some kinds, a type and a conversion of a whole column of it.
Short = Mapping[Kind, tuple[type, Callable[[Sequence[Any]], Iterable[Any]]]]


def hours_of(minutes: int) -> Decimal:
    """Return minutes as hours with two decimals, cut towards zero, as every page shows them."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_DOWN)


def share_of(value: Any) -> Decimal:
    """Return a share of 1 with four decimals, as a percentage with two shows it."""
    return Decimal(str(value)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def decimal_of(value: Any) -> Decimal:
    """Return a number with two decimals, cut towards zero."""
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_DOWN)


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would read from CSV as a formula or a rounded number.

    Nothing is taken away: -5 and +86… stay readable, as text.
    """
    return "'" + text if GUARDED.match(text) else text


def in_columns(rows: Iterable[Sequence[Any]], width: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the columns of some rows at a time. Raises ValueError for rows of another width."""
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        columns = list(zip(*batch, strict=True))
        if len(columns) != width:
            raise ValueError(f"zip() of {width} columns with rows of {len(columns)} cells")
        yield columns


def texts_of(values: Sequence[Any]) -> tuple[Sequence[str], str]:
    """Return a column's values as texts, and all of them with a NUL before and after each, to be searched at once."""
    try:
        return values, "\0" + "\0".join(values) + "\0"
    except TypeError:
        texts = ["" if value is None else str(value) for value in values]
        return texts, "\0" + "\0".join(texts) + "\0"


def remembering(convert: Callable[[Any], str], unknown: str) -> Callable[[Any], str]:
    """Return a conversion that keeps what it has converted lately, and gives `unknown` for None."""
    return lru_cache(REMEMBERED)(lambda value: unknown if value is None else convert(value))


def converter(kind: Kind, short: Short, around: str, slow: Callable[[Any], str]) -> Converter:
    """Return a conversion that takes the short way for a column all of whose values are of the type it is for."""
    of_type, convert = short.get(kind, (None, tuple))
    wanted = {of_type}

    def cells(values: Sequence[Any]) -> Cells:
        if set(map(type, values)) == wanted:
            return around, convert(values)
        return "%s", map(slow, values)

    return cells


#: What a minute of an hour is behind the point, cut to hundredths.
_HUNDREDTHS = [f".{minute * 5 // 3:02d}" for minute in range(60)]


def hours_texts(values: Sequence[int]) -> list[str]:
    """Return whole minutes as `hours_of` does, as texts, without its arithmetic of decimals."""
    if min(values) < 0:
        return [str(hours_of(value)) for value in values]
    return [f"{value // 60}{_HUNDREDTHS[value % 60]}" for value in values]


#: The minutes of a day, as they stand behind its date.
_MINUTES = [f" {minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)]


@lru_cache(REMEMBERED)
def _day_text(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _wall_texts(values: Sequence[datetime]) -> list[str]:
    zone = clock.zone()
    walls = [value.astimezone(zone) for value in values]
    return [_day_text(wall.toordinal()) + _MINUTES[wall.hour * 60 + wall.minute] for wall in walls]


def csv_chunks(sheet: Sheet, encoding: Encoding = Encoding.UTF_8) -> Iterator[bytes]:
    """Yield a sheet as CSV: texts quoted, numbers bare, about 64 KiB at a time."""
    kept: list[str] = ["\ufeff"] if encoding is Encoding.UTF_8 else []
    size = 0
    for piece in _csv_pieces(sheet):
        kept.append(piece)
        size += len(piece)
        if size >= CHUNK // 2:
            yield "".join(kept).encode(encoding)
            kept, size = [], 0
    yield "".join(kept).encode(encoding)


def _csv_pieces(sheet: Sheet) -> Iterator[str]:
    for line in (sheet.title, *sheet.head):
        if line:
            yield _csv_line([line])
    yield _csv_line([column.title for column in sheet.columns])
    converters = [_csv_converter(column.kind) for column in sheet.columns]
    for columns in in_columns(sheet.rows, len(converters)):
        cells = [convert(values) for convert, values in zip(converters, columns, strict=True)]
        yield _csv_lines(cells, len(columns[0]))
    for cells_below in sheet.foot:
        yield _csv_line(cells_below)


def _csv_lines(cells: Sequence[Cells], count: int) -> str:
    """Return so many lines: every column laid into its places at once, with what stands between two columns.

    Half the time of one pattern filled row by row.
    """
    left = ["", *(around.partition("%s")[2] + "," for around, _ in cells[:-1])]
    width, parts = 2 * len(cells) + 1, [""] * ((2 * len(cells) + 1) * count)
    for place, (around, values) in enumerate(cells):
        parts[2 * place :: width] = [left[place] + around.partition("%s")[0]] * count
        parts[2 * place + 1 :: width] = values
    parts[width - 1 :: width] = [cells[-1][0].partition("%s")[2] + "\r\n"] * count
    return "".join(parts)


def _csv_line(cells: Sequence[str]) -> str:
    return ",".join(map(_csv_text, cells)) + "\r\n"


def _csv_text(text: str) -> str:
    return '"' + guard(text).replace('"', '""') + '"'


def _csv_converter(kind: Kind) -> Converter:
    if kind is Kind.TEXT:
        return _csv_texts
    slow = remembering(_CSV[kind], f'"{UNKNOWN}"' if kind in NUMBERS else '""')
    return converter(kind, _CSV_SHORT, "%s" if kind in NUMBERS else '"%s"', slow)


def _csv_texts(values: Sequence[Any]) -> Cells:
    texts, joined = texts_of(values)
    return ("%s", map(_csv_text, texts)) if SUSPECT.search(joined) else ('"%s"', texts)


def _csv_date(value: Any) -> str:
    if isinstance(value, datetime):
        return f'"{clock.local(value):%Y-%m-%d %H:%M}"'
    return f'"{value.isoformat()}"'


_CSV: dict[Kind, Callable[[Any], str]] = {
    Kind.INTEGER: lambda value: str(int(value)),
    Kind.PERCENT: lambda value: f'"{share_of(value) * 100:.2f}%"',
    Kind.HOURS: lambda value: str(hours_of(value)),
    Kind.DECIMAL: lambda value: str(decimal_of(value)),
    Kind.DATE: _csv_date,
    Kind.INSTANT: _csv_date,
}
_CSV_SHORT: Short = {
    Kind.INTEGER: (int, lambda values: map(str, values)),
    Kind.HOURS: (int, hours_texts),
    Kind.INSTANT: (datetime, _wall_texts),
}
