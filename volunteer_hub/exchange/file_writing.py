"""Sheets written to a file in the way that was asked for, with the rows counted as they pass. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import IO, Any

from volunteer_hub.core.paper import write_pdf
from volunteer_hub.core.tabular import Encoding, Sheet, csv_chunks
from volunteer_hub.core.workbook import write_xlsx
from volunteer_hub.exchange.models import Writing

#: Rows between two calls of whoever counts.
STEP = 1000
ENDINGS = {Writing.XLSX: "xlsx", Writing.CSV: "csv", Writing.GB18030: "csv", Writing.PDF: "pdf"}
TYPES = {
    Writing.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Writing.CSV: "text/csv; charset=utf-8",
    Writing.GB18030: "text/csv; charset=gb18030",
    Writing.PDF: "application/pdf",
}
ENCODINGS = {Writing.CSV: Encoding.UTF_8, Writing.GB18030: Encoding.GB18030}


class TooBig(ValueError):
    """A file larger than is kept."""


def write(
    target: IO[bytes], sheets: Iterable[Sheet], writing: Writing, *, title: str, author: str, most_bytes: int
) -> None:
    """Write sheets; CSV holds the first alone.

    Raises ValueError beyond what a sheet holds, TooBig beyond `most_bytes`.
    """
    kept = _Bounded(target, most_bytes)
    if writing is Writing.XLSX:
        write_xlsx(kept, sheets)  # type: ignore[arg-type]  # what an archive needs of a file
    elif writing is Writing.PDF:
        kept.write(write_pdf(sheets, title=title, author=author, note=author))
    else:
        for chunk in csv_chunks(next(iter(sheets)), ENCODINGS[writing]):
            kept.write(chunk)


def counted(sheets: Iterable[Sheet], tell: Callable[[int], None]) -> Iterator[Sheet]:
    """Yield the same sheets; call `tell` with the number of rows since the last call, every so many."""
    for sheet in sheets:
        yield replace(sheet, rows=_counted_rows(sheet.rows, tell))


def _counted_rows(rows: Iterable[Any], tell: Callable[[int], None]) -> Iterator[Any]:
    rest = iter(rows)
    while some := list(islice(rest, STEP)):
        tell(len(some))
        yield from some


def pieces(source: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield a file in pieces of one size, the last of what is left."""
    source.seek(0)
    while piece := source.read(size):
        yield piece


def digest(source: IO[bytes], size: int) -> str:
    """Return the SHA-256 of a file, in hex."""
    summed = hashlib.sha256()
    for piece in pieces(source, size):
        summed.update(piece)
    return summed.hexdigest()


class _Bounded:
    """A file that takes so many bytes and no more; otherwise the file itself."""

    def __init__(self, target: IO[bytes], most: int) -> None:
        self._target = target
        self._most = most

    def write(self, content: bytes) -> int:
        if self._target.tell() + len(content) > self._most:
            raise TooBig
        return self._target.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)
