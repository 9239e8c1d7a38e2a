"""The papers as other programs read them: every field is found, every font embedded, every code decoded."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scripts import verify_certificate
from tests.makers.accounts import sign_in
from tests.makers.certificates import (
    FIRST_DAY,
    NOW,
    SERVED,
    Desk,
    make_certificate,
    make_desk,
    make_done,
    make_request,
    make_seal_picture,
)
from tests.rooms.certificates import papers
from volunteer_hub.certificates import queries, seal_pictures, service, units
from volunteer_hub.core import clock
from volunteer_hub.core.crypto import fingerprint
from volunteer_hub.core.db import transaction
from volunteer_hub.core.masking import mask_document
from volunteer_hub.core.scope import EVERYTHING

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "verify_certificate.py"


def use_a_seal(desk: Desk, unit_id: int) -> None:
    picture = seal_pictures.re_encode(make_seal_picture(), field="picture")
    with transaction():
        units.use_seal(desk.actor, queries.get_unit(EVERYTHING, unit_id), picture, now=NOW)


@papers.needs_programs
def test_a_certificate_says_what_the_guidance_asks_for_and_every_font_is_in_it(app: Flask, tmp_path: Path) -> None:
    desk = make_desk(minutes=150)
    certificate = make_certificate(desk)
    paper = service.open_paper(certificate)
    assert fingerprint(paper) == certificate.paper_sha256
    said = "".join(papers.text(paper, tmp_path).split())
    masked = mask_document(desk.volunteer.document_number)
    for field in (
        "志愿服务证明",
        certificate.number,
        "李秀兰",
        desk.volunteer.number,
        "居民身份证",
        masked,
        "2.50小时",
        "街道清洁日",
        "广场东门",
        "卫生环保",
        "记录单位：仙城社区新时代文明实践站",
        "负责人：孙主任",
        "经办人：王站长",
        "联系方式：0437-5550100",
        "2026年3月20日",
        "用途升学",
        "免费",
        "盖章处",
    ):
        assert field in said, field
    assert desk.volunteer.document_number not in said
    embedded = papers.fonts(paper, tmp_path)
    assert embedded
    assert all(yes == "yes" for _, yes in embedded)


@papers.needs_programs
def test_a_whole_document_number_stands_on_the_paper_and_nowhere_else(app: Flask, tmp_path: Path) -> None:
    desk = make_desk()
    certificate = make_certificate(desk, make_request(desk, whole_document=True))
    number = desk.volunteer.document_number
    assert number in "".join(papers.text(service.open_paper(certificate), tmp_path).split())
    assert number not in (certificate.content or "")
    assert number not in app.test_client().get(f"/certificates/{certificate.token}").text
    assert number.encode() not in (certificate.paper or b"")


@papers.needs_programs
def test_a_seal_is_printed_for_who_wants_one(app: Flask, tmp_path: Path) -> None:
    desk = make_desk()
    wanted = make_request(desk)
    use_a_seal(desk, wanted.unit_id)
    with_seal = make_certificate(desk, wanted)
    without = make_certificate(desk, make_request(desk, wants_seal=False))
    assert "盖章处" not in papers.text(service.open_paper(with_seal), tmp_path)
    assert b"/Subtype /Image" in service.open_paper(with_seal)
    assert b"/Subtype /Image" not in service.open_paper(without)
    assert "盖章处" not in papers.text(service.open_paper(without), tmp_path)


@papers.needs_programs
def test_sixty_four_services_go_over_several_pages_and_none_is_lost(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    desk = make_desk()
    for n in range(1, 64):
        make_done(desk.station, desk.volunteer, minutes=60 + n, on=SERVED - timedelta(days=n))
    certificate = make_certificate(desk)
    pages = papers.pages(service.open_paper(certificate), tmp_path)
    assert len(pages) > 2
    assert len(certificate.covered) == 64
    for number, page in enumerate(pages, 1):
        assert f"{number}/{len(pages)}" in page.replace(" ", "")
        assert certificate.number in page
    for page in pages[1:]:
        assert "服务日期" in page
    listed = "".join(pages[1:])
    assert all(str(SERVED - timedelta(days=n)) in listed for n in range(64))
    record = sign_in(client, desk.volunteer).get("/my/certificates/record.pdf").data
    record_pages = papers.pages(record, tmp_path)
    assert len(record_pages) > 2
    assert all(str(SERVED - timedelta(days=n)) in "".join(record_pages) for n in range(64))


@papers.needs_programs
def test_the_code_of_a_certificate_leads_to_its_page_and_a_script_checks_it_without_us(
    app: Flask, tmp_path: Path
) -> None:
    desk = make_desk(minutes=125)
    certificate = make_certificate(desk, make_request(desk, whole_document=True))
    [text] = papers.codes(service.open_paper(certificate), tmp_path)
    address, _, _ = text.partition("#")
    assert address == f"https://zhiyuan.example.gov.cn/certificates/{certificate.token}"
    keys = tmp_path / "keys.json"
    keys.write_bytes(app.test_client().get("/certificates/keys").data)
    number = desk.volunteer.document_number
    good = check(text, keys, "--document", number)
    assert good.returncode == 0, good.stdout
    for field in ("李秀兰", certificate.number, "2.08 小时（125 分钟）", "相符", desk.volunteer.number):
        assert field in good.stdout
    assert check(text, keys, "--document", number[:-4] + "0000").returncode == 1
    start = text.index("#") + 1
    published = json.loads(keys.read_text())
    for place in range(start, len(text)):
        other = "A" if text[place] != "A" else "B"
        with pytest.raises(verify_certificate.Refused):
            verify_certificate.check(text[:place] + other + text[place + 1 :], published)
    changed = text[:start] + ("A" if text[start] != "A" else "B") + text[start + 1 :]
    assert check(changed, keys).returncode == 1
    assert check("https://example.org/", keys).returncode == 2


def check(text: str, keys: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the script as somebody without this project would: isolated, from elsewhere."""
    command = [sys.executable, "-I", str(SCRIPT), "--keys", str(keys), *more, text]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=keys.parent, check=False)


@papers.needs_programs
def test_a_record_says_that_it_is_none_and_its_code_is_compared_with_the_ledger(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    desk = make_desk(minutes=100)
    record = sign_in(client, desk.volunteer).get(f"/my/certificates/record.pdf?since={FIRST_DAY}").data
    said = "".join(papers.text(record, tmp_path).split())
    for field in (
        "志愿服务记录",
        "不是《志愿服务证明》",
        "李秀兰",
        "1.66",
        "街道清洁日",
        "A系统计时",
        str(clock.today()),
    ):
        assert field in said, field
    assert desk.volunteer.document_number not in said
    assert all(yes == "yes" for _, yes in papers.fonts(record, tmp_path))
    [address] = papers.codes(record, tmp_path)
    path = "/" + address.split("/", 3)[3]
    page = app.test_client().get(path)
    assert "与台账一致" in page.text
    assert "1.66" in page.text
    assert "李秀兰" not in page.text
    assert app.test_client().get(path[:-2] + "AA").status_code == 404
