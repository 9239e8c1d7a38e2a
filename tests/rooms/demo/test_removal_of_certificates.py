"""Certificates go with the demonstration: what was asked for, issued, numbered, and the units that only it had."""

from __future__ import annotations

import time_machine
from flask import Flask
from sqlalchemy import select

from tests.makers.accounts import make_staff
from tests.makers.certificates import address
from tests.makers.demo import NOW, load_small, rows_left
from volunteer_hub.accounts.models import Role
from volunteer_hub.certificates import issuing_desk
from volunteer_hub.certificates.models import Certificate, CertificateRequest, RecordingUnit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo import removal
from volunteer_hub.volunteers.models import Volunteer


@time_machine.travel(NOW, tick=False)
def test_somebody_waits_for_a_certificate_and_nothing_is_left_once_it_was_issued(app: Flask) -> None:
    loaded = load_small()
    before = rows_left()
    asked = db.session.scalars(select(CertificateRequest)).one()
    assert db.session.get_one(Volunteer, asked.volunteer_id).number == loaded.logins[0].name
    office = make_staff(Role.OFFICE, name="赵科长")
    issued = issuing_desk.issue(
        Actor(office.id, "赵科长"), EVERYTHING, asked.id, address=address, site="志愿中枢", now=NOW
    )
    assert issued.minutes > 0
    with transaction():
        removed = removal.remove(now=NOW)
    for model in (Certificate, CertificateRequest, RecordingUnit):
        assert removed[model.__tablename__] == 1
    left = {name for name in rows_left() if name.startswith(("certificate", "recording", "unit_"))}
    assert left <= {"certificate_keys"}
    assert before["certificate_requests"] == 1
