"""What the register says of a volunteer changes with dates, and never backwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.makers.regions import make_district
from tests.makers.volunteers import REGISTERED, make_volunteer
from volunteer_hub.accounts.service import check_password
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.models import Standing, Volunteer

CLERK = Actor(None, "王站长")
LATER = REGISTERED + timedelta(days=30)
LATEST = LATER + timedelta(days=30)


def standing_of(volunteer: Volunteer) -> tuple[str, int]:
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    return standing.region_code, standing.assurance


def test_a_move_leaves_the_old_residence_in_the_past(app: Flask) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    with transaction():
        service.change_residence(CLERK, volunteer, place.far_community, now=LATER)
    before = queries.standing_at(volunteer.id, LATER - timedelta(microseconds=1))
    after = queries.standing_at(volunteer.id, LATER)
    assert before is not None
    assert after is not None
    assert (before.region_code, after.region_code) == (place.community, place.far_community)
    assert standing_of(volunteer) == (place.far_community, 0)


def test_a_move_to_where_one_lives_changes_nothing(app: Flask) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    with transaction():
        service.change_residence(CLERK, volunteer, place.community, now=LATER)
    assert len(queries.list_standings(volunteer.id)) == 1


def test_two_changes_at_one_instant_leave_one_standing(app: Flask) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    with transaction():
        service.change_residence(CLERK, volunteer, place.neighbour, now=REGISTERED)
        service.raise_assurance(CLERK, volunteer, 2, "已核对身份证", now=REGISTERED)
    assert len(queries.list_standings(volunteer.id)) == 1
    assert standing_of(volunteer) == (place.neighbour, 2)


def test_assurance_only_rises_and_says_why(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community)
    with transaction():
        service.raise_assurance(CLERK, volunteer, 2, "已核对身份证", now=LATER)
    for level, reason, field in (
        (2, "再来一次", "level"),
        (1, "降级", "level"),
        (4, "没有", "level"),
        (3, " ", "evidence"),
    ):
        with pytest.raises(DomainError) as refusal, transaction():
            service.raise_assurance(CLERK, volunteer, level, reason, now=LATEST)
        assert refusal.value.field == field
    row = db.session.scalars(select(AuditEntry)).one()
    assert (row.action, row.reason, row.details["old"], row.details["new"]) == (
        "volunteers.raise_assurance",
        "已核对身份证",
        0,
        2,
    )


def test_who_withdraws_has_no_standing_and_no_consent_but_a_past(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community)
    with transaction():
        service.withdraw(CLERK, volunteer, now=LATER)
    assert queries.current_standing(volunteer.id) is None
    assert queries.standing_at(volunteer.id, LATER) is None
    assert queries.standing_at(volunteer.id, REGISTERED) is not None
    assert [consent.withdrawn_at for consent in queries.list_consents(volunteer.id)] == [LATER]
    with pytest.raises(DomainError, match="not_in_register"), transaction():
        service.raise_assurance(CLERK, volunteer, 2, "已核对身份证", now=LATEST)


def test_who_withdraws_at_once_was_never_counted(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community)
    with transaction():
        service.withdraw(CLERK, volunteer, now=REGISTERED)
    assert db.session.scalars(select(Standing)).all() == []


def test_a_new_mobile_signs_in_and_the_old_one_no_longer_does(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community, mobile="13800437000", password="long enough a word")
    with transaction():
        service.change_details(db.session.merge(volunteer), "139 0043 7000", ("medical",), ("aid",))
    assert check_password("13900437000", "long enough a word").id == volunteer.account_id
    with pytest.raises(DomainError, match="wrong_sign_in"):
        check_password("13800437000", "long enough a word")


@pytest.mark.parametrize(("skills", "categories"), [(("flying",), ()), ((), ("flying",))])
def test_only_listed_skills_and_categories_are_kept(
    app: Flask, skills: tuple[str, ...], categories: tuple[str, ...]
) -> None:
    volunteer = make_volunteer(make_district().community)
    with pytest.raises(DomainError, match="unknown_choice"), transaction():
        service.change_details(volunteer, volunteer.mobile, skills, categories)


def test_opening_an_identity_needs_a_reason_that_stays(app: Flask) -> None:
    volunteer = make_volunteer(make_district().community)
    with pytest.raises(DomainError, match="reason_missing"), transaction():
        service.open_identity(CLERK, volunteer, "  ", now=LATER)
    with transaction():
        shown = service.open_identity(CLERK, volunteer, "补办服务证", now=LATER)
    assert shown == volunteer.document_number
    row = db.session.scalars(select(AuditEntry)).one()
    assert (row.action, row.reason) == ("volunteers.open_identity", "补办服务证")
    assert shown not in str(row.details)
