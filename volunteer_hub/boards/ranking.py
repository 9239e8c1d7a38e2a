"""Who is first: divisions ranked by a figure as it is printed, and how each has moved since before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from volunteer_hub.core.tabular import hours_of
from volunteer_hub.statistics.answer import Cell
from volunteer_hub.statistics.definitions import BY_KEY, Ratio, Unit


@dataclass(frozen=True)
class Place:
    """One division's place. Without a value there is no rank."""

    cell: Cell
    value: Decimal | None
    rank: int | None


@dataclass(frozen=True)
class Standing:
    """One division's place now, and the one it held before, if it then had any."""

    place: Place
    before: Place | None

    @property
    def climbed(self) -> int | None:
        """Return by how many ranks it has gone up; negative is down, None where one of the ranks is missing."""
        if self.place.rank is None or self.before is None or self.before.rank is None:
            return None
        return self.before.rank - self.place.rank


def value_of(cell: Cell, key: str) -> Decimal | None:
    """Return a figure as it is printed. What looks equal on paper is equal: nobody leads by what nobody sees."""
    value = cell.figure(key)
    if isinstance(value, Ratio):
        return value.hours if BY_KEY[key].unit is Unit.HOURS_EACH else value.percent
    if value is None:
        return None
    return hours_of(value) if BY_KEY[key].unit is Unit.MINUTES else Decimal(value)


def rank(cells: Iterable[Cell], key: str) -> list[Place]:
    """Return the divisions, the highest first. Equal values share a rank, and the ranks they fill are skipped.

    Within a rank the order is that of the codes. Those without a value come last, without a rank. People
    who belong to no part are no division and are left out.
    """
    valued = [(value_of(cell, key), cell) for cell in cells if not cell.rest]
    ordered = sorted(valued, key=lambda pair: (pair[0] is None, -(pair[0] or 0), pair[1].code))
    values = [value for value, _ in ordered]
    return [Place(cell, value, None if value is None else values.index(value) + 1) for value, cell in ordered]


def compare(now: Sequence[Place], before: Sequence[Place]) -> list[Standing]:
    """Return the places of now with those the same divisions held before."""
    earlier = {place.cell.code: place for place in before}
    return [Standing(place, earlier.get(place.cell.code)) for place in now]
