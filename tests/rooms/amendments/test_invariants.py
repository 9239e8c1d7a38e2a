"""After make-ups and corrections of every outcome the database still keeps what the operators' checker asks of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.makers.accounts import make_staff
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from tests.makers.requests import COOLED, approve_make_up, make_correction, make_make_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.amendments import correction_queries, corrections, make_up_decisions, make_up_jobs
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.models import MakeUp
from volunteer_hub.checkin import deriving
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.ledger.verify import verify


def _served(door: Door) -> int:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    return db.session.scalars(select(ServiceSession.id).where(ServiceSession.volunteer_id == volunteer.id)).one()


def _correct_make_up(door: Door, second: Actor, make_up: MakeUp, new: Times | None) -> None:
    with transaction():
        subject = correction_queries.get_make_up_subject(EVERYTHING, make_up.id)
        correction = corrections.propose(door.actor, subject, new, reason="核对签到表", now=COOLED)
        corrections.approve(second, EVERYTHING, correction.id, now=COOLED)


def test_nothing_is_found_after_all_of_it(app: Flask) -> None:
    door = make_door()
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")
    second = Actor(account.id, account.display_name)
    shorter = Times(START + timedelta(minutes=10), START + timedelta(minutes=90))
    for new in (shorter, None):
        correction = make_correction(door, _served(door), new)
        with transaction():
            corrections.approve(second, EVERYTHING, correction.id, now=COOLED)
    make_correction(door, _served(door), shorter)
    pending, rejected, shortened, taken_back = (make_make_up(door, make_person()) for _ in range(4))
    late = make_signed_up(door)
    overtaken = make_make_up(door, late)
    for make_up in (shortened, taken_back, overtaken):
        approve_make_up(second, make_up)
    with transaction():
        make_up_decisions.reject(second, EVERYTHING, rejected.id, reason="照片看不清", now=COOLED)
    _correct_make_up(door, second, shortened, shorter)
    _correct_make_up(door, second, taken_back, None)
    door.come(late, START)
    door.go(late, END)
    with time_machine.travel(COOLED, tick=False):
        make_up_jobs.take_back_overtaken()
    with db.engine.connect() as connection:
        report = verify(connection)
    assert [finding for finding in report.findings if finding.wrong] == []
    assert report.holds
    assert pending.minutes == 120


@pytest.mark.parametrize(
    "new",
    [
        Times(START + timedelta(minutes=10), START + timedelta(minutes=90)),
        Times(START, START + timedelta(minutes=90)),
        Times(START + timedelta(minutes=10), END),
        None,
    ],
)
def test_deriving_sessions_again_leaves_what_was_corrected(app: Flask, new: Times | None) -> None:
    """The scans that the correction overruled open no second stay and close nothing."""
    door = make_door()
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")
    session_id = _served(door)
    correction = make_correction(door, session_id, new)
    with transaction():
        minutes = corrections.approve(Actor(account.id, "赵副站长"), EVERYTHING, correction.id, now=COOLED)
    session = db.session.get_one(ServiceSession, session_id)
    with transaction():
        deriving.again(TIMETABLE, session.volunteer_id, START + timedelta(hours=1), now=COOLED)
    assert db.session.scalars(select(ServiceSession.id)).all() == [session_id]
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == minutes
