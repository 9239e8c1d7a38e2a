"""Reads the folded counts: what was known at the end of any day, brought to the instant that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Date, Integer, Subquery, and_, func, literal, select, true, union_all
from sqlalchemy.orm import aliased

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import changes
from volunteer_hub.statistics.changes import Person
from volunteer_hub.statistics.models import MEASURES, FigureDay
from volunteer_hub.statistics.question import Question
from volunteer_hub.statistics.tallies import Tally, reaches_down_to, tally_of
from volunteer_hub.statistics.timeline import EVER, Counts, Stay, counts_at, period_of

#: Most people whose counts are brought from the end of a day to an instant, one by one: beyond so many a page of
#: now would wait too long, and an instant of the past is found sooner by asking the ledger.
NOW_AT_ONCE, PAST_AT_ONCE = 500, 1500
ASSURANCES = range(4)
TRIES = 3
#: By division and assurance.
Held = dict[tuple[str, int], Counts]


class Found(NamedTuple):
    """The question that was answered, and its tallies by division and assurance."""

    question: Question
    tallies: dict[str, dict[int, Tally]]


def find(question: Question, codes: Sequence[str]) -> Found | None:
    """Answer from the folded counts, or return None where they cannot: then the ledger itself is asked.

    They can for the whole ledger, a calendar year or month, over classes without a gap. Where more waits to
    be folded than can be added on the way, a question for now is answered as of when the fold was through,
    and says so by its instant.
    """
    period, classes = period_of(question.since, question.until), reaches_down_to(question.classes)
    if period is None or classes is None:
        return None
    for _ in range(TRIES):
        state = changes.find_state()
        if state is None:
            return None
        folds, asked = state.folds, question
        moved = _people_around(question.as_of, NOW_AT_ONCE if question.live else PAST_AT_ONCE)
        if moved is None and question.live:
            # What is folded may hold a part of what came after that instant: whoever asks for it again must find
            # the same, so it is answered like any other instant of the past.
            asked = replace(question, as_of=state.folded_through, live=False)
            moved = _people_around(asked.as_of, PAST_AT_ONCE)
        if moved is None:
            return None
        day, ids = moved
        held = _read(codes, period, [day])[day]
        people, _ = changes.read_people(ids) if ids else ({}, [])
        _bring_to(held, people.values(), codes, period, day, asked.as_of)
        again = changes.find_state()
        if again is not None and again.folds == folds:
            return Found(asked, _tallies(held, codes, classes))
    return None


def can_say(question: Question) -> bool:
    """Tell whether `find` will most likely have an answer."""
    if period_of(question.since, question.until) is None or reaches_down_to(question.classes) is None:
        return False
    if changes.find_state() is None:
        return False
    # At the end of a day or now, little has changed since; within a day it may have.
    ends = question.live or question.as_of == clock.end_of(clock.civil_date(question.as_of))
    return ends or _people_around(question.as_of, PAST_AT_ONCE) is not None


def find_days(question: Question, region: str, days: Sequence[date]) -> dict[date, dict[int, Tally]] | None:
    """Return a division's tallies at the end of several days, or None where the folded counts cannot say.

    All of one reading, and only what is folded: for a line over time, whose last point may lag by some seconds.
    """
    period, classes = period_of(question.since, question.until), reaches_down_to(question.classes)
    if period is None or classes is None or not days or changes.find_state() is None:
        return None
    return {day: _tallies(held, [region], classes)[region] for day, held in _read([region], period, days).items()}


def _people_around(instant: datetime, most: int) -> tuple[date, list[int]] | None:
    """Return the day whose counts are nearest to an instant, and whose counts must be brought from there to it.

    None if there are too many. What is known after the instant on its own day is taken away, or what was
    known before it since the day before is added, whichever concerns fewer people.
    """
    waiting = changes.list_unfolded(instant, most + 1)
    if len(waiting) > most:
        return None
    day = clock.civil_date(instant)
    end, start = clock.end_of(day), clock.end_of(day - timedelta(days=1))
    for base, after, upto in ((day, instant, end), (day - timedelta(days=1), start, instant)):
        changed = changes.list_changed(after, upto, most + 1) if after < upto else []
        if len(changed) <= most:
            return base, sorted({*waiting, *changed})
    return None


def _read(codes: Sequence[str], period: int, days: Sequence[date]) -> dict[date, Held]:
    """Return the counts of divisions at the end of each day. One statement."""
    keys = _keys(codes, period, days)
    last = aliased(FigureDay)
    same = [
        FigureDay.region_code == keys.c.code,
        FigureDay.period == keys.c.period,
        FigureDay.assurance == keys.c.assurance,
    ]
    latest = (
        select(func.max(last.day))
        .where(
            last.region_code == keys.c.code,
            last.period == keys.c.period,
            last.assurance == keys.c.assurance,
            last.day <= keys.c.day,
        )
        .correlate(keys)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            keys.c.code, keys.c.assurance, keys.c.period, keys.c.day, *(getattr(FigureDay, name) for name in MEASURES)
        ).join_from(keys, FigureDay, and_(*same, FigureDay.day == latest))
    )
    found: dict[date, Held] = {day: {} for day in days}
    for code, assurance, of, day, registered, *counts in rows:
        held = found[day].setdefault((code, assurance), [0] * len(MEASURES))
        if of == EVER:
            held[0] = registered
        if of == period:
            held[1:] = counts
    return found


def _keys(codes: Sequence[str], period: int, days: Sequence[date]) -> Subquery:
    """Return (code, period, assurance, day) of every row wanted: people ever, hours of the period."""
    assurances = union_all(*(select(literal(level, Integer).label("assurance")) for level in ASSURANCES)).subquery()
    periods = union_all(*(select(literal(one, Integer).label("period")) for one in sorted({EVER, period}))).subquery()
    wanted = union_all(*(select(literal(day, Date).label("day")) for day in days)).subquery()
    return (
        select(Region.code, periods.c.period, assurances.c.assurance, wanted.c.day)
        .join_from(Region, assurances, true())
        .join(periods, true())
        .join(wanted, true())
        .where(Region.code.in_(codes))
        .subquery("keys")
    )


def _bring_to(
    held: Held, people: Iterable[Person], codes: Sequence[str], period: int, day: date, instant: datetime
) -> None:
    """Take away what these people counted at the end of a day, and add what they count at an instant."""
    end = clock.end_of(day)
    for person in people:
        _count(held, counts_at(person.folded_stays, person.folded_lines, period, end), codes, -1)
        _count(held, counts_at(person.stays, person.lines, period, instant), codes, 1)


def _count(held: Held, counted: tuple[Stay, Counts] | None, codes: Sequence[str], sign: int) -> None:
    if counted is None:
        return
    stay, counts = counted
    for code in codes:
        if stay.region.startswith(region_prefix(code)):
            total = held.setdefault((code, stay.assurance), [0] * len(MEASURES))
            for number, count in enumerate(counts):
                total[number] += sign * count


def _tallies(held: Held, codes: Sequence[str], classes: int) -> dict[str, dict[int, Tally]]:
    found: dict[str, dict[int, Tally]] = {code: {} for code in codes}
    for (code, assurance), counts in held.items():
        found[code][assurance] = tally_of(counts, classes)
    return found
