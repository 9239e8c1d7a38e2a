"""What is written by columns is what would be written cell by cell, in every encoding and for every kind."""

from __future__ import annotations

import csv
import io
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.rooms.exchange import payloads
from tests.rooms.exchange.test_tabular import NUMBERS, xlsx
from volunteer_hub.core import workbook
from volunteer_hub.core.tabular import BATCH, Column, Encoding, Kind, Sheet, csv_chunks, guard
from volunteer_hub.core.workbook import TooManyRows, write_xlsx

#: Texts as people write them, and as they should not.
TEXTS = st.one_of(
    st.sampled_from(payloads.ALL),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.text("0123456789", min_size=14, max_size=18),
    st.none(),
    st.integers(),
)


def in_csv(sheet: Sheet, encoding: Encoding = Encoding.UTF_8) -> list[list[str]]:
    content = b"".join(csv_chunks(sheet, encoding)).decode("utf-8-sig" if encoding is Encoding.UTF_8 else encoding)
    return list(csv.reader(io.StringIO(content, newline="")))


def said(value: Any) -> str:
    return "" if value is None else str(value)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_a_text_is_the_same_whatever_stands_in_its_column(rows: list[tuple[Any, Any]]) -> None:
    """Columns without a delicate text take the short way: both ways write the same."""
    together = Sheet("文", [Column("一"), Column("二")], rows)
    alone = [in_csv(Sheet("文", [Column("一"), Column("二")], [row]))[1] for row in rows]
    assert in_csv(together)[1:] == alone == [[guard(said(cell)) for cell in row] for row in rows]
    read = CalamineWorkbook.from_filelike(xlsx(together)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    plain = [[said(cell) for cell in row] for row in rows if not any("\r" in said(cell) for cell in row)]
    if len(plain) == len(rows):
        assert [[str(cell) for cell in row] for row in read[1:]] == plain


INSTANTS = st.datetimes(datetime.fromisoformat("1899-12-31"), datetime.fromisoformat("2200-01-01"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(), st.integers(-(10**9), 10**9), INSTANTS.map(lambda naive: naive.replace(tzinfo=UTC))),
        min_size=1,
        max_size=6,
    )
)
def test_a_number_is_the_same_whatever_stands_in_its_column(rows: list[tuple[Any, ...]]) -> None:
    """A column of one type takes the short way, one with an unknown in it the long one."""
    columns = [Column("数", Kind.INTEGER), Column("时", Kind.HOURS), Column("刻", Kind.INSTANT)]
    short, long = Sheet("数", columns, rows), Sheet("数", columns, [*rows, (None, None, None)])
    assert in_csv(short) == in_csv(long)[:-1]
    pages = [openpyxl.load_workbook(xlsx(sheet)).active for sheet in (short, long)]
    values = [[[cell.value for cell in row] for row in page.iter_rows(max_row=len(rows) + 1)] for page in pages]
    assert values[0] == values[1]


@pytest.mark.parametrize("encoding", list(Encoding))
def test_every_character_of_unicode_comes_back_in_either_encoding(encoding: Encoding) -> None:
    """GB 18030 maps every code point; only the halves of pairs are no characters."""
    points = [point for point in range(0x20, sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
    texts = ["字" + "".join(map(chr, points[start : start + 4000])) for start in range(0, len(points), 4000)]
    sheet = Sheet("字", [Column("字")], [[text] for text in texts])
    rows = in_csv(sheet, encoding)[1:]
    assert [row[0] for row in rows] == texts


def test_gb18030_bears_no_mark_that_older_programs_would_show() -> None:
    content = b"".join(csv_chunks(Sheet("名单", [Column("姓名")], [["𠮷田"]]), Encoding.GB18030))
    assert content == '"姓名"\r\n"𠮷田"\r\n'.encode("gb18030")


def test_more_rows_than_are_written_together_lose_none_and_keep_their_order() -> None:
    count = 3 * BATCH + 7
    rows = [[f"第{number}人", number, None if number % 5 else date(2022, 1, 1)] for number in range(count)]
    sheet = Sheet("长", [Column("名"), Column("数", Kind.INTEGER), Column("日", Kind.DATE)], rows, foot=[["合计"]])
    page = openpyxl.load_workbook(xlsx(sheet)).active
    assert [row[1].value for row in page.iter_rows(min_row=2, max_row=count + 1)] == list(range(count))
    assert page.cell(count + 3, 1).value == "合计"
    assert page.auto_filter.ref == f"A1:C{count + 1}"
    assert [row[1] for row in in_csv(sheet)[1:-1]] == [str(number) for number in range(count)]


def test_rows_of_a_wrong_width_deep_in_a_table_are_a_mistake() -> None:
    rows = [["a", "b"]] * 300 + [["a"]]
    for write in (in_csv, xlsx):
        with pytest.raises(ValueError, match="zip"):
            write(Sheet("错", [Column("一"), Column("二")], rows))


@pytest.mark.parametrize(
    "day", [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(1985, 3, 5), date(2026, 12, 31)]
)
def test_a_date_is_that_date(day: date) -> None:
    page = openpyxl.load_workbook(xlsx(Sheet("日", [Column("日", Kind.DATE)], [[day]]))).active
    assert page["A2"].value.date() == day


def test_an_instant_is_the_clock_on_the_wall() -> None:
    instant = datetime(2026, 11, 21, 16, 0, 59, tzinfo=UTC)
    page = openpyxl.load_workbook(xlsx(Sheet("时", [Column("时", Kind.INSTANT)], [[instant]]))).active
    assert page["A2"].value == datetime.fromisoformat("2026-11-22T00:00:59")


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert xlsx(NUMBERS).getvalue() == xlsx(NUMBERS).getvalue()


def test_a_mark_stands_above_and_below_every_page_and_commands_nothing() -> None:
    sheet = Sheet("标", [Column("一")], [["a"]], mark="12 号 & 王主任 &D\n&P" + "长" * 300)
    page = openpyxl.load_workbook(xlsx(sheet)).active
    for place in (page.oddHeader.left, page.oddFooter.left):
        assert place.text.lstrip().startswith("12 号 && 王主任 &&D &&P长")
        assert len(place.text) < 200
    assert page.oddFooter.right.text == "&P / &N"


@pytest.mark.parametrize("name", ["", "a" * 32, "a/b", "a[b", "'a", "a:b", "a?b"])
def test_a_sheet_has_a_name_the_format_allows(name: str) -> None:
    with pytest.raises(ValueError, match="sheet's name"):
        xlsx(Sheet(name, [Column("一")], []))


def test_two_sheets_have_two_names() -> None:
    with pytest.raises(ValueError, match="two sheets"):
        xlsx(Sheet("甲A", [Column("一")], []), Sheet("甲a", [Column("一")], []))


def test_a_sheet_ends_where_the_format_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROW_LIMIT", 600)
    assert xlsx(Sheet("满", [Column("一")], ([str(number)] for number in range(599))))
    with pytest.raises(TooManyRows):
        xlsx(Sheet("满", [Column("一")], ([str(number)] for number in range(600))))


def test_quotes_in_a_sheets_name_keep_its_filter_and_its_heading() -> None:
    book = openpyxl.load_workbook(xlsx(Sheet("一'二&三", [Column("一")], [["a"]])))
    assert book.active.print_title_rows == "$1:$1"
    assert book.sheetnames == ["一'二&三"]


def test_shares_and_hours_are_rounded_as_the_page_rounds_them() -> None:
    columns = [Column("占", Kind.PERCENT), Column("时", Kind.HOURS), Column("均", Kind.DECIMAL)]
    rows = [[Decimal("0.18365"), 61, Decimal("1.999")], [0.00005, -59, 2], [1, 0, "3.5"]]
    assert in_csv(Sheet("数", columns, rows))[1:] == [
        ["18.37%", "1.01", "1.99"],
        ["0.01%", "-0.98", "2.00"],
        ["100.00%", "0.00", "3.50"],
    ]
    page = openpyxl.load_workbook(xlsx(Sheet("数", columns, rows))).active
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [
        [0.1837, 1.01, 1.99],
        [0.0001, -0.98, 2],
        [1, 0, 3.5],
    ]


def test_a_long_workbook_is_written_with_flat_memory() -> None:
    """Fifty thousand rows hold less than four megabytes at any time."""

    def rows() -> Iterator[list[Any]]:
        for number in range(50_000):
            yield [f"志愿者{number}", number]

    class Nowhere(io.RawIOBase):
        size = 0

        def write(self, content: Any) -> int:
            self.size += len(content)
            return len(content)

        def tell(self) -> int:
            return self.size

    target = Nowhere()
    tracemalloc.start()
    write_xlsx(target, [Sheet("长", [Column("姓名"), Column("人数", Kind.INTEGER)], rows())])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert target.size > 300_000
    assert peak < 4_000_000


def test_the_archive_is_whole_and_holds_only_what_is_needed() -> None:
    with zipfile.ZipFile(xlsx(NUMBERS, Sheet("二", [Column("一")], []))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "[Content_Types].xml",
            "_rels/.rels",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
        ]
