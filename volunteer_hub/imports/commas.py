"""Reads CSV whose encoding and separator nobody has told us. Standard library only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from volunteer_hub.imports import limits
from volunteer_hub.imports.refusing import Refused

SEPARATORS = ",\t;，"
#: How much of a file is looked at to find its separator.
SAMPLE = 16 * 1024

Row = tuple[int, list[str | None]]


def rows(data: bytes) -> tuple[str, Iterator[Row]]:
    """Return the encoding, and the rows that hold anything with their line numbers. Raises Refused."""
    encoding = _encoding(data)
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    head = text.read(SAMPLE)
    text.seek(0)
    separator = max(SEPARATORS, key=head.count)
    return encoding, _rows(text, separator if separator != "，" else "，")


def _encoding(data: bytes) -> str:
    """Return UTF-8 if every byte agrees, else GB18030 if every byte agrees. UTF-16 by its mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        raise Refused("nul")
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        if _decodes(data, encoding):
            return encoding
    raise Refused("encoding")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        with io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="") as text:
            while piece := text.read(limits.MEBIBYTE):
                if "\0" in piece:
                    raise Refused("nul")
    except UnicodeError:
        return False
    return True


def _rows(text: io.TextIOWrapper, separator: str) -> Iterator[Row]:
    csv.field_size_limit(limits.CELL_CHARACTERS * 4)
    lines = csv.reader(text, delimiter=separator, strict=True)
    while True:
        number = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(_fault(error), line=number, n=limits.CELL_CHARACTERS) from error
        if any(cell.strip() for cell in cells):
            yield number, _cut(cells)


def _fault(error: csv.Error) -> str:
    return "cell_too_long" if "field larger" in str(error) else "quotes"


def _cut(cells: list[str]) -> list[str | None]:
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > limits.COLUMNS:
        raise Refused("too_many_columns", n=limits.COLUMNS)
    if any(len(cell) > limits.CELL_CHARACTERS for cell in cells):
        raise Refused("cell_too_long", n=limits.CELL_CHARACTERS)
    return [cell if cell.strip() else None for cell in cells]
