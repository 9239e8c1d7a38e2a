"""Sheets in the format that was asked for, as the answer to a request."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.paper import TooLong, write_pdf
from volunteer_hub.core.tabular import Encoding, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.downloads import csv_file, pdf_file, xlsx_file
from volunteer_hub.exchange.kinds import Format

#: Longer lists are put on paper in the background.
MOST_ROWS_AT_ONCE = 3000
#: Room for a hand between the rules of a sheet that is signed.
SIGNED_HEIGHT = 26.0


def answer(name: str, sheets: Sequence[Sheet], written: Format, author: str, encoding: str = "") -> Response:
    """Return sheets as a file; CSV holds the first alone, in GB 18030 where `encoding` says so.

    Raises DomainError for a PDF nobody would print.
    """
    if written is Format.XLSX:
        return xlsx_file(name, sheets)
    if written is Format.CSV:
        return csv_file(name, sheets[0], Encoding.GB18030 if encoding == Encoding.GB18030 else Encoding.UTF_8)
    return paper_file(name, sheets, author)


def paper_file(name: str, sheets: Sequence[Sheet], author: str, *, row_height: float = 0) -> Response:
    """Return sheets as PDF, rows at least `row_height` points high. Raises DomainError for one nobody would print."""
    try:
        content = write_pdf(sheets, title=name, author=author, row_height=row_height, most_rows=MOST_ROWS_AT_ONCE)
    except TooLong:
        sentence = N_("这份名单太长，请改用 Excel 或 CSV，或在“报表下载”里生成。")
        raise DomainError("too_long_for_paper", sentence, field="writing") from None
    return pdf_file(name, content)
