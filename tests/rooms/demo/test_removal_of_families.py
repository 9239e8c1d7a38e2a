"""Links with invented people go with the demonstration; real families stay."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.demo import NOW, load_small
from tests.makers.families import make_child, make_link
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Login
from volunteer_hub.core.clock import civil_date
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import removal
from volunteer_hub.families.models import CareKind, CareLink
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import Volunteer

COMMUNITY = "220403002001"


def test_the_volunteer_one_can_be_has_children_and_an_elder(app: Flask) -> None:
    """The demonstration's people are of a year some time ago: so small a district has few who are minors today."""
    loaded = load_small()
    tester = db.session.scalars(select(Volunteer).where(Volunteer.number == loaded.logins[0].name)).one()
    links = db.session.scalars(select(CareLink).order_by(CareLink.id)).all()
    minors = [one for one in db.session.scalars(select(Volunteer)) if full_years(one.birth_on, civil_date(NOW)) < 18]
    assert minors
    assert [link.kind for link in links] == [CareKind.GUARDIAN] * min(2, len(minors)) + [CareKind.RELATIVE]
    assert {link.carer_account_id for link in links} == {tester.account_id}


def test_a_real_person_who_acts_for_an_invented_one_is_oneself_again(app: Flask, client: FlaskClient) -> None:
    """The divisions stay, because somebody real lives there."""
    load_small(150)
    mother = make_volunteer(COMMUNITY, "王芳")
    child = make_child(mother, COMMUNITY)
    invented = db.session.scalars(
        select(Volunteer).where(Volunteer.is_demonstration, ~Volunteer.is_party_member)
    ).all()
    elder = next(one for one in invented if one.birth_on and one.birth_on.year < 1970)
    link = make_link(mother, elder)
    sign_in(client, mother).post(f"/me/family/{link.id}/act")
    assert db.session.scalars(select(Login.acting_link_id)).all() == [link.id]
    with transaction():
        removal.remove(now=NOW)
    assert [one.volunteer_id for one in db.session.scalars(select(CareLink))] == [child.id]
    assert db.session.scalars(select(Login.acting_link_id)).all() == [None]
    assert mother.number in client.get("/me").text
