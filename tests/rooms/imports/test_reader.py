"""Our reader of workbooks agrees with two others on what a good workbook says."""

from __future__ import annotations

import contextlib
import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers.imports import make_xlsx
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import cells, headings
from volunteer_hub.imports.archives import Archive
from volunteer_hub.imports.models import ImportKind
from volunteer_hub.imports.workbooks import Workbook

texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn"), exclude_characters="_\ufffe\uffff"
    ),
    min_size=1,
    max_size=12,
)
values = st.one_of(texts, st.integers(-(10**9), 10**9), st.dates(date(1905, 1, 1), date(2100, 1, 1)), st.just(""))
tables = st.lists(st.lists(values, min_size=1, max_size=6), min_size=1, max_size=8)


def plain(cell: Any) -> Any:
    """Return a cell of ours as the others give it."""
    if isinstance(cell, list):
        return datetime.fromisoformat(cell[1]).date() if cell[0] == "d" else float(cell[1])
    return cell or ""


def other(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, int | float):
        return float(cell)
    return "" if cell is None or (isinstance(cell, str) and not cell.strip()) else cell


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    cut = []
    for row in rows:
        width = max((place + 1 for place, cell in enumerate(row) if cell != ""), default=0)
        if width:
            cut.append(row[:width])
    return cut


@settings(max_examples=40, deadline=None, database=None)
@given(tables, st.booleans())
def test_we_read_what_calamine_and_openpyxl_read(rows: list[list[Any]], uses_1904: bool) -> None:
    data = make_xlsx(rows, default_date_format="yyyy-mm-dd", date_1904=uses_1904)
    ours = trimmed([[plain(cell) for cell in row] for _, row in Workbook(Archive(data)).rows()])
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    theirs = trimmed(
        [[other(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    also = trimmed([[other(cell) for cell in row] for row in sheet.iter_rows(values_only=True)])
    assert ours == theirs == also


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓 名", "name"),
        ("*身份证号（18位）", "document_number"),
        ("联系方式\n（手机）", "mobile"),
        ("所在社区", "region"),
        ("家长电话", "guardian_mobile"),
        ("政治面貌", "party"),
        ("志愿服务队", "team"),
    ],
)
def test_headings_are_known_in_the_words_of_the_field(heading: str, field: str) -> None:
    assert headings.guess(ImportKind.ROSTER, [["标题"], [heading, "无关"]]).mapping == {field: 0}


def test_of_two_equal_headings_the_left_is_taken_and_said() -> None:
    guess = headings.guess(ImportKind.ROSTER, [["姓名", "姓名", "手机"]])
    assert (guess.mapping["name"], guess.repeated) == (0, ("name",))


@pytest.mark.parametrize("raw", ["220403198503050000", "2.20403198503050E+17", "110101850305001"])
def test_fifteen_digits_as_a_number_are_no_identity_number(raw: str) -> None:
    with pytest.raises(DomainError) as refused:
        cells.document(["n", raw])
    assert refused.value.code == "document_number_mangled"


def test_a_short_number_in_a_number_cell_is_one() -> None:
    assert cells.document(["n", "12345678.0"]) == "12345678"
    assert cells.text(["n", "1.3800000000E10"], "mobile") == "13800000000"


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None, database=None)
def test_any_text_is_read_or_refused_as_a_day_and_a_duration(text: str) -> None:
    for read in (lambda: cells.day(text, "service_on"), lambda: cells.minutes(text), lambda: cells.document(text)):
        with contextlib.suppress(DomainError):
            read()
