"""A table described once, written as CSV or XLSX: streamed, and without a cell a spreadsheet would execute."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import IO, Any

import xlsxwriter

from volunteer_hub.core import clock

UNKNOWN = "—"
CHUNK = 64 * 1024
#: Limits of the XLSX format: characters (UTF-16 units) in a cell, and rows in a sheet.
CELL_LIMIT = 32_767
ROW_LIMIT = 1_048_576
#: A text whose first character other than a space is one of these is executed by some spreadsheet.
ACTIVE = frozenset("=+-@|\t\r\n＝＋－＠")
SPACES = " \u00a0\u3000\u200b\ufeff"
#: Spreadsheets keep 15 digits of a number; a longer run of digits is an identity number, not a quantity.
DIGITS_KEPT = 15


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


FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.PERCENT: "0.00%",
    Kind.HOURS: "#,##0.00",
    Kind.DECIMAL: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
}
NUMBERS = frozenset({Kind.INTEGER, Kind.PERCENT, Kind.HOURS, Kind.DECIMAL})


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it holds, and its width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """One table with the lines above and below it. `rows` is read once; `foot` only after the last row."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    title: str = ""
    head: Sequence[str] = ()
    foot: Iterable[Sequence[str]] = ()


def hours_of(minutes: int) -> Decimal:
    """Return minutes as hours with two decimals, cut towards zero, as every page shows them."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_DOWN)


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would read from CSV as a formula or a rounded number.

    Nothing is taken away: -5 and +86… stay readable, as text.
    """
    start = text.lstrip(SPACES)
    if start[:1] in ACTIVE:
        return "'" + text
    return "'" + text if len(text) > DIGITS_KEPT and text.isdigit() else text


def csv_chunks(sheet: Sheet) -> Iterator[bytes]:
    """Yield a sheet as CSV: UTF-8 with a byte order mark, texts quoted, numbers bare, about 64 KiB at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    buffer.write("\ufeff")
    for row in _csv_rows(sheet):
        writer.writerow(row)
        if buffer.tell() >= CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_rows(sheet: Sheet) -> Iterator[list[Any]]:
    for line in (sheet.title, *sheet.head):
        if line:
            yield [guard(line)]
    yield [guard(column.title) for column in sheet.columns]
    kinds = [column.kind for column in sheet.columns]
    for row in sheet.rows:
        yield [_csv_cell(kind, value) for kind, value in zip(kinds, row, strict=True)]
    for cells in sheet.foot:
        yield [guard(cell) for cell in cells]


def _csv_cell(kind: Kind, value: Any) -> Any:
    if value is None:
        return UNKNOWN if kind in NUMBERS else ""
    if kind is Kind.TEXT:
        return guard(str(value))
    if kind is Kind.PERCENT:
        return f"{_share(value) * 100:.2f}%"
    if kind in NUMBERS:
        return _number(kind, value)
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()


def _share(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _number(kind: Kind, value: Any) -> int | Decimal:
    if kind is Kind.INTEGER:
        return int(value)
    return hours_of(value) if kind is Kind.HOURS else Decimal(str(value)).quantize(Decimal("0.01"), ROUND_DOWN)


def write_xlsx(target: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write sheets as one workbook, row by row in constant memory. Raises ValueError beyond a sheet's rows."""
    with tempfile.TemporaryDirectory(prefix="xlsx") as scratch:
        book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": scratch,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": "宋体", "font_size": 11},
            },
        )
        styles = _Styles(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, styles)
        book.close()


class _Styles:
    """The workbook's cell formats, made once."""

    def __init__(self, book: Any) -> None:
        edge = {"border": 1, "border_color": "#B8B2A7", "valign": "vcenter"}
        self.plain = book.add_format({"valign": "vcenter"})
        self.title = book.add_format({"font_name": "黑体", "font_size": 16, "valign": "vcenter"})
        self.heading = book.add_format(
            {**edge, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#F2EEE6"}
        )
        self.cells = {kind: book.add_format({**edge, "num_format": FORMATS.get(kind, "@")}) for kind in Kind}
        self.unknown = book.add_format({**edge, "align": "right"})


def _write_sheet(page: Any, sheet: Sheet, styles: _Styles) -> None:
    _set_up_print(page, sheet)
    row = 0
    if sheet.title:
        page.set_row(row, 30)
        _write_text(page, row, 0, sheet.title, styles.title)
        row += 1
    for line in sheet.head:
        _write_text(page, row, 0, line, styles.plain)
        row += 1
    heading = row
    page.set_row(row, 48)
    for number, column in enumerate(sheet.columns):
        _write_text(page, row, number, column.title, styles.heading)
    kinds = [column.kind for column in sheet.columns]
    for values in sheet.rows:
        row += 1
        if row >= ROW_LIMIT:
            raise ValueError("more rows than a sheet can hold")
        for number, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            _write_cell(page, row, number, kind, value, styles)
    page.freeze_panes(heading + 1, 1)
    page.repeat_rows(heading)
    page.autofilter(heading, 0, max(row, heading + 1), len(sheet.columns) - 1)
    row += 1
    for cells in sheet.foot:
        row += 1
        for number, text in enumerate(cells):
            if text:
                _write_text(page, row, number, text, styles.plain)


def _set_up_print(page: Any, sheet: Sheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer("&C&P / &N")
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)


def _write_cell(page: Any, row: int, number: int, kind: Kind, value: Any, styles: _Styles) -> None:
    style = styles.cells[kind]
    if value is None:
        _write_text(page, row, number, UNKNOWN if kind in NUMBERS else "", styles.unknown)
    elif kind is Kind.TEXT:
        _write_text(page, row, number, str(value), style)
    elif kind is Kind.PERCENT:
        page.write_number(row, number, _share(value), style)
    elif kind in NUMBERS:
        page.write_number(row, number, _number(kind, value), style)
    else:
        page.write_datetime(row, number, _wall(value), style)


def _wall(value: date | datetime) -> date | datetime:
    return clock.local(value).replace(tzinfo=None) if isinstance(value, datetime) else value


def _write_text(page: Any, row: int, number: int, text: str, style: Any) -> None:
    """Write a text as a text, whatever it looks like.

    In constant memory XlsxWriter passes a string of the shape <r>…</r> into the sheet as markup; as two
    runs of rich text it is escaped like any other.
    """
    if len(text) * 2 > CELL_LIMIT:
        text = text.encode("utf-16-le")[: CELL_LIMIT * 2].decode("utf-16-le", "ignore")
    if text.startswith("<r>") and text.endswith("</r>"):
        page.write_rich_string(row, number, style, text[0], style, text[1:], style)
    else:
        page.write_string(row, number, text, style)
