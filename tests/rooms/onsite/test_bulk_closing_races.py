"""A leader's closing and people's own check-outs in the same instant. The control shows the test can go red."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from tests.makers.races import overlap
from volunteer_hub.checkin import queries
from volunteer_hub.checkin.models import CloseKind, Outcome, ServiceSession
from volunteer_hub.core.db import db, table_of, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.onsite import bulk_closing, closing_desk
from volunteer_hub.volunteers.models import Volunteer

LATE = END + timedelta(minutes=20)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _session(volunteer: Volunteer) -> ServiceSession:
    db.session.rollback()
    return db.session.scalars(select(ServiceSession).where(ServiceSession.volunteer_id == volunteer.id)).one()


def test_a_check_out_in_the_same_instant_is_never_overwritten(app: Flask, door: Door) -> None:
    """The scan has closed and not yet committed; the closing waits for it and finds it closed.

    Red, as the control below shows, if the closing wrote without asking whether the session is still open.
    """
    person = make_signed_up(door)
    door.come(person, START)
    session_id, shift_id, actor = _session(person).id, door.shift.id, door.actor
    closed: list[bool] = []

    def scan_out() -> None:
        session = db.session.get_one(ServiceSession, session_id)
        session.out_at, session.closed_by = START + timedelta(minutes=50), CloseKind.SCANNED
        db.session.flush()

    def close() -> None:
        shift, _, station = queries.get_shift_here(EVERYTHING, shift_id)
        closed.append(bulk_closing.close_one(actor, shift, station, session_id, out_at=END, now=LATE))

    assert overlap(app, scan_out, close) == ["done", "done"]
    assert closed == [False]
    assert (_session(person).out_at, _session(person).closed_by) == (START + timedelta(minutes=50), CloseKind.SCANNED)
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0


def test_control_without_the_compare_and_set_the_check_out_would_be_lost(app: Flask, engine: str, door: Door) -> None:
    """The negative control: read that it is open, then write by key.

    SQLite has one writer at a time, so there the two cannot meet.
    """
    person = make_signed_up(door)
    door.come(person, START)
    session_id = _session(person).id
    table = table_of(ServiceSession)
    own, stated = START + timedelta(minutes=50), END
    read, written = threading.Event(), threading.Event()

    def scan_out() -> None:
        read.wait(5)
        session = db.session.get_one(ServiceSession, session_id)
        session.out_at, session.closed_by = own, CloseKind.SCANNED
        db.session.flush()
        written.set()

    def careless() -> None:
        was_open = db.session.scalar(select(table.c.out_at).where(table.c.id == session_id)) is None
        read.set()
        written.wait(1)
        if was_open:
            chosen = table.update().where(table.c.id == session_id)
            db.session.execute(chosen.values(out_at=stated, closed_by=CloseKind.BULK))

    _both(app, careless, scan_out)
    assert _session(person).out_at == (stated if engine == "postgresql" else own)


def _both(app: Flask, *acts: Callable[[], None]) -> None:
    """Do each in a transaction and a thread of its own."""
    db.session.remove()

    def run(act: Callable[[], None]) -> None:
        with app.app_context():
            with transaction():
                act()
            db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_eight_leaders_and_everybodys_own_check_outs_at_once_end_each_session_once(app: Flask, door: Door) -> None:
    people = [make_signed_up(door) for _ in range(6)]
    for person in people:
        door.come(person, START)
    db.session.rollback()
    actor, shift_id = door.actor, door.shift.id
    barrier = threading.Barrier(4 + len(people))
    outcomes: list[object] = []

    def leader() -> None:
        with app.app_context():
            barrier.wait(60)
            outcomes.append(closing_desk.close_everybody(actor, EVERYTHING, shift_id, out_at=END, now=LATE))

    def leave(person: Volunteer) -> None:
        with app.app_context():
            barrier.wait(60)
            outcomes.append(door.go(person, START + timedelta(minutes=140)).outcome)

    threads = [threading.Thread(target=leader) for _ in range(4)]
    threads += [threading.Thread(target=leave, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    closed = sum(outcome for outcome in outcomes if isinstance(outcome, int))
    own = sum(outcome is Outcome.ACCEPTED for outcome in outcomes)
    assert closed + own == len(people)
    db.session.rollback()
    sessions = db.session.scalars(select(ServiceSession)).all()
    assert sum(session.closed_by is CloseKind.BULK for session in sessions) == closed
    assert all(
        session.credited_minutes == 120 + 20 * (session.closed_by is CloseKind.SCANNED) for session in sessions
    )
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == len(people)
