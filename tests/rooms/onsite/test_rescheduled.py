"""What other times of a shift do to those who are inside, or have left: nothing behind their backs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities import rescheduling, service
from volunteer_hub.activities.models import Shift
from volunteer_hub.activities.rescheduling import Times
from volunteer_hub.checkin import codes, deriving
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, Outcome, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.onsite import closing_desk, closing_jobs, moving_desk
from volunteer_hub.reviews import jobs
from volunteer_hub.volunteers.models import Volunteer

WINDOW = timedelta(minutes=60)
HOUR = timedelta(hours=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _end_at(door: Door, ends_at: datetime, *, now: datetime) -> None:
    with transaction():
        rescheduling.move(door.actor, door.shift.id, Times(START, ends_at), "实情", check_out=WINDOW, now=now)


def _session(volunteer: Volunteer) -> ServiceSession:
    db.session.rollback()
    return db.session.scalars(select(ServiceSession).where(ServiceSession.volunteer_id == volunteer.id)).one()


def test_stretching_the_end_does_not_alter_what_is_closed(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    door.go(person, END + timedelta(minutes=45))
    before = (_session(person).credited_minutes, _session(person).out_at, _session(person).revision)
    assert before[0] == 150
    _end_at(door, END + HOUR, now=END + timedelta(minutes=50))
    after = _session(person)
    assert (after.credited_minutes, after.out_at, after.revision) == before
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == 150


def test_not_even_when_the_stays_are_derived_anew(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    door.go(person, END + timedelta(minutes=45))
    _end_at(door, END + HOUR, now=END + timedelta(minutes=50))
    before = _stays()
    with transaction():
        deriving.again(door.actor, person.id, START, now=END + HOUR)
    assert _stays() == before


def test_who_is_still_inside_a_stretched_shift_is_credited_by_the_new_end(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    _end_at(door, END + HOUR, now=END)
    assert door.go(person, END + 2 * HOUR).outcome is Outcome.ACCEPTED
    assert _session(person).credited_minutes == 210


def test_who_is_inside_a_shift_ended_early_scans_out_as_ever(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    _end_at(door, START + HOUR, now=START + HOUR)
    assert door.go(person, START + HOUR + WINDOW).outcome is Outcome.ACCEPTED
    assert _session(person).credited_minutes == 90


def test_the_timetable_waits_for_the_new_end(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    _end_at(door, END + HOUR, now=END)
    with time_machine.travel(END + WINDOW + timedelta(minutes=30), tick=False):
        jobs.close_forgotten()
    assert _session(person).out_at is None
    with time_machine.travel(END + HOUR + WINDOW + timedelta(minutes=30), tick=False):
        jobs.close_forgotten()
    assert (_session(person).closed_by, _session(person).out_at) == (CloseKind.AUTOMATIC, END + HOUR)


def test_who_is_inside_when_it_is_split_stays_in_the_first_half_and_leaves_it_by_a_scan(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    with transaction():
        second = rescheduling.split(door.actor, door.shift.id, START + HOUR, "换班", now=START + HOUR / 2)
    assert _session(person).shift_id == door.shift.id
    assert door.go(person, START + HOUR).outcome is Outcome.ACCEPTED
    later = Door(door.station, second, door.operator)
    assert later.come(person, START + HOUR + timedelta(minutes=2)).outcome is Outcome.ACCEPTED
    assert later.go(person, END).outcome is Outcome.ACCEPTED
    minutes = db.session.scalars(select(ServiceSession.credited_minutes).order_by(ServiceSession.in_at)).all()
    assert minutes == [60, 58]


def test_one_scan_at_the_second_half_is_enough_and_the_minutes_add_up(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    with transaction():
        second = rescheduling.split(door.actor, door.shift.id, START + HOUR, "换班", now=START + HOUR / 2)
    at = START + HOUR + timedelta(minutes=2)
    item = ScanItem("n" * 32, codes.personal_code(person.id, at), Direction.IN, second.id, EntryPoint.MANAGER_SCAN)
    assert moving_desk.move(item, door.actor, EVERYTHING, now=at).outcome is Outcome.ACCEPTED
    assert Door(door.station, second, door.operator).go(person, END).outcome is Outcome.ACCEPTED
    stays = db.session.scalars(select(ServiceSession).order_by(ServiceSession.in_at)).all()
    assert [(stay.closed_by, stay.credited_minutes) for stay in stays] == [
        (CloseKind.BULK, 61),
        (CloseKind.SCANNED, 58),
    ]


def test_no_stay_of_the_second_half_begins_without_a_scan(door: Door) -> None:
    door.come(make_signed_up(door), START)
    with transaction():
        second = rescheduling.split(door.actor, door.shift.id, START + HOUR, "换班", now=START + HOUR / 2)
    with time_machine.travel(END + 3 * HOUR, tick=False):
        jobs.close_forgotten()
    assert db.session.scalar(select(func.count()).where(ServiceSession.shift_id == second.id)) == 0


def test_who_is_early_inside_a_shift_that_is_cancelled_is_let_go_and_the_stay_is_kept(door: Door) -> None:
    """Red if the timetable left it: no scan closes a cancelled shift's stay, and no other place would let them in."""
    person = make_signed_up(door)
    door.come(person, START - timedelta(minutes=40))
    cancelled_at = START - timedelta(minutes=10)
    with transaction():
        service.cancel_shift(door.actor, db.session.get_one(Shift, door.shift.id), "下雨", now=cancelled_at)
    assert door.go(person, cancelled_at + timedelta(minutes=1)).outcome is Outcome.REFUSED
    with time_machine.travel(cancelled_at + timedelta(minutes=2), tick=False):
        closing_jobs.close_cancelled()
        closing_jobs.close_cancelled()
    session = _session(person)
    assert (session.out_at, session.closed_by) == (cancelled_at, CloseKind.BULK)
    assert (session.raw_minutes, session.credited_minutes) == (30, 0)
    elsewhere = make_door()
    make_sign_up(elsewhere.shift, person)
    assert elsewhere.come(person, START).outcome is Outcome.ACCEPTED
    assert elsewhere.go(person, END).outcome is Outcome.ACCEPTED
    before = _stays()
    with transaction():
        deriving.again(door.actor, person.id, START, now=END)
    assert _stays() == before


def _stays() -> list[tuple[object, ...]]:
    db.session.rollback()
    columns = (ServiceSession.in_at, ServiceSession.out_at, ServiceSession.closed_by, ServiceSession.credited_minutes)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(ServiceSession.in_at))]


def test_a_check_out_just_before_the_cancellation_is_left_as_it_is(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START - timedelta(minutes=40))
    door.go(person, START - timedelta(minutes=20))
    with transaction():
        service.cancel_shift(
            door.actor, db.session.get_one(Shift, door.shift.id), "下雨", now=START - timedelta(minutes=10)
        )
    assert closing_desk.close_cancelled(now=START) == 0
    assert _session(person).closed_by is CloseKind.SCANNED


def test_the_page_moves_and_splits(door: Door, client: FlaskClient) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    address = f"/manage/shifts/{door.shift.id}"
    with time_machine.travel(START + timedelta(minutes=30), tick=False):
        sign_in(client, door.operator)
        page = client.get(f"{address}/times")
        assert "还在场 1 人" in page.text
        assert 'name="starts_at"' not in page.text
        refused = client.post(f"{address}/times", data={"ends_at": "2026-03-05T12:00"})
        assert refused.status_code == 422
        assert "请写明原因" in refused.text
        moved = client.post(f"{address}/times", data={"ends_at": "2026-03-05T12:00", "reason": "人多"})
        assert moved.status_code == 302
        bad = client.post(f"{address}/split", data={"at": "2026-03-05T08:00", "reason": "换班"})
        assert (bad.status_code, "在场次中间" in bad.text) == (422, True)
        cut = client.post(f"{address}/split", data={"at": "2026-03-05T11:00", "reason": "换班"})
        assert cut.status_code == 302
    db.session.rollback()
    rows = db.session.execute(select(Shift.starts_at, Shift.ends_at).order_by(Shift.starts_at))
    assert [tuple(row) for row in rows] == [(START, START + 2 * HOUR), (START + 2 * HOUR, START + 3 * HOUR)]


def test_a_page_of_a_shift_long_over_offers_nothing(door: Door, client: FlaskClient) -> None:
    with time_machine.travel(END + 5 * HOUR, tick=False):
        sign_in(client, door.operator)
        page = client.get(f"/manage/shifts/{door.shift.id}/times")
    assert page.status_code == 200
    assert "不能再改时间" in page.text
    assert 'name="ends_at"' not in page.text


def test_who_may_only_scan_changes_no_times(door: Door, client: FlaskClient) -> None:
    sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path))
    assert client.get(f"/manage/shifts/{door.shift.id}/times").status_code == 403
    assert client.post(f"/manage/shifts/{door.shift.id}/split").status_code == 403
