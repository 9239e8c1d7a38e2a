"""The desk's pages: settings with a seal, the register and its file, the paper with its trace, the keys."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.certificates import (
    NOW,
    Desk,
    make_certificate,
    make_desk,
    make_ready,
    make_request,
    make_seal_picture,
)
from tests.makers.stations import make_station
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.certificates import queries, seal_pictures, service
from volunteer_hub.certificates.cli import commands
from volunteer_hub.certificates.models import CertificateKey, RecordingUnit
from volunteer_hub.core import crypto
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Unprocessable


@pytest.fixture
def desk(app: Flask) -> Desk:
    return make_desk()


@pytest.fixture
def manager(client: FlaskClient, desk: Desk) -> FlaskClient:
    return sign_in(client, desk.manager)


def test_a_unit_is_set_up_before_anybody_asks(app: Flask, client: FlaskClient) -> None:
    desk = make_desk(ready=False)
    manager = sign_in(client, desk.manager)
    elsewhere = make_station("220403003001", name="东山站")
    page = manager.get("/office/certificates/units").text
    assert desk.station.name in page
    assert "东山站" not in page
    foreign = manager.post("/office/certificates/units", data={"place": f"station:{elsewhere.id}"})
    assert foreign.status_code == 422
    made = manager.post("/office/certificates/units", data={"place": f"station:{desk.station.id}"})
    assert made.status_code == 303
    address = made.headers["Location"]
    assert manager.post(address, data={"person_in_charge": "孙主任", "contact": ""}).status_code == 422
    saved = manager.post(address, data={"person_in_charge": "孙主任", "contact": "0437-5550100"})
    assert saved.status_code == 303
    db.session.rollback()
    unit = db.session.scalars(select(RecordingUnit)).one()
    assert (unit.person_in_charge, unit.contact, unit.changed_by) == ("孙主任", "0437-5550100", desk.manager.id)


def test_a_seal_is_taken_shown_replaced_and_taken_back(manager: FlaskClient, desk: Desk) -> None:
    unit_id = make_ready(desk)
    address = f"/office/certificates/units/{unit_id}/seal"
    assert manager.get(f"{address}.png").status_code == 404
    for side in (300, 400):
        sent = manager.post(address, data={"picture": (io.BytesIO(make_seal_picture(side)), "seal.png")})
        assert sent.status_code == 303, sent.text
    shown = manager.get(f"{address}.png")
    with Image.open(io.BytesIO(shown.data)) as picture:
        assert (picture.size, picture.mode) == ((400, 400), "RGBA")
        assert picture.getpixel((200, 200))[3] == 0
        assert picture.getpixel((28, 200))[3] > 200
    assert manager.post(address, data={"withdraw": "1"}).status_code == 303
    assert manager.get(f"{address}.png").status_code == 404
    refused = manager.post(address, data={"picture": (io.BytesIO(b"GIF89a"), "seal.png")})
    assert refused.status_code == 422
    assert "PNG" in refused.text


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\xff\xd8\xff no jpeg", "seal_kind"),
        (make_seal_picture()[:200], "seal_broken"),
        (make_seal_picture() + b"\0" * seal_pictures.MOST_BYTES, "seal_bytes"),
        (make_seal_picture(120), "seal_small"),
    ],
)
def test_only_a_png_of_bounded_size_is_taken_for_a_seal(sent: bytes, code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        seal_pictures.re_encode(sent, field="picture")
    assert (refused.value.code, refused.value.field) == (code, "picture")


def test_a_blank_picture_is_no_seal_and_nothing_but_pixels_is_kept() -> None:
    blank = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(blank, "PNG")
    with pytest.raises(Unprocessable, match="seal_blank"):
        seal_pictures.re_encode(blank.getvalue(), field="picture")
    kept = seal_pictures.re_encode(make_seal_picture() + b"<script>behind the last chunk</script>", field="picture")
    assert b"script" not in kept.content
    assert kept.digest == crypto.fingerprint(kept.content)


def test_the_register_lists_and_exports_what_was_issued_with_masked_numbers(manager: FlaskClient, desk: Desk) -> None:
    certificate = make_certificate(desk, make_request(desk, whole_document=True))
    assert certificate.number in manager.get("/office/certificates/register").text
    assert certificate.number in manager.get("/office/certificates/register?year=2026").text
    assert certificate.number not in manager.get("/office/certificates/register?year=2025").text
    listed = manager.get("/office/certificates/register-file?format=csv").data.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(listed)) if row]
    row = next(row for row in rows if certificate.number in row)
    assert "李秀兰" in row
    assert "2.00" in row
    assert certificate.paper_sha256 in row
    assert desk.volunteer.document_number not in listed
    book = manager.get("/office/certificates/register-file?format=xlsx").data
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(book)).namelist()
    assert manager.get("/office/certificates/register-file?format=pdf").status_code == 404
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "register")).all()
    assert acts == ["certificates.export"] * 2


def test_the_archive_is_the_paper_byte_for_byte_and_opening_it_is_in_the_trail(
    manager: FlaskClient, desk: Desk
) -> None:
    certificate = make_certificate(desk)
    page = f"/office/certificates/issued/{certificate.id}"
    assert certificate.paper_sha256 in manager.get(page).text
    sent = manager.get(f"{page}/certificate.pdf")
    assert crypto.fingerprint(sent.data) == certificate.paper_sha256
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == certificate.number)).all()
    assert "certificates.open_paper" in acts
    assert manager.post(f"{page}/revoke", data={"reason": ""}).status_code == 422
    assert manager.post(f"{page}/revoke", data={"reason": "冒名参加"}).status_code == 303
    again = manager.post(f"{page}/revoke", data={"reason": "再来"})
    assert again.status_code == 422
    assert "已经失效" in again.text


def test_opening_a_paper_with_a_whole_document_number_is_a_look_at_the_persons_identity(
    manager: FlaskClient, desk: Desk
) -> None:
    certificate = make_certificate(desk, make_request(desk, whole_document=True))
    manager.get(f"/office/certificates/issued/{certificate.id}/certificate.pdf")
    looks = select(AuditEntry).where(AuditEntry.action == "volunteers.open_identity")
    [look] = db.session.scalars(looks).all()
    assert (look.object_id, look.reason) == (str(desk.volunteer.id), certificate.number)


def test_a_refusal_needs_a_reason_and_what_cannot_be_issued_says_why(manager: FlaskClient, desk: Desk) -> None:
    request = make_request(desk)
    address = f"/office/certificates/requests/{request.id}"
    assert manager.post(f"{address}/refuse", data={"reason": ""}).status_code == 422
    assert manager.post(f"{address}/refuse", data={"reason": "时长有疑问"}).status_code == 303
    late = manager.post(f"{address}/issue")
    assert late.status_code == 409
    assert "已经处理过" in late.text
    assert "时长有疑问" in sign_in(manager, desk.volunteer).get("/my/certificates").text


def test_a_new_key_signs_from_now_on_and_the_old_one_stays_published(app: Flask, desk: Desk) -> None:
    first = make_certificate(desk)
    runner = app.test_cli_runner()
    rotated = runner.invoke(commands, ["rotate-key"])
    assert rotated.exit_code == 0
    db.session.rollback()
    second = make_certificate(desk, make_request(desk, wants_seal=False))
    assert first.key_id != second.key_id == rotated.output.strip()
    published = {key["id"]: key for key in app.test_client().get("/certificates/keys").get_json()["keys"]}
    assert published[first.key_id]["retired"]
    assert not published[second.key_id]["retired"]
    assert runner.invoke(commands, ["withdraw-key", second.key_id]).exit_code == 0
    assert runner.invoke(commands, ["withdraw-key", "none"]).exit_code == 1
    listed = runner.invoke(commands, ["keys"]).output
    assert [line.split()[1] for line in listed.splitlines()] == ["signs", "lost", "retired"]


def test_another_master_secret_begins_another_key_and_keeps_the_old_ones(app: Flask, desk: Desk) -> None:
    first = make_certificate(desk)
    with transaction():
        kept = db.session.scalars(select(CertificateKey)).one()
        kept.public_key = "A" * 43
    second = make_certificate(desk, make_request(desk, wants_seal=False))
    assert db.session.get_one(CertificateKey, 1).retired_at == NOW
    assert second.key_id == db.session.get_one(CertificateKey, 2).key_id != first.key_id
    assert queries.find_certificate(None) is None
    assert service.open_paper(second).startswith(b"%PDF-")
