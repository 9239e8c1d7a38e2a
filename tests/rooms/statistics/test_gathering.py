"""The one pass that makes every count anew adds what each person's own steps add."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.statistics.test_folding import PLACES, World, kept, make_ground, sparse
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.statistics import folding, residents
from volunteer_hub.statistics.gathering import Gathered, Known, Row, Span
from volunteer_hub.statistics.models import MEASURES
from volunteer_hub.statistics.residents import Days
from volunteer_hub.statistics.timeline import Line, Stay, Steps, merge, steps
from volunteer_hub.volunteers.models import STILL

PLACE = "220403002001"
BEGIN = datetime(2022, 12, 27, 15, 30, tzinfo=UTC)
hours = st.integers(0, 24 * 12)
lines = st.lists(
    st.tuples(hours, st.integers(0, 9), st.integers(0, 3), st.sampled_from([30, 60, 90, -30, -60])), max_size=12
)
#: The lengths of somebody's standings one after another, and who of them stays.
stays = st.tuples(st.lists(st.tuples(hours, st.integers(0, 3)), max_size=4), st.booleans())


def stays_of(lengths: list[tuple[int, int]], *, remains: bool) -> list[Stay]:
    found, since = [], BEGIN
    for number, (length, assurance) in enumerate(lengths):
        ends = since + timedelta(hours=length + 1)
        last = number == len(lengths) - 1
        found.append(Stay(PLACE, assurance, since, STILL if last and remains else ends))
        since = ends
    return found


def lines_of(drawn: list[tuple[int, int, int, int]]) -> list[Line]:
    found = []
    for hour, days, kind, minutes in drawn:
        recorded = BEGIN + timedelta(hours=hour)
        found.append(Line(clock.civil_date(recorded) - timedelta(days=days), recorded, kind, minutes))
    return found


def gathered(people: list[tuple[list[Stay], list[Line]]]) -> Gathered:
    found = Gathered()
    for theirs, served in people:
        spans: list[Span] = []
        for stay in theirs:
            first = clock.civil_date(stay.since).toordinal()
            end = None if stay.until == STILL else clock.civil_date(stay.until).toordinal()
            spans += [Span(stay.assurance, first, end)] if end is None or first < end else []
        known: list[Known] = [
            (
                clock.civil_date(line.recorded_at).toordinal(),
                line.service_on.year * 100 + line.service_on.month,
                line.kind,
                line.minutes,
            )
            for line in served
        ]
        found.add(spans, known)
    return found


def rows_of(found: Steps) -> list[Row]:
    rows: list[Row] = []
    for _, run in groupby(sorted(found.items()), key=lambda step: step[0][:3]):
        total = [0] * len(MEASURES)
        for key, counts in run:
            total = [held + more for held, more in zip(total, counts, strict=True)]
            rows.append((*key, *total))
    return rows


@settings(max_examples=150, deadline=None)
@given(drawn=st.lists(st.tuples(stays, lines), max_size=4))
def test_everybody_in_one_pass_adds_what_each_adds(
    drawn: list[tuple[tuple[list[tuple[int, int]], bool], list[tuple[int, int, int, int]]]],
) -> None:
    people = [(stays_of(lengths, remains=remains), lines_of(served)) for (lengths, remains), served in drawn]
    each: Steps = {}
    for theirs, served in people:
        merge(each, steps(theirs, served))
    one_by_one = sparse(rows_of({key: counts for key, counts in each.items() if any(counts)}))
    together = gathered(people)
    assert sparse(list(together.rows(PLACE))) == one_by_one
    below = Gathered()
    below.merge(together)
    assert list(below.rows(PLACE)) == list(together.rows(PLACE))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_a_day_is_found_from_the_text_of_its_instant(zone: str) -> None:
    """Offsets of quarters of an hour and summer time too."""
    was = clock.zone().key
    clock.use_zone(zone)
    try:
        days = Days(date(2022, 3, 1), date(2022, 4, 10))
        for minutes in range(0, 60 * 24 * 35, 7):
            instant = datetime(2022, 3, 2, tzinfo=UTC) + timedelta(minutes=minutes)
            found = days.ordinal(instant.strftime("%Y-%m-%d %H:%M:%S"))
            assert found == clock.civil_date(instant).toordinal()
    finally:
        clock.use_zone(was)


def test_what_waits_for_the_fold_is_left_out_when_counts_are_made_anew(app: Flask) -> None:
    """On PostgreSQL others go on committing meanwhile: goes red where `_list_waiting` returns nobody."""
    make_ground(app)
    world = World()
    for act in [("come", 0, n % 3, 60) for n in range(5)] + [("serve", n, n, 900) for n in range(9)]:
        world.act(*act)
    with transaction():
        folding.rebuild(now=world.now)
    counted = [row for row in sparse(kept()) if row[0] in PLACES[:2]]
    for act in (
        [("serve", n, n, 60) for n in range(5)]
        + [("move", 1, 3, 60), ("move", 2, 0, 60), ("come", 0, 0, 60), ("serve", 5, 0, 5), ("leave", 3, 0, 60)]
        + [("reverse", 0, 1, 60), ("vouch", 0, 3, 60)]
    ):
        world.act(*act)
    days = residents.days_of_ledger()
    anew = [row for place in PLACES[:2] for row in residents.gather(place, days).rows(place)]
    assert sparse(anew) == counted
