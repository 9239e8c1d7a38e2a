"""Cuts a stay at midnight, for systems that forbid a record over two days. Pure.

What the rows are worth together never changes, neither in minutes nor in the hours with two decimals that
such systems keep: the last row takes what cutting the earlier ones left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from volunteer_hub.core import clock
from volunteer_hub.core.tabular import hours_of


@dataclass(frozen=True)
class Part:
    """What of a stay lies on one civil date. Begin and end are unknown where the record has no times."""

    on: date
    begins: datetime | None
    ends: datetime | None
    minutes: int
    hours: Decimal


def by_day(begins: datetime, ends: datetime, minutes: int) -> list[Part]:
    """Return a stay's credited minutes by civil date, shared by how long it lasted on each; empty days left out.

    Raises ValueError for a stay that ends before it begins.
    """
    if ends < begins:
        raise ValueError("a stay cannot end before it begins")
    spans = _spans(begins, ends)
    whole = sum(((until - since) for since, until in spans), timedelta())
    parts: list[Part] = []
    passed, given, told = timedelta(), 0, Decimal(0)
    for since, until in spans:
        passed += until - since
        reached = minutes * passed // whole if whole else minutes
        hours = hours_of(reached)
        if reached > given or len(spans) == 1:
            parts.append(Part(clock.civil_date(since), since, until, reached - given, hours - told))
        given, told = reached, hours
    return parts


def undivided(on: date, minutes: int) -> list[Part]:
    """Return a record without times as its one part."""
    return [Part(on, None, None, minutes, hours_of(minutes))]


def _spans(begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """Return the stay cut at every midnight of the deployment's zone; a day ends with its last microsecond."""
    spans: list[tuple[datetime, datetime]] = []
    while (evening := clock.end_of(clock.civil_date(begins))) < ends:
        spans.append((begins, evening))
        begins = evening + timedelta(microseconds=1)
    if begins < ends or not spans:
        spans.append((begins, ends))
    return spans
