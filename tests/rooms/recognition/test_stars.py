"""Star levels: which hold where and when, where somebody stands, and what is granted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_account
from tests.makers.ledger import RECORDED, make_entry, make_resident, make_reversal
from tests.makers.recognition import OFFICE, fold, make_levels
from tests.makers.regions import make_district
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.notices.models import Notice
from volunteer_hub.recognition import grants, queries
from volunteer_hub.recognition.models import StarChoice, StarGrant
from volunteer_hub.recognition.stars import DEFAULT, EVERY_CLASS, check_levels, standing
from volunteer_hub.volunteers.models import Volunteer

LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
NOW = RECORDED + timedelta(days=30)
HOUR = 60


@pytest.mark.parametrize(
    ("hours", "level", "left", "percent"),
    [(0, 0, 100, 0), (99, 0, 1, 99), (100, 1, 200, 0), (288, 1, 12, 94), (1500, 5, 0, 100), (9000, 5, 0, 100)],
)
def test_somebody_stands_at_a_level_and_sees_the_way_to_the_next(
    hours: int, level: int, left: int, percent: int
) -> None:
    at = standing(DEFAULT, {HoursClass.A: hours * HOUR})
    assert (at.present.level if at.present else 0, at.left, at.percent) == (level, left * HOUR, percent)


def test_only_the_classes_an_area_counts_lead_to_stars(app: Flask) -> None:
    district = make_district()
    make_levels(district.county, 10, at=LONG_AGO, classes=frozenset({HoursClass.A, HoursClass.B}))
    rule = queries.star_rule(district.community)
    assert rule.counted({HoursClass.A: 300, HoursClass.C: 900}) == 300
    assert queries.star_rule("110101001001").classes == EVERY_CLASS


@pytest.mark.parametrize("hours", [(), (0, 10), (10, 10), (20, 10), (10, 200_000)])
def test_levels_that_do_not_rise_are_refused(hours: tuple[int, ...]) -> None:
    with pytest.raises(DomainError):
        check_levels(hours)


def test_the_nearest_area_that_chose_sets_the_levels_and_the_past_keeps_its_own(app: Flask) -> None:
    district = make_district()
    make_levels(district.county, 10, 20, at=LONG_AGO)
    make_levels(district.county, 30, 40, at=LONG_AGO + timedelta(days=100))
    assert [star.hours for star in queries.star_rule(district.community).stars] == [30, 40]
    before = queries.star_rule(district.community, LONG_AGO + timedelta(days=1))
    assert [star.hours for star in before.stars] == [10, 20]
    make_levels(district.community, 5, at=LONG_AGO + timedelta(days=200))
    assert [star.hours for star in queries.star_rule(district.community).stars] == [5]
    assert queries.star_rule(district.community, LONG_AGO - timedelta(days=1)) is DEFAULT


def test_what_an_area_chose_is_never_rewritten(app: Flask) -> None:
    make_levels(make_district().county, 10, at=LONG_AGO)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(delete(StarChoice))


def serve(hours: int, *, minutes: int = 600) -> tuple[Volunteer, list[int]]:
    """Return a resident with an account and so many hours, ten a day."""
    volunteer = make_resident("220403002001")
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    days = [date(2022, 3, 5) + timedelta(days=number) for number in range(hours * HOUR // minutes)]
    entries = [make_entry(volunteer.id, minutes, service_on=day) for day in days]
    return db.session.get_one(Volunteer, volunteer.id, populate_existing=True), entries


def held(volunteer: Volunteer) -> list[StarGrant]:
    db.session.rollback()
    return queries.list_grants(volunteer.id)


def test_a_level_reached_is_granted_once_and_told_once(app: Flask) -> None:
    make_levels(make_district().county, 10, 20, at=LONG_AGO)
    volunteer, _ = serve(20)
    fold()
    fold()
    assert [grant.level for grant in held(volunteer)] == [2, 1]
    told = db.session.scalars(select(Notice).where(Notice.account_id == volunteer.account_id)).all()
    assert [notice.params["level"] for notice in told] == [2]


def test_a_reversal_below_the_level_questions_it_and_never_removes_it(app: Flask) -> None:
    make_levels(make_district().county, 10, 20, at=LONG_AGO)
    volunteer, entries = serve(20)
    fold()
    make_reversal(entries[0])
    fold()
    doubted = {grant.level: grant.under_review_since is not None for grant in held(volunteer)}
    assert doubted == {2: True, 1: False}
    make_entry(volunteer.id, 600, service_on=date(2022, 5, 5))
    fold()
    assert all(grant.under_review_since is None for grant in held(volunteer))


def test_the_office_takes_a_questioned_level_back_with_a_reason(app: Flask) -> None:
    make_levels(make_district().county, 10, at=LONG_AGO)
    volunteer, entries = serve(10)
    fold()
    grant, office = held(volunteer)[0], Actor(make_account("文明办").id, "文明办")
    with pytest.raises(DomainError) as refused, transaction():
        grants.withdraw(office, EVERYTHING, grant.id, reason="核对", now=NOW)
    assert refused.value.code == "still_reached"
    make_reversal(entries[0])
    fold()
    with transaction():
        grants.withdraw(office, EVERYTHING, grant.id, reason="时长不实", now=NOW)
    assert held(volunteer) == []
    make_entry(volunteer.id, 600, service_on=date(2022, 5, 5))
    fold()
    assert [again.level for again in held(volunteer)] == [1]


def test_new_levels_are_looked_for_without_new_hours(app: Flask) -> None:
    district = make_district()
    volunteer, _ = serve(20)
    fold()
    assert held(volunteer) == []
    make_levels(district.county, 10, at=LONG_AGO)
    fold()
    assert [grant.level for grant in held(volunteer)] == [1]


def test_a_raised_level_leaves_what_was_granted(app: Flask) -> None:
    district = make_district()
    make_levels(district.county, 10, at=LONG_AGO)
    volunteer, _ = serve(10)
    fold()
    make_levels(district.county, 50, at=NOW)
    make_entry(volunteer.id, 60, service_on=date(2022, 5, 5))
    fold()
    assert [(grant.minutes, grant.under_review_since) for grant in held(volunteer)] == [(600, None)]


def test_the_choice_says_who_made_it(app: Flask) -> None:
    made = make_levels(make_district().county, 10, at=LONG_AGO)
    assert (made.chosen_by, made.classes) == (OFFICE.label, "ABCD")
