"""Whoever acts for somebody is told what concerns that person's shifts."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.families import make_child, make_link
from tests.makers.regions import make_district
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.families.models import CareKind
from volunteer_hub.notices import service
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer


def tell(volunteer: Volunteer, key: str) -> None:
    with transaction():
        service.tell(volunteer.account_id or 0, "通知", {}, key=key, now=clock.now())


def told(volunteer: Volunteer) -> list[str]:
    rows = db.session.scalars(select(Notice).where(Notice.account_id == volunteer.account_id).order_by(Notice.id))
    return [row.key.partition("@")[0] for row in rows if not row.key.startswith("care:")]


@pytest.mark.parametrize(
    ("key", "guardian", "relative"),
    [("shift:1:moved", 1, 1), ("objection:1:answered", 1, 0), ("rights:1:answered", 0, 0), ("search:1:x", 0, 0)],
)
def test_a_guardian_is_told_of_shifts_and_record_a_relative_of_shifts_and_nobody_of_ones_identity(
    app: Flask, key: str, guardian: int, relative: int
) -> None:
    district = make_district()
    mother = make_volunteer(district.community, "王芳")
    child = make_child(mother, district.community)
    elder = make_volunteer(district.community, "李奶奶")
    make_link(mother, elder, CareKind.RELATIVE)
    tell(child, key)
    assert len(told(mother)) == guardian
    tell(elder, key)
    tell(elder, key)
    assert len(told(mother)) == guardian + relative
    assert (told(child), told(elder)) == ([key], [key])


def test_a_copy_says_for_whom_it_is(client: FlaskClient) -> None:
    district = make_district()
    mother = make_volunteer(district.community, "王芳")
    child = make_child(mother, district.community)
    tell(child, "shift:1:moved")
    page = sign_in(client, db.session.get_one(Account, mother.account_id)).get("/notices").text
    assert f"代{child.name}收" in page
