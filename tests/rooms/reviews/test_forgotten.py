"""A forgotten check-out counts nothing until a person has decided, once, with a reason, and never for himself."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from volunteer_hub.checkin.closing import close_forgotten
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.reviews import jobs, queries, service
from volunteer_hub.reviews.models import Decision, ReviewCase
from volunteer_hub.reviews.queries import CaseFile

LATER = END + timedelta(hours=2)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _forgotten(door: Door) -> CaseFile:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    with time_machine.travel(LATER, tick=False):
        jobs.close_forgotten()
    return queries.page_cases(EVERYTHING).items[0]


def test_it_is_closed_at_the_planned_end_counts_zero_and_waits(door: Door) -> None:
    file = _forgotten(door)
    assert (file.session.out_at, file.session.closed_by) == (END, CloseKind.AUTOMATIC)
    assert (file.session.raw_minutes, file.session.credited_minutes) == (120, 0)
    assert file.case.decided_at is None
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0


def test_it_is_left_open_while_check_out_is(door: Door) -> None:
    door.come(make_signed_up(door), START)
    with transaction():
        assert close_forgotten(now=END + timedelta(minutes=60)) == 0


def test_after_days_of_standing_still_the_timetable_catches_up_and_does_nothing_twice(door: Door) -> None:
    for _ in range(3):
        door.come(make_signed_up(door), START)
    with time_machine.travel(END + timedelta(days=9), tick=False):
        jobs.close_forgotten()
        jobs.close_forgotten()
    assert db.session.scalar(select(func.count()).select_from(ReviewCase)) == 3


def test_many_workers_at_once_close_each_session_once(app: Flask, door: Door) -> None:
    """Red if the compare-and-set of `close_forgotten` or the unique key of review cases is taken away."""
    for _ in range(5):
        door.come(make_signed_up(door), START)
    db.session.rollback()
    closed: list[int] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            barrier.wait(timeout=60)
            with transaction():
                closed.append(close_forgotten(now=LATER))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(closed) == 5


def test_confirmed_minutes_are_half_timed_and_name_who_confirmed(door: Door) -> None:
    file = _forgotten(door)
    with transaction():
        credit = service.confirm(
            door.actor, file, out_at=START + timedelta(minutes=90), reason="值守人员看到其离开", now=LATER
        )
    assert credit.credited == 90
    entry = db.session.scalars(select(HoursEntry)).one()
    assert (entry.minutes, entry.hours_class, entry.approved_by) == (90, HoursClass.B, door.operator.id)
    assert db.session.scalars(select(ReviewCase.decision)).one() is Decision.CONFIRMED


def test_a_rejected_one_counts_nothing_and_keeps_the_reason(door: Door) -> None:
    file = _forgotten(door)
    with transaction():
        service.reject(door.actor, file, reason="中途离开", now=LATER)
    assert db.session.scalars(select(ReviewCase.reason)).one() == "中途离开"
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0


def test_it_is_decided_once(door: Door) -> None:
    file = _forgotten(door)
    with transaction():
        service.reject(door.actor, file, reason="中途离开", now=LATER)
    with pytest.raises(DomainError, match="already_decided"), transaction():
        service.confirm(door.actor, file, out_at=END, reason="改主意", now=LATER)


@pytest.mark.parametrize("minutes", [-1, 121])
def test_nobody_left_before_coming_or_after_the_planned_end(door: Door, minutes: int) -> None:
    file = _forgotten(door)
    with pytest.raises(DomainError, match="out_at_range"), transaction():
        service.confirm(door.actor, file, out_at=START + timedelta(minutes=minutes), reason="x", now=LATER)
    assert db.session.scalars(select(ReviewCase.decided_at)).one() is None


def test_nobody_decides_about_his_own_hours(door: Door) -> None:
    file = _forgotten(door)
    with transaction():
        file.volunteer.account_id = door.operator.id
        db.session.add(file.volunteer)
    with pytest.raises(Denied), transaction():
        service.confirm(door.actor, file, out_at=END, reason="我在场", now=LATER)


def test_a_reason_is_demanded(door: Door) -> None:
    file = _forgotten(door)
    with pytest.raises(DomainError, match="reason_missing"), transaction():
        service.reject(Actor(door.operator.id, "王站长"), file, reason="  ", now=LATER)


def test_another_stations_manager_does_not_see_the_case(door: Door) -> None:
    _forgotten(door)
    assert queries.page_cases(Scope(stations=("/999/",))).total == 0
    assert queries.count_open(Scope(stations=(door.station.path,))) == 1


def test_a_late_arrival_after_the_planned_end_is_closed_at_its_own_start(app: Flask) -> None:
    door = make_door()
    volunteer = make_signed_up(door)
    door.come(volunteer, END)
    with transaction():
        close_forgotten(now=LATER)
    session = db.session.scalars(select(ServiceSession)).one()
    assert session.out_at == session.in_at == END
