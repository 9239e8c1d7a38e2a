"""The people of the demonstration: numbers that pass every check and belong to nobody we know of.

Pure: the same random source gives the same people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES, SKILLS
from volunteer_hub.demo.names import Names
from volunteer_hub.demo.plan import LAST_DAY, REGISTERED_IN_TIME, YEAR, Plan
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import Sex

#: Ages at the end of the year, and how many in a thousand.
_AGES = ((12, 17, 55), (18, 24, 105), (25, 34, 180), (35, 44, 205), (45, 54, 200), (55, 64, 150), (65, 78, 105))
_ORIGINS = (("220403", 72), ("220402", 14), ("220421", 6), ("220422", 4), ("220104", 2), ("210102", 2))
_REGISTRATION_YEARS = ((2014, 3), (2015, 5), (2016, 6), (2017, 8), (2018, 12), (2019, 17), (2020, 19), (2021, 17))
_ASSURANCES, _ASSURANCE_WEIGHTS = (1, 2, 3), (46, 48, 6)
ADULT = 18
YOUNGEST = 10


@dataclass(frozen=True)
class Person:
    """One invented person, as registration would hold them."""

    name: str
    document_number: str
    birth_on: date
    sex: Sex
    mobile: str
    region_code: str
    registered_at: datetime
    assurance: int
    is_party_member: bool
    skills: tuple[str, ...]
    categories: tuple[str, ...]
    #: Name and mobile of the guardian of who registered as a minor.
    guardian: tuple[str, str] | None


def make_people(plan: Plan, weights: dict[str, float], random: Random) -> list[Person]:
    """Return the people in the order in which they registered, spread over the communities by their weights."""
    maker = _Maker(plan, weights, random)
    people = [maker.person(serial) for serial in range(plan.people)]
    return sorted(people, key=lambda person: (person.registered_at, person.document_number))


def choose_with_hours(people: list[Person], plan: Plan, random: Random) -> list[int]:
    """Return the places in the list of exactly those who are to have hours; communities differ in their share."""
    deadline = clock.at(REGISTERED_IN_TIME)
    eagerness: dict[str, float] = {}
    keyed: list[tuple[float, int]] = []
    for place, person in enumerate(people):
        if person.registered_at < deadline:
            weight = eagerness.setdefault(person.region_code, random.uniform(0.45, 2.4))
            keyed.append((random.random() ** (1 / weight), place))
    return sorted(place for _, place in sorted(keyed, reverse=True)[: plan.with_hours])


def identity_number(origin: str, birth_on: date, sequence: int) -> str:
    """Return an 18-character number with the check character of GB 11643: ISO 7064 MOD 11-2."""
    body = f"{origin}{birth_on:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


class _Maker:
    def __init__(self, plan: Plan, weights: dict[str, float], random: Random) -> None:
        self.random = random
        self.names = Names(random)
        self.families = self.names.families(plan.people)
        bands = [(low, high) for low, high, _ in _AGES]
        self.bands = random.choices(bands, [share for *_, share in _AGES], k=plan.people)
        self.origins = random.choices([o for o, _ in _ORIGINS], [w for _, w in _ORIGINS], k=plan.people)
        self.regions = random.choices(list(weights), list(weights.values()), k=plan.people)
        self.used: set[str] = set()
        self.mobiles: list[str] = []

    def person(self, serial: int) -> Person:
        random = self.random
        low, high = self.bands[serial]
        birth_on = date(YEAR - random.randint(low, high), 1, 1) + timedelta(days=random.randrange(365))
        male = random.random() < 0.44
        registered_on = self._registered_on(birth_on)
        age = full_years(birth_on, registered_on)
        family = self.families[serial]
        mobile = self._mobile(serial)
        return Person(
            name=family + self.names.given(male=male),
            document_number=self._document(self.origins[serial], birth_on, male),
            birth_on=birth_on,
            sex=Sex.MALE if male else Sex.FEMALE,
            mobile=mobile,
            region_code=self.regions[serial],
            registered_at=clock.at(registered_on, time(8 + random.randrange(11), random.randrange(60))),
            assurance=random.choices(_ASSURANCES, _ASSURANCE_WEIGHTS)[0],
            is_party_member=age >= ADULT and random.random() < 0.16,
            skills=tuple(sorted(random.sample(list(SKILLS), random.choice((0, 0, 1, 1, 2))))),
            categories=tuple(sorted(random.sample(list(CATEGORIES), random.choice((1, 1, 2, 3))))),
            guardian=(family + self.names.given(male=random.random() < 0.4), mobile) if age < ADULT else None,
        )

    def _registered_on(self, birth_on: date) -> date:
        random = self.random
        years = [year for year, _ in _REGISTRATION_YEARS] + [YEAR]
        weights = [weight for _, weight in _REGISTRATION_YEARS] + [13]
        year = random.choices(years, weights)[0]
        earliest = birth_on.year + YOUNGEST + 1
        year = min(max(year, earliest), YEAR)
        day = date(year, 1, 1) + timedelta(days=random.randrange(365))
        return min(day, LAST_DAY)

    def _document(self, origin: str, birth_on: date, male: bool) -> str:
        while True:
            sequence = self.random.randrange(0, 500) * 2 + (1 if male else 0)
            number = identity_number(origin, birth_on, sequence)
            if number not in self.used:
                self.used.add(number)
                return number

    def _mobile(self, serial: int) -> str:
        """Return a number of a range that has not been given out to anybody (142); families share some."""
        if self.mobiles and self.random.random() < 0.04:
            return self.random.choice(self.mobiles)
        self.mobiles.append(f"142{40000000 + serial * 997 % 59000000:08d}")
        return self.mobiles[-1]
