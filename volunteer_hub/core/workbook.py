"""Sheets as one XLSX workbook, streamed into the archive row by row, whatever their number.

Written by hand because measuring showed the cost of a library's call for every cell (decision 0099). Every
text is an inline string, which no program executes; what XML cannot carry is escaped as the format says.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import IO, Any
from xml.sax.saxutils import escape

from volunteer_hub.core import clock
from volunteer_hub.core import workbook_parts as parts
from volunteer_hub.core.tabular import (
    NUMBERS,
    UNKNOWN,
    Cells,
    Converter,
    Kind,
    Sheet,
    Short,
    converter,
    decimal_of,
    hours_of,
    hours_texts,
    in_columns,
    remembering,
    share_of,
    texts_of,
)

#: Limits of the format: characters (UTF-16 units) in a cell, and rows in a sheet.
CELL_LIMIT = 32_767
ROW_LIMIT = 1_048_576
#: More than this gains little size and costs much time (decision 0099).
LEVEL = 3
#: What must be written otherwise in XML, or would be read as an escape.
DELICATE = re.compile("[&<>\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
#: The same in texts with a NUL before and after each; also a space that XML would drop.
SUSPECT = re.compile("[&<>\x01-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|\0[ \t\n]|[ \t\n]\0")
ESCAPED = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
#: The day before the first of the format's calendar, which has a 29 February 1900 that never was.
EPOCH, LEAP = date(1899, 12, 31), 59
BEFORE = EPOCH.toordinal() - 1
DAY_SECONDS = 86_400


class TooManyRows(ValueError):
    """A sheet with more rows than the format holds."""


def write_xlsx(target: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write sheets as one workbook. Raises TooManyRows beyond a sheet's rows.

    The same sheets give the same bytes: the archive bears no date.
    """
    made: list[parts.Made] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for number, sheet in enumerate(sheets, start=1):
            parts.check_name(sheet.name, [other.name for other in made])
            with archive.open(parts.entry(f"xl/worksheets/sheet{number}.xml"), "w") as page:
                writer = _Writer(sheet, page.write)
                writer.write()
            made.append(parts.Made(sheet.name, writer.heading, writer.last, len(sheet.columns)))
        for name, content in parts.frame(made):
            archive.writestr(parts.entry(name), content)


class _Writer:
    """Writes one sheet; knows its heading's row and the last row of the table afterwards, counted from 1."""

    def __init__(self, sheet: Sheet, write: Callable[[bytes], object]) -> None:
        self._sheet = sheet
        self._write = write
        self._letters = [parts.letters(number) for number in range(len(sheet.columns))]
        self.heading = 1 + bool(sheet.title) + len(sheet.head)
        self.last = self.heading

    def write(self) -> None:
        """Write everything, the table in pieces."""
        self._put(parts.opening(self._sheet, self.heading))
        self._put("".join(self._above()))
        self._table()
        self._put("".join(self._below()))
        self._put(parts.closing(self._sheet, self.heading, max(self.last, self.heading + 1)))

    def _put(self, markup: str) -> None:
        self._write(markup.encode("utf-8", "replace"))

    def _above(self) -> Iterator[str]:
        row = 0
        if self._sheet.title:
            row += 1
            yield _line(row, [self._sheet.title], parts.TITLE, height=30)
        for said in self._sheet.head:
            row += 1
            yield _line(row, [said], parts.PLAIN)
        titles = [column.title for column in self._sheet.columns]
        yield _line(row + 1, titles, parts.HEADING, height=48)

    def _table(self) -> None:
        converters = [_converter(column.kind) for column in self._sheet.columns]
        for columns in in_columns(self._sheet.rows, len(converters)):
            first, count = self.last + 1, len(columns[0])
            self.last += count
            if self.last > ROW_LIMIT:
                raise TooManyRows("more rows than a sheet can hold")
            numbers = [str(number) for number in range(first, first + count)]
            cells = [convert(values) for convert, values in zip(converters, columns, strict=True)]
            row = self._row([around for around, _ in cells])
            of_row = chain([numbers], chain.from_iterable((numbers, values) for _, values in cells))
            self._put("".join(map(row.__mod__, zip(*of_row, strict=True))))

    def _row(self, around: Sequence[str]) -> str:
        cells = (f'<c r="{letter}%s" {inside}</c>' for letter, inside in zip(self._letters, around, strict=True))
        return f'<row r="%s">{"".join(cells)}</row>'

    def _below(self) -> Iterator[str]:
        """Yield the lines under the table, after an empty one; only now is the last row known."""
        for row, cells in enumerate(self._sheet.foot, start=self.last + 2):
            yield _line(row, cells, parts.PLAIN)


def _line(row: int, cells: Sequence[str], style: int, *, height: int = 0) -> str:
    size = f' ht="{height}" customHeight="1"' if height else ""
    written = (
        f'<c r="{parts.letters(number)}{row}" {_text(text, style)}</c>' for number, text in enumerate(cells) if text
    )
    return f'<row r="{row}"{size}>{"".join(written)}</row>'


def _text(text: str, style: int) -> str:
    """Return a text's cell, without its beginning and its end: a text, whatever it looks like."""
    if len(text) * 2 > CELL_LIMIT:
        text = text.encode("utf-16-le", "replace")[: CELL_LIMIT * 2].decode("utf-16-le", "ignore")
    if DELICATE.search(text):
        text = escape(ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f's="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'


def _converter(kind: Kind) -> Converter:
    """Bind a column's kind: its style, its conversion, and how the unknown is shown."""
    style = parts.STYLES[kind]
    if kind is Kind.TEXT:
        return _texts
    convert = _NUMBERS[kind]
    unknown = _text(UNKNOWN if kind in NUMBERS else "", parts.UNKNOWN_STYLE)
    cell = remembering(lambda value: f's="{style}"><v>{convert(value)}</v>', unknown)
    return converter(kind, _SHORT, f's="{style}"><v>%s</v>', cell)


def _texts(values: Sequence[Any]) -> Cells:
    style = parts.STYLES[Kind.TEXT]
    texts, joined = texts_of(values)
    if len(joined) * 2 > CELL_LIMIT or SUSPECT.search(joined) or joined.count("\0") != len(texts) + 1:
        return "%s", [_text(text, style) for text in texts]
    return f's="{style}" t="inlineStr"><is><t>%s</t></is>', texts


def _serial(value: Any) -> str:
    """Return a civil date as the format's number of a day, an instant with the wall clock's share of it."""
    if not isinstance(value, datetime):
        return str(_day(value))
    wall = clock.local(value)
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
    return repr(_day(wall.date()) + seconds / DAY_SECONDS)


def _serials(values: Sequence[datetime]) -> list[str | float]:
    zone = clock.zone()
    walls = [value.astimezone(zone) for value in values]
    if min(walls).year <= EPOCH.year + 1:
        return [_serial(value) for value in values]
    return [
        wall.toordinal() - BEFORE + (wall.hour * 3600 + wall.minute * 60 + wall.second) / DAY_SECONDS
        for wall in walls
    ]


def _day(day: date) -> int:
    days = (day - EPOCH).days
    return days + (days > LEAP)


_NUMBERS: dict[Kind, Callable[[Any], object]] = {
    Kind.INTEGER: int,
    Kind.PERCENT: share_of,
    Kind.HOURS: hours_of,
    Kind.DECIMAL: decimal_of,
    Kind.DATE: _serial,
    Kind.INSTANT: _serial,
}
_SHORT: Short = {
    Kind.INTEGER: (int, tuple),
    Kind.HOURS: (int, hours_texts),
    Kind.INSTANT: (datetime, _serials),
}
