"""Tables on paper: nothing vanishes, nothing depends on the clock, every page says what its columns are."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from volunteer_hub.core.paper import TooLong, signature_line, write_pdf
from volunteer_hub.core.printed import printed, visible
from volunteer_hub.core.tabular import Column, Kind, Sheet

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's programs are not installed")


def table(rows: list[list[Any]], **more: Any) -> Sheet:
    columns = [Column("姓名", width=20), Column("时长（小时）", Kind.HOURS), Column("占比", Kind.PERCENT)]
    return Sheet("名单", columns, rows, title="仙城街道志愿者名单", **more)


def read(content: bytes, tmp_path: Path, *options: str) -> str:
    file = tmp_path / "table.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", *options, file, "-"], check=True, capture_output=True, timeout=120)
    return done.stdout.decode()


def test_equal_sheets_give_equal_bytes() -> None:
    def draw() -> bytes:
        signed = table([["王*国", 119, None]], foot=[signature_line(str)])
        return write_pdf([signed, table([])], title="名单", author="文明办", note="数据版本 L1-S2")

    assert draw() == draw()
    assert draw().count(b"/FontFile2") == 2


@needs_poppler
def test_every_page_repeats_the_heading_and_is_numbered(tmp_path: Path) -> None:
    text = read(
        write_pdf([table([[f"第{n}人", n, None] for n in range(150)])], title="名单", author="文明办"), tmp_path
    )
    pages = text.split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "时长（小时）" in page
        assert f"{number}/{len(pages)}" in page.replace(" ", "")
    assert re.findall(r"第(\d+)人", text) == [str(n) for n in range(150)]


@needs_poppler
def test_rare_characters_are_found_by_search_and_missing_ones_are_named_by_code_point(tmp_path: Path) -> None:
    content = write_pdf(
        [table([["𫖯龘㐂䶮", 0, None], ["𠮷田👩", 0, None], ["李\u200b四\ufe0f", 0, None]])], title="", author=""
    )
    text = read(content, tmp_path).replace("\n", "")
    for expected in ("𫖯龘㐂䶮", "〈U+20BB7〉田", "〈U+1F469〉", "李四"):
        assert expected in text.replace(" ", "")


def test_no_printable_character_leaves_nothing_behind() -> None:
    for point in range(0x20, 0x30000, 7):
        character = chr(point)
        if character.isprintable() and not 0xFE00 <= point <= 0xFE0F:
            assert visible(character)


@needs_poppler
def test_a_row_higher_than_a_page_goes_on_over_the_next_and_loses_no_character(tmp_path: Path) -> None:
    long = "".join(chr(0x4E00 + n) for n in range(4000))
    content = write_pdf([Sheet("长", [Column("说明", width=60)], [[long]])], title="长", author="")
    assert read(content, tmp_path).count("说明") > 1
    found = re.sub(r"[^\u4e00-\u9fff]", "", read(content, tmp_path).replace("说明", ""))
    assert found.removeprefix("长") == long.replace("说明", "")


@needs_poppler
def test_a_word_wider_than_its_column_is_cut_and_not_lost(tmp_path: Path) -> None:
    number = "V220403202601000001X" * 6
    content = write_pdf(
        [Sheet("号", [Column("编号"), Column("备注", width=120)], [[number, ""]])], title="号", author=""
    )
    assert number in read(content, tmp_path, "-raw").replace("\n", "")


@needs_poppler
def test_below_the_table_stands_who_signs_and_where_the_seal_goes(tmp_path: Path) -> None:
    content = write_pdf(
        [table([], foot=[["口径：……"], signature_line(str)])], title="表", author="", note="数据版本 L7-S9"
    )
    text = read(content, tmp_path)
    for expected in (
        "口径：……",
        "填表人：",
        "审核人：",
        "单位负责人（盖章）：",
        "填表日期：",
        "数据版本L7-S9",
        "1/1",
    ):
        assert expected in text.replace(" ", "")


def test_wide_tables_lie_down_and_narrow_ones_stand() -> None:
    wide = Sheet("宽", [Column(f"列{n}") for n in range(16)], [])
    assert b"/MediaBox [ 0 0 841.8898 595.2756 ]" in write_pdf([wide], title="", author="")
    assert b"/MediaBox [ 0 0 595.2756 841.8898 ]" in write_pdf([table([])], title="", author="")


def test_a_list_nobody_would_carry_is_refused_before_anything_is_drawn() -> None:
    assert write_pdf([table([["", 1, None]] * 3)], title="", author="", most_rows=3)
    read_rows: list[int] = []

    def rows() -> Iterator[list[Any]]:
        for number in range(100):
            read_rows.append(number)
            yield ["", number, None]

    endless = replace(table([]), rows=rows())
    with pytest.raises(TooLong):
        write_pdf([endless], title="", author="", most_rows=3)
    assert read_rows == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="nothing"):
        write_pdf([], title="", author="")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.TEXT, "=1+1", "=1+1"),
        (Kind.TEXT, None, ""),
        (Kind.INTEGER, 25028, "25,028"),
        (Kind.INTEGER, None, "—"),
        (Kind.PERCENT, Decimal("0.1836"), "18.36%"),
        (Kind.PERCENT, Decimal("12.5"), "1,250.00%"),
        (Kind.HOURS, 119, "1.98"),
        (Kind.HOURS, -119, "-1.98"),
        (Kind.DECIMAL, Decimal("1234.567"), "1,234.56"),
        (Kind.DATE, date(2022, 12, 31), "2022-12-31"),
        (Kind.INSTANT, datetime(2022, 12, 31, 16, 0, tzinfo=UTC), "2023-01-01 00:00"),
    ],
)
def test_cells_are_printed_as_the_page_prints_them(kind: Kind, value: Any, expected: str) -> None:
    assert printed(kind, value) == expected


@needs_poppler
def test_where_room_is_short_a_date_stays_whole_and_texts_give_way(tmp_path: Path) -> None:
    columns = [Column("日期", Kind.DATE, 12), *(Column(f"说明{n}", width=40) for n in range(6))]
    content = write_pdf([Sheet("宽", columns, [[date(2022, 12, 31), *["很长的说明" * 8] * 6]])], title="", author="")
    assert "2022-12-31" in read(content, tmp_path, "-raw")
