"""How large the demonstration district is: the published report's figures, or the same shares of fewer people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: Xi'an district of Liaoyuan, Jilin, as its published account of 2022 describes it.
DISTRICT = "220403000000"
DISTRICT_PREFIX = "220403"
REPORTED_PEOPLE = 25028
REPORTED_WITH_HOURS = 13252
REPORTED_ACTIVITIES = 200
CENSUS_POPULATION = 136318
CENSUS_YEAR = 2020
#: The civil year the account speaks of.
YEAR = 2022
FIRST_DAY = date(YEAR, 1, 4)
LAST_DAY = date(YEAR, 12, 28)
#: Invented shares of the district's people, and how readily people register there, by street or town.
STREETS = {
    "220403001000": (0.19, 1.15),
    "220403002000": (0.18, 1.30),
    "220403003000": (0.19, 0.90),
    "220403004000": (0.16, 1.05),
    "220403005000": (0.11, 0.80),
    "220403006000": (0.07, 1.20),
    "220403100000": (0.10, 0.62),
}
#: Whoever is to have hours registered before this day, so that enough shifts lie ahead of them.
REGISTERED_IN_TIME = date(YEAR, 9, 1)


@dataclass(frozen=True)
class Plan:
    """What is to be made, all of it following from the seed and the number of people."""

    people: int = REPORTED_PEOPLE
    seed: int = int(DISTRICT_PREFIX)

    @property
    def with_hours(self) -> int:
        """Return how many of the people have hours: the reported share."""
        return round(self.people * REPORTED_WITH_HOURS / REPORTED_PEOPLE)

    @property
    def activities(self) -> int:
        """Return how many activities the year has; a small district still has a few in every street."""
        return max(28, round(REPORTED_ACTIVITIES * self.people / REPORTED_PEOPLE))

    @property
    def rows(self) -> int:
        """Return about how many rows that is, for the progress bar."""
        return 2000 + self.people * 7 + self.with_hours * 15

    @property
    def recent_participants(self) -> int:
        """Return how many of those with hours have served again in the last weeks."""
        return max(6, self.with_hours // 40)
