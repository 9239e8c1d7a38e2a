"""The drawing of codes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from volunteer_hub.core import qr

TEXT = "https://zhiyuan.example.gov.cn/c/1.KQ8ZJ4M2"
NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_a_code_is_square_with_four_empty_modules_around_it() -> None:
    rows = qr.matrix(TEXT)
    size = len(rows)
    assert {len(row) for row in rows} == {size}
    assert not any(any(row) for row in rows[:4] + rows[-4:])
    assert not any(any(row[:4] + row[-4:]) for row in rows)
    # The finder pattern's upper left corner.
    assert rows[4][4:11] == [True] * 7


def test_the_picture_holds_exactly_the_dark_modules_and_no_inline_style() -> None:
    drawing = ElementTree.fromstring(qr.svg(TEXT))
    ground, dark = drawing.findall(f"{NAMESPACE}path")
    assert ground.attrib["fill"] == "#fff"
    assert all("style" not in element.attrib for element in drawing.iter())
    drawn = set()
    for run in dark.attrib["d"].split("M")[1:]:
        corner, length = run.split("h")[:2]
        x, y = map(int, corner.split())
        drawn |= {(x + step, y) for step in range(int(length.split("v")[0]))}
    assert drawn == {(x, y) for y, row in enumerate(qr.matrix(TEXT)) for x, is_dark in enumerate(row) if is_dark}


def test_runs_of_a_row() -> None:
    assert qr.runs([False, True, True, False, True]) == [(1, 2), (4, 1)]
    assert qr.runs([False, False]) == []


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed")
@pytest.mark.parametrize("text", [TEXT, "1", "a" * 300])
def test_a_reader_reads_what_was_written(tmp_path: Path, text: str) -> None:
    rows = qr.matrix(text)
    picture = Image.new("1", (len(rows), len(rows)), 1)
    picture.putdata([not is_dark for row in rows for is_dark in row])
    file = tmp_path / "code.png"
    picture.resize((len(rows) * 8, len(rows) * 8)).save(file)
    read = subprocess.run(["zbarimg", "-q", "--raw", str(file)], capture_output=True, check=True)
    assert read.stdout.decode().rstrip("\n") == text
