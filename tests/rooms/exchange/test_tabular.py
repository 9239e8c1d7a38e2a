"""Tables as CSV and XLSX: nothing is executed, nothing is lost, numbers stay numbers."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from tests.rooms.exchange import payloads
from volunteer_hub.core.tabular import Column, Kind, Sheet, csv_chunks, guard, hours_of
from volunteer_hub.core.workbook import write_xlsx

#: A date and a wall-clock time as spreadsheets keep them: without a zone.
WALL = [datetime.fromisoformat("2022-12-31"), datetime.fromisoformat("2022-12-31T23:59")]
TEXTS = Sheet("名单", [Column("姓名"), Column("备注")], [[text, text] for text in payloads.ALL])
NUMBERS = Sheet(
    name="统计",
    title="西安区志愿服务统计",
    head=["截至：2022-12-31"],
    columns=[
        Column("区划"),
        Column("人数", Kind.INTEGER),
        Column("注册率", Kind.PERCENT),
        Column("时长", Kind.HOURS),
        Column("人均", Kind.DECIMAL),
        Column("日期", Kind.DATE),
        Column("时间", Kind.INSTANT),
    ],
    rows=[
        [
            "西安区",
            25028,
            Decimal("0.1836"),
            119,
            Decimal("0.83"),
            date(2022, 12, 31),
            datetime(2022, 12, 31, 15, 59, tzinfo=UTC),
        ],
        ["东山街道", 0, None, -59, None, None, None],
    ],
    foot=[["填表人：", "", "审核人："]],
)


def xlsx(*sheets: Sheet) -> io.BytesIO:
    target = io.BytesIO()
    write_xlsx(target, sheets)
    target.seek(0)
    return target


def csv_rows(sheet: Sheet) -> list[list[str]]:
    content = b"".join(csv_chunks(sheet))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_there_are_more_than_two_hundred_payloads() -> None:
    assert len(set(payloads.ALL)) >= 200


def test_no_text_in_a_workbook_is_a_formula_or_a_link_and_all_come_back_as_they_were() -> None:
    target = xlsx(TEXTS)
    page = openpyxl.load_workbook(target).active
    for number, text in enumerate(payloads.ALL, start=2):
        for cell in page[number]:
            assert cell.data_type == "s"
            assert cell.hyperlink is None
            assert unescape(cell.value) == text
    target.seek(0)
    rows = CalamineWorkbook.from_filelike(target).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [row[0] for row in rows[1:]] == list(payloads.ALL)
    with zipfile.ZipFile(target) as archive:
        markup = archive.read("xl/worksheets/sheet1.xml").decode()
    assert not re.search(r"<f[ >]|<hyperlink", markup)


def test_no_text_in_csv_begins_as_a_formula_and_none_loses_a_character() -> None:
    for text, (first, _) in zip(payloads.ALL, csv_rows(TEXTS)[1:], strict=True):
        assert first.lstrip(" \u3000\u00a0\ufeff")[:1] not in set("=+-@|\t\r\n＝＋－＠")
        assert first in (text, "'" + text)


@pytest.mark.parametrize("text", payloads.ACTIVE)
def test_every_active_text_is_guarded(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("-5", "'-5"),
        ("+86 138", "'+86 138"),
        ("220403198503051234", "'220403198503051234"),
        ("西安区", "西安区"),
        ("", ""),
    ],
)
def test_what_only_looks_active_keeps_its_meaning_as_text(text: str, guarded: str) -> None:
    assert guard(text) == guarded


def test_numbers_stay_numbers_and_the_unknown_is_a_dash() -> None:
    page = openpyxl.load_workbook(xlsx(NUMBERS)).active
    values = [[cell.value for cell in row] for row in page.iter_rows(min_row=4, max_row=5)]
    assert values[0] == ["西安区", 25028, 0.1836, 1.98, 0.83, *WALL]
    assert values[1][:5] == ["东山街道", 0, "—", -0.98, "—"]
    assert [page.cell(4, column).number_format for column in range(2, 8)] == [
        "#,##0",
        "0.00%",
        "#,##0.00",
        "#,##0.00",
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm",
    ]
    rows = csv_rows(NUMBERS)
    assert rows[3] == ["西安区", "25028", "18.36%", "1.98", "0.83", "2022-12-31", "2022-12-31 23:59"]
    assert rows[4] == ["东山街道", "0", "—", "-0.98", "—", "", ""]
    assert b'"\xe8\xa5\xbf\xe5\xae\x89\xe5\x8c\xba",25028,' in b"".join(csv_chunks(NUMBERS))


def test_the_sheet_is_ready_to_read_and_to_print() -> None:
    page = openpyxl.load_workbook(xlsx(NUMBERS)).active
    assert page["A1"].value == "西安区志愿服务统计"
    assert page["A2"].value == "截至：2022-12-31"
    assert page.freeze_panes == "B4"
    assert page.auto_filter.ref == "A3:G5"
    assert page.print_title_rows == "$3:$3"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) in ((1, 0), (None, 0))
    assert page["A7"].value == "填表人："
    assert page["C7"].value == "审核人："


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, "0.00"), (59, "0.98"), (60, "1.00"), (-59, "-0.98"), (61, "1.01")]
)
def test_hours_are_cut_towards_zero(minutes: int, hours: str) -> None:
    assert hours_of(minutes) == Decimal(hours)


def test_a_cell_beyond_the_formats_limit_is_cut_and_the_file_still_opens() -> None:
    sheet = Sheet("长", [Column("文")], [["𠮷" * 40_000]])
    value = openpyxl.load_workbook(xlsx(sheet)).active["A2"].value
    assert len(value.encode("utf-16-le")) // 2 in (32_766, 32_767)


def test_an_empty_table_is_still_a_table() -> None:
    assert csv_rows(Sheet("空", [Column("姓名")], [])) == [["姓名"]]
    assert openpyxl.load_workbook(xlsx(Sheet("空", [Column("姓名")], []))).active["A1"].value == "姓名"


def test_rows_that_do_not_fit_the_columns_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        csv_rows(Sheet("错", [Column("姓名")], [["a", "b"]]))


def test_a_long_csv_is_sent_in_pieces_with_flat_memory() -> None:
    """A hundred thousand rows hold less than two megabytes at any time, and none is missing."""

    def rows() -> Iterator[list[Any]]:
        for number in range(100_000):
            yield [f"志愿者{number}", number]

    sheet = Sheet("长", [Column("姓名"), Column("人数", Kind.INTEGER)], rows())
    tracemalloc.start()
    pieces = lines = 0
    for piece in csv_chunks(sheet):
        pieces += 1
        lines += piece.count(b"\r\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == 100_001
    assert pieces > 20
    assert peak < 2_000_000
