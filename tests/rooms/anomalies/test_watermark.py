"""A look misses nothing that comes late, repeats nothing, and is noted once a night, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.makers.anomalies import make_queue, make_scan_row
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from tests.makers.races import overlap
from volunteer_hub.anomalies import desk, jobs, looking, service
from volunteer_hub.anomalies.models import AnomalyFlag, AnomalyLook, AnomalyParty, Rule
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer

NIGHT = END + timedelta(hours=17)
SECOND = timedelta(seconds=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def flags() -> list[AnomalyFlag]:
    db.session.rollback()
    return list(db.session.scalars(select(AnomalyFlag).order_by(AnomalyFlag.id)))


@pytest.fixture
def people(door: Door) -> list[Volunteer]:
    return [make_signed_up(door) for _ in range(10)]


def test_a_night_looks_at_what_is_new_and_not_at_everything(door: Door) -> None:
    make_queue(door, 3, START, every=timedelta(minutes=1))
    first = desk.look(NIGHT, is_nightly=True)
    second = desk.look(NIGHT + timedelta(days=3), is_nightly=True)
    third = desk.look(NIGHT + timedelta(days=6), is_nightly=True)
    assert (first.over.scans[0], second.over.scans, third.over.since) == (0, (3, 3), NIGHT + timedelta(days=3))


def test_a_row_numbered_before_the_look_and_committed_after_it_is_not_missed(
    door: Door, people: list[Volunteer]
) -> None:
    """The numbers 1 to 10 are drawn, 11 is committed, the look comes, and only then the ten are committed.

    Without AGAIN (a look that goes on from the highest number it saw) the ten are never looked at.
    """
    make_scan_row(door, make_person(), START - timedelta(hours=3), number=11)
    desk.look(NIGHT, is_nightly=True)
    for number, volunteer in enumerate(people, start=1):
        make_scan_row(door, volunteer, START + number * SECOND, number=number)
    desk.look(NIGHT + timedelta(days=1), is_nightly=True)
    assert [flag.rule for flag in flags()] == [Rule.DEVICE_BURST]


def test_scans_that_a_phone_kept_for_a_month_are_seen_with_those_that_came_in_time(
    door: Door, people: list[Volunteer]
) -> None:
    """Five came in time, five a month later: together they are a burst of ten in ten seconds."""
    for place, volunteer in enumerate(people[:5]):
        make_scan_row(door, volunteer, START + place * SECOND)
    desk.look(NIGHT, is_nightly=True)
    desk.look(NIGHT + timedelta(days=3), is_nightly=True)
    later = START + timedelta(days=31)
    for place, volunteer in enumerate(people[5:], start=5):
        make_scan_row(door, volunteer, START + place * SECOND, received_at=later)
    desk.look(later + timedelta(days=1), is_nightly=True)
    assert [flag.facts["people"] for flag in flags()] == [10]


def test_a_look_by_hand_moves_no_watermark(door: Door) -> None:
    desk.look(NIGHT, is_nightly=True)
    make_queue(door, 1, NIGHT, every=SECOND)
    desk.look(NIGHT + timedelta(days=9), since=NIGHT + timedelta(days=8))
    assert desk.look(NIGHT + timedelta(days=12), is_nightly=True).over.since == NIGHT


def test_a_look_since_a_day_begins_there(door: Door) -> None:
    make_queue(door, 2, START, every=timedelta(days=0, seconds=90))
    assert desk.look(NIGHT, since=START + SECOND).over.scans == (1, 2)
    assert desk.look(NIGHT, since=NIGHT).over.scans == (2, 2)


def test_a_look_that_is_killed_half_way_is_done_again_and_repeats_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_queue(door, 10, START, every=SECOND)

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(service, "note_look", die)
        with pytest.raises(KeyboardInterrupt):
            desk.look(NIGHT, is_nightly=True)
    db.session.rollback()
    assert (len(flags()), db.session.scalar(select(func.count()).select_from(AnomalyLook))) == (1, 0)
    assert desk.is_due(NIGHT)
    again = desk.look(NIGHT, is_nightly=True)
    assert (again.found, again.raised, len(flags())) == (1, 0, 1)
    assert db.session.scalar(select(func.count()).select_from(AnomalyParty)) == 1


def test_the_same_night_is_noted_once_by_whoever_comes_first(door: Door) -> None:
    over = looking.reach(NIGHT)
    for expected in (True, False):
        with transaction():
            assert service.note_look(over, 0, is_nightly=True) is expected


@pytest.fixture
def at_night() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(clock.at(date(2026, 3, 6)) + timedelta(hours=1, minutes=59), tick=False) as traveller:
        yield traveller


def test_the_timetable_looks_once_a_civil_day_from_two_on(door: Door, at_night: time_machine.Coordinates) -> None:
    looks = select(func.count()).select_from(AnomalyLook)
    jobs.look()
    assert db.session.scalar(looks) == 0
    at_night.shift(timedelta(minutes=1))
    jobs.look()
    at_night.shift(timedelta(hours=9))
    jobs.look()
    db.session.rollback()
    assert db.session.scalar(looks) == 1
    at_night.shift(timedelta(hours=15))
    jobs.look()
    db.session.rollback()
    assert db.session.scalar(looks) == 2


def test_the_command_says_what_it_looked_at_and_refuses_the_future(app: Flask, door: Door) -> None:
    make_queue(door, 10, START, every=SECOND)
    with time_machine.travel(NIGHT, tick=False):
        runner = app.test_cli_runner()
        done = runner.invoke(args=["anomalies", "look", "--since", "2026-03-01"])
        again = runner.invoke(args=["anomalies", "look", "--since", "2026-03-01"])
        refused = runner.invoke(args=["anomalies", "look", "--since", "2026-04-01"])
    assert "10 scans" in done.output
    assert "1 findings, 1 of them new" in done.output
    assert "1 findings, 0 of them new" in again.output
    assert refused.exit_code == 2


def test_two_looks_at_once_find_the_same_and_raise_it_once(app: Flask, door: Door) -> None:
    """Red if flags were looked up before they are inserted: both would insert, and one would fail."""
    make_queue(door, 10, START, every=SECOND)
    findings = [finding for some in looking.find(looking.reach(NIGHT)) for finding in some]
    assert len(findings) == 1

    def raise_them() -> None:
        service.raise_flags(findings, now=NIGHT)

    assert overlap(app, raise_them, raise_them) == ["done", "done"]
    assert len(flags()) == 1
    assert db.session.scalar(select(func.count()).select_from(AnomalyParty)) == 1
