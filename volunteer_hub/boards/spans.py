"""The days on which a trend is read, and the months of the race. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.text import N_
from volunteer_hub.statistics.publishing import month_ends
from volunteer_hub.statistics.question import EARLIEST_YEAR, Question


class Span(StrEnum):
    """How far back a trend looks: by months, or by weeks."""

    YEAR = "year"
    QUARTER = "quarter"


MONTHS = 12
WEEKS = 13


def days_of(span: Span, until: date) -> list[date]:
    """Return the days of a trend that ends on a day: twelve months' ends before it, or weeks over ninety days."""
    if span is Span.YEAR:
        return [*month_ends(until, MONTHS), until]
    return [until - timedelta(weeks=back) for back in range(WEEKS, -1, -1)]


def month_of(text: str, today: date) -> date:
    """Read a month as 2026-11 and return its first day; nothing is this month. Raises Unprocessable at `month`."""
    if not text:
        return today.replace(day=1)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII) or int(text[:4]) < EARLIEST_YEAR:
        raise Unprocessable("bad_month", N_("月份应写作 2026-11。"), field="month")
    first = date.fromisoformat(f"{text}-01")
    if first > today:
        raise Unprocessable("future", N_("这个月还没有开始。"), field="month")
    return first


def month_before(first: date) -> date:
    """Return the first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def last_of(first: date) -> date:
    """Return the last day of a month."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def in_month(question: Question, first: date, *, whole: bool) -> Question:
    """Return the question as of the end of a month, or as asked if the month has not ended.

    `whole` asks for everything up to then, else only for service in the month.
    """
    last = last_of(first)
    ended = clock.end_of(last) < question.as_of
    asked = replace(question, as_of=clock.end_of(last), live=False) if ended else question
    return replace(asked, since=None, until=None) if whole else replace(asked, since=first, until=last)
