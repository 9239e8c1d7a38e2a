"""A scan becomes a session, a session becomes ledger hours, and every attempt is kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import CloseKind, Direction, Outcome, Scan, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursDay, HoursEntry

MINUTE = timedelta(minutes=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def test_second_scan_credits_the_minutes_between(door: Door) -> None:
    volunteer = make_signed_up(door)
    came = door.come(volunteer, START)
    went = door.go(volunteer, START + 95 * MINUTE)
    assert (came.reason, went.reason) == ("checked_in", "checked_out")
    session = db.session.scalars(select(ServiceSession)).one()
    assert (session.raw_minutes, session.credited_minutes, session.closed_by) == (95, 95, CloseKind.SCANNED)
    entry = db.session.scalars(select(HoursEntry)).one()
    assert (entry.minutes, entry.hours_class, entry.source) == (95, HoursClass.A, f"session:{session.id}")
    assert entry.region_code == "220403000000"
    assert entry.recorded_by == door.operator.id
    assert db.session.get_one(HoursBalance, volunteer.id).class_a == 95


def test_every_figure_walks_back_to_its_two_scans(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    session = db.session.scalars(select(ServiceSession)).one()
    scans = {scan.id: scan.direction for scan in db.session.scalars(select(Scan))}
    assert scans == {session.in_scan_id: Direction.IN, session.out_scan_id: Direction.OUT}


def test_a_refused_scan_is_kept_and_changes_nothing_else(door: Door) -> None:
    stranger = make_person()
    answer = door.come(stranger, START)
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "not_signed_up")
    scan = db.session.scalars(select(Scan)).one()
    assert (scan.reason, scan.volunteer_id, scan.operator_account_id) == (
        "not_signed_up",
        stranger.id,
        door.operator.id,
    )
    assert db.session.scalar(select(func.count()).select_from(ServiceSession)) == 0


def test_an_identity_number_scanned_by_mistake_is_not_stored(door: Door) -> None:
    volunteer = make_signed_up(door)
    answer = door.scan(volunteer, Direction.IN, START, code="220403199003076314")
    assert answer.reason == "code_unknown"
    assert answer.name is None
    kept = db.session.scalars(select(Scan)).one()
    assert "220403199003076314" not in kept.code
    # Nor a plain digest, which trying every number of a district would undo in seconds.
    plain = hashlib.sha256(b"220403199003076314").hexdigest()
    assert plain[:16] not in kept.code
    assert kept.payload_digest != plain


def test_the_same_nonce_is_the_same_scan_for_ever(door: Door) -> None:
    volunteer = make_signed_up(door)
    code = codes.personal_code(volunteer.id, START)
    first = door.scan(volunteer, Direction.IN, START, nonce="n" * 32, code=code)
    again = door.scan(volunteer, Direction.IN, START + 300 * MINUTE, nonce="n" * 32, code=code)
    assert (again.outcome, again.reason, again.details, again.name) == (
        first.outcome,
        first.reason,
        first.details,
        first.name,
    )
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_the_same_nonce_with_another_content_contradicts(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.scan(volunteer, Direction.IN, START, nonce="n" * 32)
    answer = door.scan(volunteer, Direction.OUT, START + 5 * MINUTE, nonce="n" * 32)
    assert answer.contradicts
    assert answer.reason == "nonce_conflict"
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_a_second_scan_tells_who_and_when(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    again = door.come(volunteer, START + 30 * MINUTE)
    assert (again.outcome, again.reason) == (Outcome.ALREADY, "already_in")
    assert again.details == {"at": START.isoformat(), "by": "王站长"}


def test_outside_the_operators_scope_the_shift_is_unknown(door: Door) -> None:
    volunteer = make_signed_up(door)
    answer = door.scan(volunteer, Direction.IN, START, scope=Scope(stations=("/999/",)))
    assert answer.reason == "shift_unknown"


def test_a_person_in_two_places_is_refused_at_the_second(door: Door) -> None:
    volunteer = make_signed_up(door)
    other = make_shift(door.station, starts_at=START, ends_at=END, title="另一场")
    make_sign_up(other, volunteer)
    door.come(volunteer, START)
    answer = door.scan(volunteer, Direction.IN, START + 5 * MINUTE, shift=other)
    assert (answer.reason, answer.details["place"]) == ("in_elsewhere", "城西社区文明实践站")


def test_coming_back_after_a_break_opens_a_second_session(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, START + 30 * MINUTE)
    door.come(volunteer, START + 60 * MINUTE)
    door.go(volunteer, START + 100 * MINUTE)
    assert db.session.get_one(HoursBalance, volunteer.id).minutes == 70


def test_out_after_midnight_closes_yesterdays_session_on_its_own_day(app: Flask) -> None:
    start = START.replace(hour=14)  # 22:00 in Shanghai
    door = make_door(starts_at=start, ends_at=start + timedelta(hours=4))
    volunteer = make_signed_up(door)
    door.come(volunteer, start)
    door.go(volunteer, start + timedelta(hours=4))
    entry = db.session.scalars(select(HoursEntry)).one()
    assert (entry.minutes, entry.service_on.isoformat()) == (240, "2026-03-05")


def test_minutes_beyond_the_days_cap_are_not_credited_and_say_so(app: Flask) -> None:
    door = make_door(starts_at=START - timedelta(hours=1), ends_at=START + timedelta(hours=11))
    volunteer = make_signed_up(door)
    door.come(volunteer, START - timedelta(hours=1))
    door.go(volunteer, START + timedelta(hours=10, minutes=30))  # 690 minutes
    late = make_shift(door.station, starts_at=START + timedelta(hours=11), ends_at=START + timedelta(hours=14))
    make_sign_up(late, volunteer)
    door.scan(volunteer, Direction.IN, START + timedelta(hours=11), shift=late)
    answer = door.scan(volunteer, Direction.OUT, START + timedelta(hours=14), shift=late)
    assert answer.details["minutes"] == 30
    assert "day_cap" in answer.details["why"]
    assert db.session.scalars(select(HoursDay.minutes)).one() == 720


def test_a_typed_code_works_and_guessing_stops_it(door: Door) -> None:
    volunteer = make_signed_up(door)
    typed = codes.typed_code(volunteer.id, START)
    assert door.scan(volunteer, Direction.IN, START, code=typed.lower()).reason == "checked_in"
    for _ in range(20):
        door.scan(volunteer, Direction.OUT, START + 5 * MINUTE, code="2222-ZZZZ")
    leaving = codes.typed_code(volunteer.id, START + 5 * MINUTE)
    assert door.scan(volunteer, Direction.OUT, START + 5 * MINUTE, code=leaving).reason == "code_unknown"
    later = START + 7 * MINUTE
    assert (
        door.scan(volunteer, Direction.OUT, later, code=codes.typed_code(volunteer.id, later)).reason == "checked_out"
    )


@pytest.mark.parametrize("verb", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
@pytest.mark.parametrize("table", ["scans", "hours_entries", "audit_entries"])
def test_the_database_refuses_to_change_what_is_append_only(door: Door, table: str, verb: str) -> None:
    """Red if the triggers of migration 0002 are dropped."""
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(verb.format(table=table)))
    db.session.rollback()


def test_the_database_refuses_overlapping_credited_sessions(door: Door) -> None:
    """Red if the exclusion constraint (PostgreSQL) or the trigger (SQLite) is dropped."""
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, END)
    scanned = db.session.scalars(select(ServiceSession)).one()

    def copy(minutes: int) -> ServiceSession:
        return ServiceSession(
            volunteer_id=volunteer.id,
            shift_id=door.shift.id,
            station_id=door.station.id,
            region_code=scanned.region_code,
            in_at=START + minutes * MINUTE,
            out_at=END + minutes * MINUTE,
            closed_by=CloseKind.LEADER,
            raw_minutes=120,
            credited_minutes=120,
            hours_class=HoursClass.B,
            is_credited=True,
        )

    db.session.add(copy(minutes=120))  # touching ends do not overlap
    db.session.flush()
    db.session.add(copy(minutes=119))
    with pytest.raises(DBAPIError, match="ex_sessions_credited_overlap"):
        db.session.flush()
    db.session.rollback()
