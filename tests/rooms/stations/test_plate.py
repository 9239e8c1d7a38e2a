"""The plate on the door: what it says, and that a phone can read it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from volunteer_hub.stations.plate import Plate, draw

PLATE = Plate(
    name="䶮江㙟村新时代文明实践站",
    kind="站",
    district="吉林省辽源市西安区仙城街道仙城社区",
    url="https://zhiyuan.example.gov.cn/stations/17",
    site="志愿中枢",
    address="仙城大街 18 号",
    opening_hours="周一至周五 8:30–17:00",
    phone="0437-5550100",
)
LONG = Plate(
    name="西安区仙城街道仙城社区党群服务中心文化广场新时代文明实践志愿服务综合实践基地",
    kind="基地",
    district="新疆维吾尔自治区博尔塔拉蒙古自治州阿拉山口市阿拉套街道天山社区",
    url="https://" + "zhiyuan." * 12 + "gov.cn/stations/123456",
    site="志愿中枢",
    address="长街" * 50,
    opening_hours="周一至周五 8:30–17:00，" * 5,
)
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
needs_zbar = pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbar-tools is not installed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plate.pdf"


def run(*words: object) -> str:
    return subprocess.run([str(word) for word in words], capture_output=True, check=True).stdout.decode()


@needs_poppler
def test_the_plate_says_what_the_door_must_say_rare_characters_too(file: Path) -> None:
    file.write_bytes(draw(PLATE))
    said = run("pdftotext", "-layout", file, "-")
    shown = said.replace(" ", "").replace("\n", "")
    for words in (PLATE.name, PLATE.district, "新时代文明实践站", "仙城大街18号", "0437-5550100", "8:30–17:00"):
        assert words.replace(" ", "") in shown
    assert "在场时请扫描工作人员屏幕上的动态码" in shown
    assert PLATE.url in said


@needs_poppler
def test_the_plate_is_one_sheet_of_a4_with_every_font_inside(file: Path) -> None:
    for plate in (PLATE, LONG, Plate("站", "站", "西安区", "https://a.cn/stations/1", "志愿中枢")):
        file.write_bytes(draw(plate))
        facts = run("pdfinfo", file)
        assert "Pages:           1" in facts
        assert "A4" in facts
        fonts = run("pdffonts", file).splitlines()[2:]
        assert {line.split()[-5] for line in fonts} == {"yes"}
        assert all("NotoSansSC" in line for line in fonts)


@needs_poppler
@needs_zbar
@pytest.mark.parametrize("plate", [PLATE, LONG])
def test_a_phone_reads_the_address_of_the_public_page(file: Path, plate: Plate) -> None:
    file.write_bytes(draw(plate))
    run("pdftoppm", "-r", 100, "-png", "-singlefile", file, file.with_suffix(""))
    assert run("zbarimg", "-q", "--raw", file.with_suffix(".png")).strip() == plate.url
