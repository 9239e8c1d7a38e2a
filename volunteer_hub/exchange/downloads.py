"""Sheets as files on their way to a browser: CSV as it is made, XLSX from a file that is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO
from urllib.parse import quote

from flask import Response, stream_with_context

from volunteer_hub.core.tabular import CHUNK, Encoding, Sheet, csv_chunks
from volunteer_hub.core.workbook import write_xlsx

CSV = "text/csv; charset=utf-8"
GB18030 = "text/csv; charset=gb18030"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_file(name: str, sheet: Sheet, encoding: Encoding = Encoding.UTF_8) -> Response:
    """Return a sheet as CSV, sent while it is being made."""
    kind = CSV if encoding is Encoding.UTF_8 else GB18030
    return _attachment(stream_with_context(csv_chunks(sheet, encoding)), f"{name}.csv", kind)


def pdf_file(name: str, content: bytes) -> Response:
    """Return a PDF that was made."""
    return _attachment([content], f"{name}.pdf", PDF)


def xlsx_file(name: str, sheets: Iterable[Sheet]) -> Response:
    """Return sheets as one workbook. The temporary file has no name and ends with the answer."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    try:
        write_xlsx(kept, sheets)
    except BaseException:
        kept.close()
        raise
    size = kept.tell()
    kept.seek(0)
    response = _attachment(_pieces(kept), f"{name}.xlsx", XLSX)
    response.content_length = size
    response.call_on_close(kept.close)
    return response


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(CHUNK):
            yield piece


def _attachment(body: Iterable[bytes], name: str, kind: str) -> Response:
    """Name the file in Chinese by RFC 5987, with a plain name for clients that cannot read it."""
    response = Response(body, content_type=kind)
    plain = f"statistics.{name.rpartition('.')[2]}"
    response.headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{quote(name, safe='')}"
    return response
