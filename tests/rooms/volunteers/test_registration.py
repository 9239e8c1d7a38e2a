"""Registration through the service: what is written, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district
from tests.makers.volunteers import REGISTERED, VISITOR, make_document, make_registration, make_volunteer
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.accounts.service import check_password
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.models import Sex, Volunteer
from volunteer_hub.volunteers.numbers import is_number
from volunteer_hub.volunteers.registration import GuardianAnswer


def test_registration_writes_number_standing_and_consent(app: Flask) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community, password="long enough a word")
    assert volunteer.number.startswith("V2204032501000001")
    assert is_number(volunteer.number)
    assert volunteer.sex is Sex.FEMALE
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    assert (standing.region_code, standing.assurance, standing.since) == (place.community, 0, REGISTERED)
    assert [(c.kind, c.given_by) for c in queries.list_consents(volunteer.id)] == [("registration", "self")]
    assert queries.find_guardian(volunteer.id) is None


def test_one_signs_in_with_the_number_or_the_mobile(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community, mobile="+86 138 0043 7000", password="long enough a word")
    for typed in (volunteer.number, volunteer.number.lower(), "13800437000"):
        assert check_password(typed, "long enough a word").id == volunteer.account_id


def test_desk_registration_is_seen_by_staff_and_leaves_a_trail(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community, at_desk=True)
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    assert standing.assurance == 2
    assert db.session.scalar(select(AuditEntry.action)) == "volunteers.register"


@pytest.mark.parametrize("typed", [" {0} ", "{1}"])
def test_the_same_document_in_another_spelling_is_the_same_person(app: Flask, typed: str) -> None:
    place = make_district()
    number = make_document()
    make_volunteer(place.community, document_number=number)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number.lower())
    with pytest.raises(DomainError) as refusal:
        make_volunteer(place.far_community, "别人", document_number=typed.format(number, wide))
    assert (refusal.value.code, refusal.value.field) == ("document_registered", "document_number")
    assert not refusal.value.params
    assert db.session.scalar(select(func.count()).select_from(Volunteer)) == 1


def test_a_family_may_share_one_mobile(app: Flask) -> None:
    place = make_district()
    first, second = (make_volunteer(place.community, mobile="13800437000") for _ in range(2))
    assert first.mobile_index == second.mobile_index
    assert first.account_id != second.account_id


def test_residence_has_to_reach_the_community(app: Flask) -> None:
    place = make_district()
    for code in (place.county, place.street, "999999999999", ""):
        with pytest.raises(DomainError) as refusal:
            make_volunteer(code)
        assert refusal.value.field == "region_code"


@pytest.mark.parametrize(
    ("birth_on", "answer", "field"),
    [
        (date(2009, 1, 1), GuardianAnswer(), "guardian_name"),
        (date(2009, 1, 1), GuardianAnswer("李建国", "12"), "guardian_mobile"),
        (date(2009, 1, 1), GuardianAnswer("李建国", "13800000001"), "guardian_agrees"),
        (date(2012, 1, 1), GuardianAnswer("李建国", "13800000001", True), "guardian_agrees_to_child_data"),
        (date(2020, 1, 1), GuardianAnswer("李建国", "13800000001", True, True), "document_number"),
    ],
)
def test_a_minor_needs_a_guardian_who_consents(
    app: Flask, birth_on: date, answer: GuardianAnswer, field: str
) -> None:
    given = make_registration(make_district().community, birth_on=birth_on, guardian=answer)
    with pytest.raises(DomainError) as refusal, transaction():
        service.register(VISITOR, given, now=REGISTERED)
    assert refusal.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Volunteer)) == 0


def test_for_a_child_the_guardian_gives_every_consent(app: Flask) -> None:
    place = make_district()
    child = make_volunteer(place.community, birth_on=date(2013, 5, 1))
    youth = make_volunteer(place.community, birth_on=date(2009, 5, 1))
    assert [(c.kind, c.given_by) for c in queries.list_consents(child.id)] == [
        ("registration", "guardian"),
        ("minor", "guardian"),
        ("child_data", "guardian"),
    ]
    assert [(c.kind, c.given_by) for c in queries.list_consents(youth.id)] == [
        ("registration", "self"),
        ("minor", "guardian"),
    ]
    guardian = queries.find_guardian(child.id)
    assert guardian is not None
    assert guardian.name == "李建国"


def test_nobody_is_registered_without_consent(app: Flask) -> None:
    given = make_registration(make_district().community, agrees=False)
    with pytest.raises(DomainError) as refusal, transaction():
        service.register(VISITOR, given, now=REGISTERED)
    assert refusal.value.field == "agrees"


def test_the_makers_sign_somebody_in(client: FlaskClient) -> None:
    office = make_staff(Role.OFFICE, ScopeKind.REGION, make_district().county)
    assert client.get("/me/logins").status_code == 302
    assert sign_in(client, office).get("/me/logins").status_code == 200
