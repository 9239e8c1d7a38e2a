"""Invitations: only with a person's own agreement is anybody registered."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.imports import ROSTER_HEADINGS, carry_out, dry_run, make_csv, make_office, make_people, take_back
from tests.makers.regions import make_district
from tests.makers.volunteers import make_document, make_mobile, make_volunteer
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.imports import erasing, jobs
from volunteer_hub.imports.models import Basis, Import, Invitation
from volunteer_hub.volunteers.models import Consent, Guardian, Standing, Volunteer


def invite(rows: list[list[str]], heads: tuple[str, ...] = ROSTER_HEADINGS) -> Import:
    office = make_office()
    return carry_out(office, dry_run(office, make_csv([heads, *rows]), basis=Basis.INVITATION))


def open_page(client: FlaskClient, mobile: str, document: str) -> dict[str, str]:
    """Return the hidden fields of the page that an invited person sees."""
    page = client.post("/invitation", data={"mobile": mobile, "ending": document[-6:]})
    return dict(re.findall(r'name="(pass|shown)" value="([^"]+)"', page.text))


def test_an_invited_person_agrees_on_the_phone_and_is_then_registered(app: Flask, client: FlaskClient) -> None:
    make_district()
    [[name, document, mobile, _]] = people = make_people(1)
    invite(people)
    hidden = open_page(client, mobile, document)
    answer = client.post("/invitation/accept", data={**hidden, "agrees": "y", "password": "一个很长的密码八位"})
    assert answer.location == "/registered"
    person = db.session.scalars(select(Volunteer)).one()
    assert (person.name, person.document_number, person.mobile) == (name, document, mobile)
    assert db.session.scalars(select(Consent.version)).one() == "v2"
    assert db.session.scalar(select(func.count()).select_from(Standing)) == 1
    held = db.session.scalars(select(Invitation)).one()
    assert (held.payload, held.document_index, held.volunteer_id) == (None, None, person.id)
    assert client.get("/me/profile").status_code == 200


def test_without_the_tick_nobody_is_registered(app: Flask, client: FlaskClient) -> None:
    make_district()
    [[_, document, mobile, _]] = people = make_people(1)
    invite(people)
    hidden = open_page(client, mobile, document)
    assert client.post("/invitation/accept", data={**hidden, "password": "一个很长的密码八位"}).status_code == 422
    assert db.session.query(Volunteer).count() == 0


def test_who_declines_is_forgotten(app: Flask, client: FlaskClient) -> None:
    make_district()
    [[_, document, mobile, _]] = people = make_people(1)
    invite(people)
    hidden = open_page(client, mobile, document)
    assert client.post("/invitation/decline", data=hidden).status_code == 302
    assert db.session.scalars(select(Invitation.payload)).all() == [None]
    assert open_page(client, mobile, document) == {}


def test_an_invitation_opens_only_with_both_numbers_and_not_for_long_guessing(
    app: Flask, client: FlaskClient
) -> None:
    make_district()
    [[_, document, mobile, _]] = people = make_people(1)
    invite(people)
    for guess in range(5):
        assert client.post("/invitation", data={"mobile": mobile, "ending": f"00000{guess}"}).status_code == 422
    page = client.post("/invitation", data={"mobile": mobile, "ending": document[-6:]})
    assert page.status_code == 422
    assert "尝试次数太多" in page.text
    assert client.post("/invitation/accept", data={"pass": "made up", "agrees": "y"}).status_code == 404


def test_the_guardian_of_an_invited_child_agrees_for_the_child(app: Flask, client: FlaskClient) -> None:
    make_district()
    child, mobile = make_document(date(2014, 3, 5)), make_mobile()
    heads = (*ROSTER_HEADINGS, "监护人姓名", "监护人电话")
    invite([["小明", child, mobile, "仙城社区", "张三", "13800000001"]], heads)
    hidden = open_page(client, mobile, child)
    filled = {**hidden, "agrees": "y", "password": "一个很长的密码八位"}
    assert client.post("/invitation/accept", data=filled).status_code == 422
    filled |= {"guardian_agrees": "y", "guardian_agrees_to_child_data": "y"}
    assert client.post("/invitation/accept", data=filled).status_code == 302
    assert db.session.scalars(select(Guardian.name)).all() == ["张三"]
    assert {consent.given_by for consent in db.session.scalars(select(Consent))} == {"guardian"}


def test_who_registers_at_a_desk_needs_no_invitation_any_more(app: Flask) -> None:
    district = make_district()
    people = make_people(1)
    invite(people)
    make_volunteer(district.community, people[0][0], document_number=people[0][1])
    jobs.erase_old_imports()
    assert db.session.scalars(select(Invitation.payload)).all() == [None]


def test_an_invitation_ends_after_sixty_days(app: Flask, client: FlaskClient) -> None:
    make_district()
    [[_, document, mobile, _]] = people = make_people(1)
    invite(people)
    with transaction():
        erasing.erase_old(now=clock.now() + timedelta(days=61))
    assert db.session.scalars(select(Invitation.payload)).all() == [None]
    assert open_page(client, mobile, document) == {}


def test_an_undo_keeps_who_has_agreed_and_forgets_the_others(app: Flask, client: FlaskClient) -> None:
    make_district()
    people = make_people(2)
    done = invite(people)
    hidden = open_page(client, people[0][2], people[0][1])
    client.post("/invitation/accept", data={**hidden, "agrees": "y", "password": "一个很长的密码八位"})
    undone = take_back(make_office(), done)
    assert (undone.counts["undone"], undone.counts["kept"]) == (1, 1)
    assert db.session.scalar(select(func.count()).select_from(Standing)) == 1
