"""Counts of people and minutes, apart by assurance, because each division chooses from which one it counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics.timeline import BEST, MINUTES, Counts


class Tally(NamedTuple):
    """People registered, those with hours of the chosen classes, those with any; minutes by class."""

    registered: int = 0
    with_hours: int = 0
    participants: int = 0
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0

    def plus(self, other: Tally, sign: int = 1) -> Tally:
        """Return the sum, or the difference for a sign of -1."""
        return Tally(*(mine + sign * theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def by_class(self) -> dict[HoursClass, int]:
        """Return the minutes of each class."""
        return dict(zip(HoursClass, self[3:], strict=True))


#: By identity assurance, 0 to 3.
Tallies = Mapping[int, Tally]


def sum_from(tallies: Tallies, assurance: int) -> Tally:
    """Return the sum over everybody of at least an assurance."""
    total = Tally()
    for level, tally in tallies.items():
        if level >= assurance:
            total = total.plus(tally)
    return total


def remainder(whole: Tallies, parts: Iterable[Tallies]) -> dict[int, Tally]:
    """Return what is in the whole and in none of its parts."""
    left = dict(whole)
    for part in parts:
        for level, tally in part.items():
            left[level] = left.get(level, Tally()).plus(tally, -1)
    return left


def reaches_down_to(classes: Iterable[HoursClass]) -> int | None:
    """Return how many classes are chosen if they are the most trusted without a gap (A, AB, ABC, ABCD), else None.

    Only then are the people who have hours of them the people whose best class is among them.
    """
    chosen = tuple(classes)
    return len(chosen) if chosen == tuple(HoursClass)[: len(chosen)] and chosen else None


def tally_of(counts: Counts, classes: int) -> Tally:
    """Return folded counts as a tally over so many of the most trusted classes."""
    best = counts[BEST:MINUTES]
    return Tally(counts[0], sum(best[:classes]), sum(best), *counts[MINUTES:])
