"""From the volunteer's own page to the page a stranger opens with the code on the paper."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.certificates import FIRST_DAY, make_desk
from volunteer_hub.certificates.models import Certificate, CertificateRequest
from volunteer_hub.core import clock
from volunteer_hub.core.db import db


def test_a_volunteer_prints_the_record_and_gets_a_certificate_that_a_stranger_finds_valid(
    app: Flask, client: FlaskClient
) -> None:
    desk = make_desk()
    own = sign_in(client, desk.volunteer)
    page = own.get("/my/certificates")
    assert page.status_code == 200
    assert "2.00" in page.text
    record = own.get(f"/my/certificates/record.pdf?since={FIRST_DAY}&until={clock.today()}")
    assert record.mimetype == "application/pdf"
    assert record.data.startswith(b"%PDF-")
    assert "不收费" in own.get("/my/certificates/new").text
    asked = own.post(
        "/my/certificates/new",
        data={
            "unit": f"station:{desk.station.id}",
            "since": str(FIRST_DAY),
            "until": str(clock.today()),
            "purpose": "升学",
            "document": "masked",
            "wants_seal": "y",
        },
    )
    assert asked.status_code == 303, asked.text
    request = db.session.scalars(select(CertificateRequest)).one()

    manager = sign_in(app.test_client(), desk.manager)
    assert "李秀兰" in manager.get("/office/certificates").text
    assert "2.00" in manager.get(f"/office/certificates/requests/{request.id}").text
    issued = manager.post(f"/office/certificates/requests/{request.id}/issue")
    assert issued.status_code == 303, issued.text
    db.session.rollback()
    certificate = db.session.scalars(select(Certificate)).one()
    assert certificate.number.endswith("-00001")
    assert "已开具" in manager.get("/office/certificates?tab=decided").text

    paper = own.get(f"/my/certificates/{certificate.id}/certificate.pdf")
    assert paper.data.startswith(b"%PDF-")
    assert certificate.number in own.get("/my/certificates").text
    seen = app.test_client().get(f"/certificates/{certificate.token}")
    assert seen.status_code == 200
    assert "有效" in seen.text
    assert "李秀兰" not in seen.text
    assert "noindex" in seen.headers["X-Robots-Tag"]
    assert app.test_client().get("/certificates/no-such-token").status_code == 404
    assert len(app.test_client().get("/certificates/keys").get_json()["keys"]) == 1
