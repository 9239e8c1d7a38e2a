"""Cuts a stay at midnight, for systems that forbid a record over two days. Pure.

What the rows are worth together never changes, neither in minutes nor in the hours with two decimals that
such systems keep: the last row takes what cutting the earlier ones left over.
"""

from __future__ import annotations

from collections.abc import Iterator
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

    What ends at midnight ends with the last second of the day it is on.

    Raises ValueError for a stay that ends before it begins.
    """
    if ends < begins:
        raise ValueError("a stay cannot end before it begins")
    parts: list[Part] = []
    whole, given, told = ends - begins, 0, Decimal(0)
    for since, until in _spans(begins, ends):
        reached = minutes * (until - begins) // whole if whole else minutes
        hours = hours_of(reached)
        if reached > given or until - since == whole:
            parts.append(Part(clock.civil_date(since), since, _last(since, until), reached - given, hours - told))
        given, told = reached, hours
    return parts


def undivided(on: date, minutes: int) -> list[Part]:
    """Return a record without times as its one part."""
    return [Part(on, None, None, minutes, hours_of(minutes))]


def _spans(begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stay cut at every midnight of the deployment's zone."""
    while (midnight := clock.at(clock.civil_date(begins) + timedelta(days=1))) < ends:
        yield begins, midnight
        begins = midnight
    yield begins, ends


def _last(since: datetime, until: datetime) -> datetime:
    at_midnight = until - since >= timedelta(seconds=1) and clock.at(clock.civil_date(until)) == until
    return until - timedelta(seconds=1) if at_midnight else until
