"""A volunteer's record: what each step waits for, by year and activity, and a page that stays a page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from tests.makers.accounts import sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import END, START, Door, make_door
from tests.makers.ledger import make_entry
from tests.makers.objections import make_objection
from tests.makers.regions import make_district
from tests.makers.requests import make_correction, make_make_up
from tests.makers.volunteers import make_volunteer
from volunteer_hub.amendments.objections import Subject
from volunteer_hub.checkin.closing import close_forgotten
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.home import queries
from volunteer_hub.home.queries import Wanted
from volunteer_hub.home.records import RecordState, Step
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.reviews.opening import open_missing_cases
from volunteer_hub.volunteers.models import Volunteer

LATER = END + timedelta(hours=3)
PLACE = "220403002001"


@pytest.fixture
def door(app: Flask) -> Door:
    make_district()
    return make_door()


@pytest.fixture
def volunteer(door: Door) -> Volunteer:
    person = make_volunteer(make_district().community, "张丽华", password="a good password")
    make_sign_up(door.shift, person)
    return person


def served(door: Door, volunteer: Volunteer) -> int:
    """Return the id of the credited stay of two hours."""
    door.come(volunteer, START)
    door.go(volunteer, END)
    return db.session.scalars(select(ServiceSession.id)).one()


def waiting(volunteer: Volunteer) -> list[tuple[Step, str | None, date | None]]:
    db.session.rollback()
    record = queries.get_own_record(volunteer.id, Wanted())
    return [(step.step, step.station, step.until) for _, _, row in record.waiting for step in row.waiting]


def test_a_forgotten_check_out_says_who_decides_and_by_when(door: Door, volunteer: Volunteer) -> None:
    door.come(volunteer, START)
    with transaction():
        close_forgotten(now=LATER)
    with transaction():
        open_missing_cases(now=LATER)
    assert waiting(volunteer) == [(Step.REVIEW, door.station.name, date(2026, 3, 19))]


def test_make_up_hours_are_in_the_record_before_they_count(door: Door, volunteer: Volunteer) -> None:
    make_make_up(door, volunteer)
    assert waiting(volunteer) == [(Step.OWN_WORD, door.station.name, None)]
    record = queries.get_own_record(volunteer.id, Wanted())
    assert (record.minutes, record.by_state) == (0, {RecordState.PENDING: 1})


def test_a_correction_and_an_objection_that_wait_are_told_at_the_record(door: Door, volunteer: Volunteer) -> None:
    session_id = served(door, volunteer)
    make_correction(door, session_id, None)
    make_objection(volunteer, Subject(session_id=session_id))
    assert [step for step, _, _ in waiting(volunteer)] == [Step.CORRECTION, Step.OBJECTION]


def test_a_year_holds_only_its_own_records(door: Door, volunteer: Volunteer) -> None:
    served(door, volunteer)
    make_entry(volunteer.id, 90, hours_class=HoursClass.D, service_on=date(2024, 12, 31))
    assert queries.list_own_years(volunteer.id) == [2026, 2025, 2024]
    found = {year: queries.get_own_record(volunteer.id, Wanted(year)).minutes for year in (2024, 2025, 2026, None)}
    assert found == {2024: 90, 2025: 0, 2026: 120, None: 210}


@time_machine.travel(LATER, tick=False)
def test_the_page_filters_by_year_activity_and_state(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    served(door, volunteer)
    make_entry(volunteer.id, 90, hours_class=HoursClass.D, service_on=date(2024, 12, 31))
    sign_in(client, volunteer)
    assert "街道清洁日" not in client.get("/me/record?year=2024").text
    assert "其他来源" not in client.get(f"/me/record?activity={door.shift.activity_id}").text
    assert "这里没有记录" in client.get("/me/record?state=pending").text
    page = client.get("/me/record?year=1999&state=nonsense&page=99").text
    assert "街道清洁日" in page
    assert "其他来源" in page


@time_machine.travel(LATER, tick=False)
def test_every_record_leads_to_an_objection_once(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    session_id = served(door, volunteer)
    sign_in(client, volunteer)
    assert f'href="/my/objections/new?session={session_id}"' in client.get("/me").text
    make_objection(volunteer, Subject(session_id=session_id))
    page = client.get("/me").text
    assert f'href="/my/objections/new?session={session_id}"' not in page
    assert "您的异议在等答复" in page


@time_machine.travel(LATER, tick=False)
def test_two_thousand_stays_make_no_page_heavy(client: FlaskClient, door: Door, volunteer: Volunteer) -> None:
    first = datetime(2018, 1, 1, 2, tzinfo=UTC)
    stays = [
        {
            "volunteer_id": volunteer.id,
            "shift_id": door.shift.id,
            "station_id": door.station.id,
            "region_code": PLACE,
            "in_at": first + timedelta(days=number),
            "out_at": first + timedelta(days=number, hours=2),
            "closed_by": CloseKind.SCANNED,
            "raw_minutes": 120,
            "hours_class": HoursClass.A,
        }
        for number in range(2000)
    ]
    with transaction():
        db.session.execute(insert(ServiceSession), stays)
    sign_in(client, volunteer)
    for address in ("/me", "/me/record", "/me/record?page=100"):
        assert len(client.get(address).data) < 60_000, address
    assert queries.get_own_record(volunteer.id, Wanted()).page.last == 100
