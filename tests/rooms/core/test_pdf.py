"""Paper: the fonts that travel with us, and the breaking of lines."""

from __future__ import annotations

import hashlib
import re

from volunteer_hub.core.pdf import BOLD, FONTS, REGULAR, Sheet, fit, register_fonts, wrap


def test_every_font_file_has_the_sum_it_was_kept_with() -> None:
    listed = dict(re.findall(r"\| (\S+) \| ([0-9a-f]{64}) \|", (FONTS / "VENDORED.md").read_text(encoding="utf-8")))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FONTS.iterdir()
        if path.name != "VENDORED.md"
    }
    assert found == listed
    assert {"NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "OFL.txt"} == set(listed)


def test_a_sheet_embeds_its_fonts_and_is_the_same_every_time() -> None:
    def draw() -> bytes:
        sheet = Sheet("牌", "志愿中枢")
        sheet.write("仙城社区", 50, 700, size=20, font=BOLD)
        sheet.centred("新时代文明实践", 600, size=20, spacing=3)
        sheet.code("https://example.org", 50, 50, 200)
        return sheet.finish()

    drawn = draw()
    assert drawn.startswith(b"%PDF-")
    assert drawn.count(b"/FontFile2") == 2
    assert b"Helvetica" not in drawn
    assert drawn == draw()


def test_chinese_breaks_anywhere_other_words_only_between_them() -> None:
    register_fonts()
    assert wrap("志愿服务站", REGULAR, 10, 30) == ["志愿服", "务站"]
    assert wrap("open every day", REGULAR, 10, 30) == ["open", "every", "day"]
    assert wrap("一\n二", REGULAR, 10, 30) == ["一", "二"]
    assert wrap("", REGULAR, 10, 30) == [""]


def test_no_line_begins_with_a_sign_that_closes() -> None:
    register_fonts()
    assert wrap("志愿者，服务", REGULAR, 10, 30) == ["志愿者，", "服务"]


def test_a_text_takes_the_largest_size_that_fits_and_even_lines() -> None:
    register_fonts()
    assert fit("志愿", REGULAR, 100, largest=20, smallest=8, lines=1) == (20, ["志愿"])
    size, lines = fit("志愿服务站点名称", REGULAR, 100, largest=20, smallest=8, lines=1)
    assert (size, lines) == (12, ["志愿服务站点名称"])
    assert fit("志愿服务站点", REGULAR, 100, largest=20, smallest=8, lines=2)[1] == ["志愿服", "务站点"]


def test_no_line_ends_with_a_sign_that_opens() -> None:
    register_fonts()
    assert wrap("服务（小时）", REGULAR, 10, 30) == ["服务", "（小时）"]
    assert wrap("（（（（", REGULAR, 10, 20) == ["（（", "（（"]
