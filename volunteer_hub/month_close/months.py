"""Months, the working days within which one is closed, and what is due when. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from volunteer_hub.amendments.working_days import LIMIT, is_working_day

#: Working days before the last one on which it is said that little time is left.
SOON = 3


class Stage(StrEnum):
    """What is told about a month that is not closed yet, each once."""

    PREPARED = "prepared"
    SOON = "soon"
    LAST = "last"
    OVERDUE = "overdue"


def first_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def last_of(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def before(first: date) -> date:
    """Return the first day of the month before."""
    return first_of(first - timedelta(days=1))


def after(first: date) -> date:
    """Return the first day of the month after."""
    return last_of(first) + timedelta(days=1)


def named(first: date) -> str:
    """Return a month as it is written: 2026-10."""
    return f"{first:%Y-%m}"


def complete(since: date, today: date) -> Iterator[date]:
    """Yield the months from one on that have ended by today."""
    while after(since) <= first_of(today):
        yield since
        since = after(since)


def limit(first: date) -> date:
    """Return the tenth working day after a month: until then its service must be recorded (MCA order 67, art. 11)."""
    return _nth_working_day(last_of(first), LIMIT)


def stage(first: date, today: date) -> Stage | None:
    """Return what is due about a month that is still open, or None while nothing presses.

    A timetable that stood still tells the latest only: an old warning is of no use to anybody.
    """
    if today > limit(first):
        return Stage.OVERDUE
    if today == limit(first):
        return Stage.LAST
    return Stage.SOON if today >= _nth_working_day(last_of(first), LIMIT - SOON) else None


def _nth_working_day(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
