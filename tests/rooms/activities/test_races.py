"""The last place, taken by twenty at once; and what happens when the guards are taken away."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from tests.makers.activities import make_shift
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from tests.rooms.activities.people import all_at_once, attempt
from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.eligibility import Reason, Verdict
from volunteer_hub.activities.models import Shift, SignUp, SignUpState
from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station

START = datetime(2026, 5, 16, 1, 0, tzinfo=UTC)
NOW = START - timedelta(days=1)
CROWD = 20


@pytest.fixture
def shift(station: Station) -> Shift:
    """A shift with one place, read once: the threads' sessions come and go."""
    made = make_shift(station, starts_at=START, ends_at=START + timedelta(hours=2), capacity=1)
    db.session.refresh(made)
    db.session.expunge(made)
    return made


def crowd_signs_up(app: Flask, shift_id: int) -> Counter[str]:
    people = [make_volunteer(District.community).id for _ in range(CROWD)]
    return Counter(all_at_once(app, [partial(attempt, shift_id, person, NOW) for person in people]))


def standing(shift_id: int) -> tuple[int, int, int]:
    """Return (places taken by the counter, accepted rows, all rows)."""
    db.session.rollback()
    rows = Counter(db.session.scalars(select(SignUp.state).where(SignUp.shift_id == shift_id)))
    taken = db.session.scalar(select(Shift.taken).where(Shift.id == shift_id)) or 0
    return taken, rows[SignUpState.ACCEPTED], rows.total()


def test_the_last_place_goes_to_one_of_twenty_and_the_others_wait(app: Flask, shift: Shift) -> None:
    """Red when both the shift's lock and the CHECK are removed: see the controls below."""
    assert crowd_signs_up(app, shift.id) == {"accepted": 1, "waiting": CROWD - 1}
    assert standing(shift.id) == (1, 1, CROWD)


def test_one_person_twice_at_once_has_one_row(app: Flask, shift: Shift) -> None:
    """Red when the unique key of (shift, volunteer) is removed together with the lock."""
    person = make_volunteer(District.community).id
    answers = all_at_once(app, [partial(attempt, shift.id, person, NOW)] * 8)
    assert Counter(answers) == {"accepted": 1, "already": 7}
    assert standing(shift.id) == (1, 1, 1)


def test_one_person_cannot_take_two_overlapping_shifts_at_once(app: Flask, station: Station, shift: Shift) -> None:
    """Red on PostgreSQL when `take_turn` in `_judge` is removed; SQLite has one writer anyway."""
    others = [make_shift(station, starts_at=START, ends_at=START + timedelta(hours=1)).id for _ in range(5)]
    person = make_volunteer(District.community).id
    answers = Counter(all_at_once(app, [partial(attempt, shift_id, person, NOW) for shift_id in (shift.id, *others)]))
    assert answers == {"accepted": 1, "collides": 5}


def test_without_the_lock_the_check_alone_still_holds(
    app: Flask, shift: Shift, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All twenty are told that the place is free; the database lets one in, the others are named and wait."""
    monkeypatch.setattr(sign_ups, "hold_shift", _unlocked(CROWD if engine == "postgresql" else 1))
    monkeypatch.setattr(sign_ups, "judge", _free_whatever)
    assert crowd_signs_up(app, shift.id) == {"accepted": 1, "waiting": CROWD - 1}
    assert standing(shift.id) == (1, 1, CROWD)


def test_without_the_lock_the_unique_key_alone_still_holds(
    app: Flask, shift: Shift, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ups, "hold_shift", _unlocked(8 if engine == "postgresql" else 1))
    monkeypatch.setattr(sign_ups, "take_turn", lambda *_: None)
    person = make_volunteer(District.community).id
    answers = Counter(all_at_once(app, [partial(attempt, shift.id, person, NOW)] * 8))
    assert answers == {"accepted": 1, "already": 7}
    assert standing(shift.id) == (1, 1, 1)


def test_control_without_lock_and_check_the_shift_is_overbooked(
    app: Flask, shift: Shift, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same twenty, both guards away: more than one place is given. So the tests above can go red."""
    monkeypatch.setattr(sign_ups, "hold_shift", _unlocked(CROWD if engine == "postgresql" else 1))
    monkeypatch.setattr(sign_ups, "judge", _free_whatever)
    with _unbounded(engine):
        answers = crowd_signs_up(app, shift.id)
        taken, accepted, _ = standing(shift.id)
    assert answers == {"accepted": CROWD}
    assert taken == accepted == CROWD > 1


def _free_whatever(*_: Any, **__: Any) -> Verdict:
    return Verdict(Reason.FREE)


def _unlocked(together: int) -> Callable[[int], Shift]:
    """Return a reader of the shift without lock, at which so many wait for one another once they have read."""
    read = threading.Barrier(together)

    def hold_shift(shift_id: int) -> Shift:
        shift = db.session.get_one(Shift, shift_id, populate_existing=True)
        assert shift.activity
        read.wait(60)
        return shift

    return hold_shift


@contextmanager
def _unbounded(engine: str) -> Iterator[None]:
    """Take the CHECK away: drop it on PostgreSQL, tell SQLite's connections to ignore it; put it back after."""
    rule = "taken >= 0 AND (capacity IS NULL OR taken <= capacity)"
    if engine == "postgresql":
        _run("ALTER TABLE shifts DROP CONSTRAINT ck_shifts_not_overbooked")
        try:
            yield
        finally:
            _run("DELETE FROM sign_ups", f"ALTER TABLE shifts ADD CONSTRAINT ck_shifts_not_overbooked CHECK ({rule})")
        return

    def ignore(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA ignore_check_constraints=ON")

    db.engine.dispose()
    event.listen(db.engine, "connect", ignore)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", ignore)
        db.session.remove()
        db.engine.dispose()


def _run(*statements: str) -> None:
    db.session.remove()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_the_counter_follows_every_change_of_state(app: Flask, shift: Shift) -> None:
    person = make_volunteer(District.community).id
    attempt(shift.id, person, NOW)
    for state, taken in [("offered", 1), ("waiting", 0), ("accepted", 1), ("declined", 0), ("accepted", 1)]:
        _run(f"UPDATE sign_ups SET state = '{state}'")
        assert standing(shift.id)[0] == taken
    _run("DELETE FROM sign_ups")
    assert standing(shift.id) == (0, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(SignUp)) == 0
