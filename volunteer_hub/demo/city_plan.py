"""How large the large demonstration is: three years of a district of 12 streets and 500 communities.

It lies in a division of its own, 演示省演示市演示区 (990101), whose code no real place has: figures of this
size are nobody's, and nobody shall take them for a real district's.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

CITY = "990101000000"
CITY_PREFIX = "990101"
STREETS, COMMUNITIES = 12, 500
#: More people do not have numbers of identity cards enough; fewer lines leave days without any.
MOST_PEOPLE, FEWEST_ENTRIES = 5_000_000, 10_000
DAYS = 3 * 365
#: Of a hundred people so many had registered before the three years, over so many days.
EARLIER_SHARE, EARLIER_DAYS = 52, 6 * 365
#: Nobody registers in the last days: whoever does could have no hours yet.
QUIET_DAYS = 20
#: Of a thousand lines of the ledger: sessions with their scans, make-ups; the rest is imported. And reversals.
TIMED, MADE_UP, REVERSED = 50, 5, 10
#: What share of the people the registered are, for the invented population.
REGISTERED_SHARE = 0.18
CENSUS_YEAR = 2020
#: How busy the days of a week and the months of a year are.
_WEEK = (8, 8, 8, 9, 11, 17, 15)
_YEAR = (7, 8, 12, 10, 10, 9, 9, 8, 10, 10, 9, 11)


@dataclass(frozen=True)
class CityPlan:
    """What is to be made, all of it following from these four."""

    people: int
    #: Lines of the ledger, reversals among them.
    entries: int
    #: The last civil date of the three years.
    until: date
    seed: int = int(CITY_PREFIX)

    @property
    def first_day(self) -> date:
        """Return the first of the days."""
        return self.until - timedelta(days=DAYS - 1)

    @property
    def rows(self) -> int:
        """Return about how many rows that is, for the progress bar."""
        return self.people * 3 + self.entries + self.entries * TIMED * 4 // 1000

    def registered_on(self, place: int) -> int:
        """Return the day on which somebody registered, counted from the first day; people are in its order."""
        earlier = self.people * EARLIER_SHARE // 100
        if place < earlier:
            return place * EARLIER_DAYS // max(1, earlier) - EARLIER_DAYS
        later = self.people - earlier
        return (place - earlier) * (DAYS - QUIET_DAYS) // max(1, later)

    def registered_before(self, day: int) -> int:
        """Return how many people had registered before a day."""
        return bisect_left(range(self.people), day, key=self.registered_on)

    def lines_until(self, day: int) -> int:
        """Return how many lines the ledger has at the end of a day."""
        return self.entries * self._weights[day] // self._weights[-1]

    @cached_property
    def _weights(self) -> tuple[int, ...]:
        """Return for each day the weight of all days up to it: people and months differ, and it grows."""
        total, weights = 0, []
        for number in range(DAYS):
            day = self.first_day + timedelta(days=number)
            total += _WEEK[day.weekday()] * _YEAR[day.month - 1] * (1000 + number // 2)
            weights.append(total)
        return tuple(weights)
