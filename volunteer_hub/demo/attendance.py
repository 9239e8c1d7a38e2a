"""Who serves at which shift, and how the visit goes. Pure but for the random source it is given."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from volunteer_hub.demo.activities import PlannedShift
from volunteer_hub.demo.people import Person

#: How many shifts a person serves at in the year, and how many in a hundred do.
_VISITS, _VISIT_WEIGHTS = (1, 2, 3, 4, 5, 6, 8, 12), (32, 24, 17, 11, 7, 4, 3, 2)
#: How often somebody serves in the street they live in.
NEAR_HOME = 0.86


class Course(StrEnum):
    """How a visit ends."""

    SCANNED = "scanned"
    #: The check-out was forgotten, and a manager confirmed, refused, or has not decided yet.
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Visit:
    """One person at one shift."""

    #: The person's place in the list of people.
    person: int
    shift: PlannedShift
    in_at: datetime
    out_at: datetime
    course: Course


@dataclass(frozen=True)
class Habits:
    """How many in a thousand visits, a person's first aside, end otherwise than by a scan."""

    confirmed: int = 26
    rejected: int = 7


def choose_visits(
    participants: list[int],
    people: list[Person],
    shifts: list[PlannedShift],
    habits: Habits,
    random: Random,
    *,
    once: bool = False,
) -> list[Visit]:
    """Return the visits, never two of a person on one day; the first of each participant is a credited one.

    `once` asks for a single visit of each, which may be any.
    """
    everywhere = _Calendar(shifts)
    streets: dict[str, _Calendar] = {}
    for code in {shift.station.street_code for shift in shifts}:
        streets[code] = _Calendar([shift for shift in shifts if shift.station.street_code == code])
    visits: list[Visit] = []
    for place in participants:
        person = people[place]
        near = streets.get(person.region_code[:9] + "000", everywhere)
        wanted = 1 if once else random.choices(_VISITS, _VISIT_WEIGHTS)[0]
        since = person.registered_at + timedelta(days=1)
        for number, shift in enumerate(_pick(wanted, since, near, everywhere, random)):
            visits.append(_visit(place, shift, habits, random, first=number == 0 and not once))
    return visits


class _Calendar:
    """Shifts in the order of their start."""

    def __init__(self, shifts: list[PlannedShift]) -> None:
        self.shifts = shifts
        self.starts = [shift.starts_at for shift in shifts]

    def draw(self, since: datetime, random: Random) -> PlannedShift | None:
        first = bisect_left(self.starts, since)
        return self.shifts[random.randrange(first, len(self.shifts))] if first < len(self.shifts) else None


def _pick(
    wanted: int, since: datetime, near: _Calendar, everywhere: _Calendar, random: Random
) -> Iterator[PlannedShift]:
    days: set[object] = set()
    tries = 0
    while len(days) < wanted and (tries < wanted * 3 or not days):
        tries += 1
        calendar = near if random.random() < NEAR_HOME else everywhere
        shift = calendar.draw(since, random) or everywhere.draw(since, random)
        if shift is None:
            raise ValueError("somebody registered after the last shift of the year")
        if shift.day not in days:
            days.add(shift.day)
            shift.accepted += 1
            yield shift


def _visit(place: int, shift: PlannedShift, habits: Habits, random: Random, *, first: bool) -> Visit:
    in_at = shift.starts_at + timedelta(minutes=random.randrange(-25, 12), seconds=random.randrange(60))
    out_at = shift.ends_at + timedelta(minutes=random.randrange(-10, 22), seconds=random.randrange(60))
    chance = random.randrange(1000)
    course = Course.SCANNED
    if chance < habits.confirmed:
        course = Course.CONFIRMED
    elif chance < habits.confirmed + habits.rejected and not first:
        course = Course.REJECTED
    return Visit(place, shift, in_at, out_at, course)
