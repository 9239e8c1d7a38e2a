"""The birth date that stays of somebody who left: another one, in the same age band on each day they served. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from volunteer_hub.statistics.facts_question import BAND_ENDS


def blurred(born_on: date, served_on: Collection[date]) -> date:
    """Return a birth date that says as little as figures by age allow.

    The first of January of the decade where that leaves every service in its band, else of the year, else
    the edge of what the bands allow: that is a day somebody served, not the day of birth.
    """
    low, high = _bounds(born_on, served_on)
    for guess in _guesses(born_on, low, high):
        if low < _number(guess) <= high:
            return guess
    return born_on


def _bounds(born_on: date, served_on: Collection[date]) -> tuple[int, int]:
    """Return the numbers between which a birth date has the same bands: above the first, up to the second."""
    born, low, high = _number(born_on), 0, 99_991_231
    for day in served_on:
        for years in BAND_ENDS.values():
            edge = _number(day) - years * 10_000
            if born > edge:
                low = max(low, edge)
            else:
                high = min(high, edge)
    return low, high


def _guesses(born_on: date, low: int, high: int) -> Iterator[date]:
    yield date(born_on.year // 10 * 10, 1, 1)
    yield date(born_on.year, 1, 1)
    yield date(born_on.year, 7, 1)
    for edge, step in ((high, -1), (low, 1)):
        if 19_000_101 <= edge < 99_990_101:
            yield _near(edge, step)


def _near(number: int, step: int) -> date:
    """Return the date a number is written for, or the next one on the side of `step`."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    while True:
        try:
            found = date(year, month, day)
        except ValueError:
            # 29 February of a year that has none.
            day -= 1
        else:
            return found if step < 0 else found + timedelta(days=1)


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
