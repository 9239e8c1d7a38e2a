"""Whatever two people did: a merge loses and doubles nothing, and an undo leaves no trace in any total."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import pytest
from flask import Flask

from tests.makers.activities import make_sign_up
from tests.makers.checkin import DISTRICT, START, make_door, make_person
from tests.makers.ledger import make_entry
from tests.makers.merging import MERGED_AT, make_merge, net_of_lines, serve, totals, undo
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.verify import verify
from volunteer_hub.merging.counting_once import Span, uncovered_minutes
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers.models import Volunteer

HOUR = timedelta(hours=1)
DAYS = 4


def _live_a_little(random: Random) -> tuple[Volunteer, Volunteer, dict[int, list[Span]]]:
    """Return two people who served at random hours of some days, now and then at the same times."""
    make_door()
    stays: dict[int, list[Span]] = {}
    people = make_person(), make_person()
    for day in range(DAYS):
        begins = START + timedelta(days=day)
        door = make_door(starts_at=begins, ends_at=begins + 6 * HOUR)
        for one in people:
            make_sign_up(door.shift, one)
            at = begins
            while random.random() < 0.75 and at < begins + 5 * HOUR:
                at += timedelta(minutes=random.randrange(70))
                until = min(at + timedelta(minutes=random.randrange(20, 200)), begins + 6 * HOUR)
                if until - at < timedelta(minutes=15):
                    break
                serve(door, one, at, until)
                stays.setdefault(one.id, []).append(Span(at, until))
                at = until + timedelta(minutes=2)
    for one in people:
        for kind in (HoursClass.C, HoursClass.D):
            if random.random() < 0.5:
                day_on = date(2026, 2, 1) + timedelta(days=random.randrange(20))
                make_entry(
                    one.id,
                    random.randrange(30, 700),
                    hours_class=kind,
                    service_on=day_on,
                    recorded_at=START - HOUR,
                    region_code=DISTRICT,
                )
    return *people, stays


@pytest.mark.parametrize("seed", range(4))
def test_merge_and_undo_leave_every_total_as_it_was(app: Flask, seed: int) -> None:
    random = Random(seed)
    kept, merged, stays = _live_a_little(random)
    instants = [START + timedelta(hours=random.randrange(24 * DAYS)) for _ in range(3)]
    was, other = totals(kept), totals(merged)
    before = [was, other, net_of_lines(merged), *_figures(instants), *_past(kept, merged, instants)]
    merge = make_merge(kept, merged)
    _check_union(kept, merged, stays, was, other)
    assert totals(merged) == {}
    assert [*_figures(instants), *_past(kept, merged, instants)] == before[3:]
    assert _wrong() == []
    undo(merge)
    after = [totals(kept), totals(merged), net_of_lines(merged), *_figures(instants), *_past(kept, merged, instants)]
    assert after == before
    assert _wrong() == []


def _check_union(
    kept: Volunteer,
    merged: Volunteer,
    stays: dict[int, list[Span]],
    was: dict[tuple[date, HoursClass], int],
    other: dict[tuple[date, HoursClass], int],
) -> None:
    """Scanned time of a day counts once, minute for minute; what has no times is added, up to the day's cap."""
    for key in {*was, *other}:
        day, kind = key
        got = totals(kept).get(key, 0)
        if kind is HoursClass.A:
            taken = [span for span in stays.get(kept.id, []) if clock.civil_date(span.begin) == day]
            more = sum(
                uncovered_minutes(span, taken)
                for span in stays.get(merged.id, [])
                if clock.civil_date(span.begin) == day
            )
            assert got == was.get(key, 0) + more
        elif kind is HoursClass.D:
            assert got == was.get(key, 0) + other.get(key, 0)
        else:
            assert got == min(720, was.get(key, 0) + other.get(key, 0))


def _figures(instants: list[datetime]) -> list[object]:
    """Return what the office reads of those instants, as numbers."""
    found: list[object] = []
    for at in instants:
        cell = statistics.ratios(Question(region=DISTRICT, as_of=at), EVERYTHING).whole
        found.append((cell.registered, cell.with_hours, dict(cell.class_minutes)))
    return found


def _past(kept: Volunteer, merged: Volunteer, instants: list[datetime]) -> list[object]:
    return [totals(one, as_of=at) for one in (kept, merged) for at in instants]


def _wrong() -> list[object]:
    with db.engine.connect() as connection:
        return [found for found in verify(connection).findings if found.wrong]


def test_time_between_spans_is_what_is_left() -> None:
    at = [START + timedelta(minutes=minute) for minute in range(200)]
    assert uncovered_minutes(Span(at[0], at[120]), []) == 120
    assert uncovered_minutes(Span(at[0], at[120]), [Span(at[60], at[180])]) == 60
    assert uncovered_minutes(Span(at[60], at[120]), [Span(at[0], at[199])]) == 0
    assert uncovered_minutes(Span(at[0], at[100]), [Span(at[10], at[20]), Span(at[15], at[30])]) == 80
    assert uncovered_minutes(Span(at[0], at[100]), [Span(at[90], at[110]), Span(at[0], at[10])]) == 80
    assert uncovered_minutes(Span(at[0], at[10]), [Span(at[10], at[20])]) == 10
    assert MERGED_AT > START
