"""Expands "once", "every day from to" and "weekly on these days" into shifts, in the civil zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_

MAX_DAYS = 31
MAX_SHIFTS = 200
ONE_DAY = timedelta(days=1)


class Frequency(StrEnum):
    """How often the activity happens."""

    SINGLE = "single"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Pattern:
    """Days and wall-clock times. An end at or before the start belongs to the next day: 22:00 to 02:00."""

    frequency: Frequency
    first_on: date
    starts: time
    ends: time
    #: Not read for a single shift.
    last_on: date | None = None
    #: Monday is 0; read for weekly ones only.
    weekdays: frozenset[int] = frozenset()


def expand(pattern: Pattern) -> list[tuple[datetime, datetime]]:
    """Return the start and end instants of every shift, in order. Raises DomainError at the field at fault."""
    if pattern.starts == pattern.ends:
        raise DomainError("no_length", N_("结束时间不能与开始时间相同。"), field="ends")
    spans: list[tuple[datetime, datetime]] = []
    for day in _days(pattern):
        if len(spans) == MAX_SHIFTS:
            raise DomainError(
                "too_many_shifts",
                N_("一次最多生成 %(max)s 个场次，请缩短日期范围。"),
                field="last_on",
                max=MAX_SHIFTS,
            )
        spans.append(_span(day, pattern.starts, pattern.ends))
    if not spans:
        raise DomainError("no_such_day", N_("这段日期里没有所选的星期。"), field="weekdays")
    return spans


def _days(pattern: Pattern) -> Iterator[date]:
    if pattern.frequency is Frequency.SINGLE:
        yield pattern.first_on
        return
    last = _last_day(pattern)
    weekdays = pattern.weekdays if pattern.frequency is Frequency.WEEKLY else frozenset(range(7))
    if not weekdays:
        raise DomainError("no_weekday", N_("请选择每周的哪几天。"), field="weekdays")
    day = pattern.first_on
    while day <= last:
        if day.weekday() in weekdays:
            yield day
        day += ONE_DAY


def _last_day(pattern: Pattern) -> date:
    last = pattern.last_on
    if last is None:
        raise DomainError("no_last_day", N_("请填写结束日期。"), field="last_on")
    if last < pattern.first_on:
        raise DomainError("backwards", N_("结束日期不能早于开始日期。"), field="last_on")
    if pattern.frequency is Frequency.DAILY and (last - pattern.first_on).days >= MAX_DAYS:
        raise DomainError("too_many_days", N_("连续多天最多 %(max)s 天。"), field="last_on", max=MAX_DAYS)
    return last


def _span(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    return clock.at(day, starts), clock.at(day if ends > starts else day + ONE_DAY, ends)
