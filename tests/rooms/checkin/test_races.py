"""Two devices, one person, the same instant. Each guard's negative control shows the test can go red."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.makers.checkin import START, Door, make_door, make_signed_up
from volunteer_hub.checkin import codes, service
from volunteer_hub.checkin.models import Direction, Outcome, Scan, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.volunteers.models import Volunteer

ROUNDS = 5
DEVICES = 8


def _at_once(app: Flask, act: Callable[[int], object]) -> list[object]:
    """Run `act` in so many threads that start together; return what each gave, exceptions too."""
    barrier = threading.Barrier(DEVICES)
    given: list[object] = [None] * DEVICES

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait(timeout=60)
            try:
                given[number] = act(number)
            except Exception as error:
                given[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(DEVICES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return given


def _all_scan(app: Flask, door: Door, volunteer: Volunteer, direction: Direction, minute: int) -> list[object]:
    at = START.replace(minute=minute)
    db.session.rollback()
    return _at_once(app, lambda _: door.scan(volunteer, direction, at))


def test_one_person_scanned_by_many_devices_at_once_has_one_session_and_one_entry(app: Flask) -> None:
    """A person's scans take turns; the unique indexes are the second line. See the controls below."""
    _everybody_is_in_once(app)


def test_without_turns_the_indexes_alone_keep_everybody_in_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unique index on open sessions and the unique ledger source carry this when nobody waits."""
    monkeypatch.setattr(service, "take_turns", lambda *_: None)
    _everybody_is_in_once(app)


def _everybody_is_in_once(app: Flask) -> None:
    door = make_door()
    for _ in range(ROUNDS):
        volunteer = make_signed_up(door)
        came = _all_scan(app, door, volunteer, Direction.IN, 0)
        went = _all_scan(app, door, volunteer, Direction.OUT, 40)
        assert _outcomes(came) == _outcomes(went) == ["accepted"] + ["already"] * (DEVICES - 1)
    assert db.session.scalar(select(func.count()).select_from(ServiceSession)) == ROUNDS
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == 40 * ROUNDS


def test_every_one_of_the_racing_scans_is_kept(app: Flask) -> None:
    door = make_door()
    volunteer = make_signed_up(door)
    _all_scan(app, door, volunteer, Direction.IN, 0)
    assert db.session.scalar(select(func.count()).select_from(Scan)) == DEVICES


def test_one_nonce_sent_in_parallel_is_recorded_once(app: Flask) -> None:
    """Red if UNIQUE(nonce) is dropped: the threads that read before the first commit would each insert."""
    door = make_door()
    for number in range(ROUNDS):
        volunteer = make_signed_up(door)
        db.session.rollback()
        nonce = f"{number:032d}"
        send = partial(door.scan, volunteer, Direction.IN, START, nonce=nonce)
        given = _at_once(app, lambda _, send=send: send())
        assert _outcomes(given) == ["accepted"] * DEVICES
    assert db.session.scalar(select(func.count()).select_from(Scan)) == ROUNDS


def test_control_without_turns_and_index_people_are_in_twice(
    app: Flask, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with both guards gone PostgreSQL lets several sessions through.

    SQLite has a single writer that reads after it got its turn, so there the race cannot happen; the
    control then only shows that its turn-taking suffices. Half the devices hold the code of the slot
    before: a code's single use is a second guard, which would otherwise hide the missing first.
    """
    monkeypatch.setattr(service, "take_turns", lambda *_: None)
    door = make_door()
    with db.engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_sessions_open"))
    try:
        most = 1
        for _ in range(20):
            volunteer = make_signed_up(door)
            db.session.rollback()
            recent = [codes.personal_code(volunteer.id, START - timedelta(seconds=30 * back)) for back in (0, 1)]
            _at_once(
                app,
                lambda number, who=volunteer, held=recent: door.scan(who, Direction.IN, START, code=held[number % 2]),
            )
            found = db.session.scalar(select(func.count()).where(ServiceSession.volunteer_id == volunteer.id))
            db.session.rollback()
            most = max(most, found or 0)
            if most > 1:
                break
        assert (most > 1) == (engine == "postgresql")
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM sessions"))
            connection.execute(
                text("CREATE UNIQUE INDEX uq_sessions_open ON sessions (volunteer_id) WHERE out_at IS NULL")
            )


def _outcomes(given: list[object]) -> list[str]:
    return sorted(
        (getattr(answer, "outcome", answer) for answer in given),
        key=lambda outcome: (outcome is not Outcome.ACCEPTED, str(outcome)),
    )
