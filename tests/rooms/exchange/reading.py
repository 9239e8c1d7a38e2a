"""Reads files back as their readers see them: workbooks cell by cell, CSV line by line, PDF as its words."""

from __future__ import annotations

import csv
import io
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import openpyxl

from volunteer_hub.core import clock
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.core.tabular import Sheet, csv_chunks
from volunteer_hub.core.workbook import write_xlsx
from volunteer_hub.exchange.catalogue import get_kind, read


def say(sentence: str, places: dict[str, Any] | None = None) -> str:
    """Leave a sentence as it is marked."""
    return sentence % places if places else sentence


def sheets_of(key: str, *, scope: Scope = EVERYTHING, **args: str) -> list[Sheet]:
    """Return the sheets of a kind of the catalogue, asked for now."""
    asked = read(args, default_region="220403000000", scope=scope, say=say, now=clock.now())
    return list(get_kind(key).make(asked))


def cells_of(sheet: Sheet) -> list[list[Any]]:
    """Return every row of a sheet as a spreadsheet reads it back, headings and feet too."""
    return _rows(_written([sheet]))[sheet.name]


def table_of(sheet: Sheet) -> list[list[Any]]:
    """Return the rows of a sheet's table as a spreadsheet reads them back."""
    return read_back(sheet)[0]


def foot_of(sheet: Sheet) -> list[str]:
    """Return the first cell of each line below a sheet's table."""
    return read_back(sheet)[1]


def read_back(sheet: Sheet) -> tuple[list[list[Any]], list[str]]:
    """Return the rows of a sheet's table, and the first cell of each line below it."""
    rows = cells_of(sheet)
    titles = [column.title for column in sheet.columns]
    start = next(number for number, row in enumerate(rows) if row[: len(titles)] == titles) + 1
    ends = (number for number, row in enumerate(rows) if number >= start and all(cell is None for cell in row))
    end = next(ends, len(rows))
    return rows[start:end], [str(row[0]) for row in rows[end + 1 :]]


def workbook_of(content: bytes) -> dict[str, list[list[Any]]]:
    """Return every sheet of a workbook as its rows."""
    return _rows(content)


def lines_of(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    """Return the lines of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def words_of(content: bytes, *options: str) -> str:
    """Return the words of a PDF, every space and line end taken away."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "read.pdf"
        file.write_bytes(content)
        done = subprocess.run(["pdftotext", *options, file, "-"], check=True, capture_output=True, timeout=300)
    return "".join(done.stdout.decode().split())


def csv_of(sheet: Sheet) -> bytes:
    """Return a sheet as CSV."""
    return b"".join(csv_chunks(sheet))


def _written(sheets: list[Sheet]) -> bytes:
    target = io.BytesIO()
    write_xlsx(target, sheets)
    return target.getvalue()


def _rows(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}
