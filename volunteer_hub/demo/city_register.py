"""Enters the people of the large demonstration in the register, in batches: any number in the same memory."""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import cast

from sqlalchemy import Table
from sqlalchemy.engine.default import DefaultDialect

from volunteer_hub.core.categories import CATEGORIES, SKILLS
from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import table_of
from volunteer_hub.core.loading import Loader, Plain
from volunteer_hub.demo.bulk import Progress
from volunteer_hub.demo.city_ground import Ground
from volunteer_hub.demo.city_people import NEVER, Calendar, Crowd
from volunteer_hub.demo.city_plan import CITY_PREFIX, DAYS, CityPlan
from volunteer_hub.demo.district import MAKER
from volunteer_hub.demo.names import Names
from volunteer_hub.demo.people import ADULT, identity_number
from volunteer_hub.demo.registry import take_numbers
from volunteer_hub.teams.models import Membership, MembershipState
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import DocumentKind, Guardian, Sex, Standing, Volunteer

BATCH = 10_000
#: The `until` of a standing that still holds, as stored.
ALWAYS = "9999-12-31 00:00:00.000000"
_AGES = ((10, 17, 55), (18, 24, 105), (25, 34, 180), (35, 44, 205), (45, 54, 200), (55, 64, 150), (65, 78, 105))
_ORIGINS = ("220403", "220402", "220421", "220422", "220104", "210102")
_ASSURANCES, _ASSURANCE_WEIGHTS = (0, 1, 2, 3), (5, 45, 44, 6)
#: Of a thousand people: seen by staff later than they registered; these and who moved; these and who withdrew.
UPGRADED, MOVED, WITHDREW = 120, 180, 210
#: Of a hundred people: members of a squad, party members, and those who never serve.
MEMBERS, PARTY, IDLE = 64, 16, 40
MEN = 0.44
#: The second of the day at which standings change.
LATE_MORNING = 37_800
#: The encrypted columns are text on every engine.
DIALECT = DefaultDialect()
#: So many numbers there are for a birth date and sex in a county; each third one follows the last.
_SEQUENCES, _STRIDE = 500, 7919
_EARLIEST, _BIRTH_DAYS = date(1930, 1, 1), 40_000

COLUMNS: dict[Table, tuple[str, ...]] = {
    table_of(Volunteer): (
        "id", "number", "name", "document_kind", "document_number", "document_index", "birth_on", "sex", "mobile",
        "mobile_index", "skills", "categories", "is_party_member", "registered_at", "withdrawn_at",
        "is_demonstration",
    ),
    table_of(Standing): ("volunteer_id", "region_code", "assurance", "since", "until", "id"),
    table_of(Guardian): ("volunteer_id", "name", "mobile", "id"),
    table_of(Membership): (
        "team_id", "volunteer_id", "state", "is_leader", "joined_on", "left_on", "requested_at", "decided_at",
        "decided_by", "id",
    ),
}  # fmt: skip
TABLES = tuple(COLUMNS)


@dataclass(frozen=True)
class _Changes:
    """On which day somebody's standing changes, if it does: to a higher assurance, by a move or a withdrawal."""

    upgrade: int = NEVER
    move: int = NEVER
    leave: int = NEVER


def write_register(
    plan: CityPlan, ground: Ground, calendar: Calendar, loader: Loader, random: Random, progress: Progress
) -> Crowd:
    """Write everybody; return what the ledger needs of them."""
    crowd = Crowd(loader.reserve(table_of(Volunteer), plan.people))
    register = _Register(plan, ground, calendar, crowd, random)
    for start in range(0, plan.people, BATCH):
        places = range(start, min(plan.people, start + BATCH))
        for table, rows in register.batch(places).items():
            numbered = table is table_of(Volunteer)
            ids = () if numbered else loader.reserve(table, len(rows))
            loader.copy(table, COLUMNS[table], rows if numbered else list(map(_with_id, rows, ids)))
        progress(3 * len(places))
    return crowd


class _Register:
    """Makes the rows of one batch after another."""

    def __init__(self, plan: CityPlan, ground: Ground, calendar: Calendar, crowd: Crowd, random: Random) -> None:
        self.plan, self.ground, self.calendar, self.crowd, self.random = plan, ground, calendar, crowd, random
        self.names = Names(random)
        #: How many numbers are taken of each birth date and sex.
        self.taken = array("H", bytes(4 * _BIRTH_DAYS))
        self.sizes = [random.uniform(0.4, 1.8) for _ in ground.communities]
        self.skills = [json.dumps(sorted(random.sample(list(SKILLS), n % 3))) for n in range(30)]
        self.categories = [json.dumps(sorted(random.sample(list(CATEGORIES), 1 + n % 3))) for n in range(60)]
        self.rows: dict[Table, list[Plain]] = {}

    def batch(self, places: range) -> dict[Table, list[Plain]]:
        """Return the rows of these people, without the ids of all but the first table."""
        self.rows = {table: [] for table in TABLES}
        random, count = self.random, len(places)
        days = [self.plan.registered_on(place) for place in places]
        months = [f"{self.calendar.first_day + timedelta(days=day):%y%m}" for day in days]
        numbers = take_numbers([f"{CITY_PREFIX}{month}" for month in months])
        homes = random.choices(range(len(self.sizes)), self.sizes, k=count)
        bands = random.choices([band[:2] for band in _AGES], [band[2] for band in _AGES], k=count)
        assurances = random.choices(_ASSURANCES, _ASSURANCE_WEIGHTS, k=count)
        families = self.names.families(count)
        everybody = zip(places, days, numbers, homes, bands, assurances, families, strict=True)
        for place, day, number, home, band, assurance, family in everybody:
            changes = self._changes(day)
            self._remember(home, changes)
            self._enter(place, day, number, band, family, changes)
            self._stand(place, day, home, assurance, changes)
            if random.randrange(100) < MEMBERS:
                self._join(place, day, home, changes)
        return self.rows

    def _changes(self, day: int) -> _Changes:
        chance = self.random.randrange(1000)
        begin = max(day, 0) + 1
        if chance >= WITHDREW or begin >= DAYS:
            return _Changes()
        then = self.random.randrange(begin, DAYS)
        if chance < UPGRADED:
            return _Changes(upgrade=then)
        return _Changes(move=then) if chance < MOVED else _Changes(leave=then)

    def _remember(self, home: int, changes: _Changes) -> None:
        crowd, random = self.crowd, self.random
        crowd.home.append(home)
        crowd.moves_on.append(changes.move)
        # Most of those who move stay near.
        near = min(len(self.sizes) - 1, max(0, home + random.choice((-9, -2, -1, 1, 2, 9))))
        crowd.moves_to.append(near if near != home else (home + 1) % len(self.sizes))
        crowd.leaves_on.append(changes.leave)
        crowd.squad.append(0)
        crowd.eager.append(0 if random.randrange(100) < IDLE else 1 + int(254 * random.random() ** 2))

    def _enter(
        self, place: int, day: int, number: str, band: tuple[int, int], family: str, changes: _Changes
    ) -> None:
        random, identity = self.random, self.crowd.ids[place]
        registered_on, male = self.calendar.first_day + timedelta(days=day), random.random() < MEN
        birth_on = registered_on - timedelta(days=random.randrange(band[0] * 366, band[1] * 365 + 360))
        age = full_years(birth_on, registered_on)
        mobile, document = f"142{40000000 + place * 997 % 59000000:08d}", self._document(birth_on, male=male)
        leaves = None if changes.leave == NEVER else self.calendar.instant(changes.leave, LATE_MORNING)
        people = table_of(Volunteer)
        self.rows[people].append(
            (
                identity,
                number,
                family + self.names.given(male=male),
                DocumentKind.RESIDENT_ID.value,
                _sealed(people, "document_number", document),
                volunteers.document_index(DocumentKind.RESIDENT_ID, document),
                birth_on.isoformat(),
                (Sex.MALE if male else Sex.FEMALE).value,
                _sealed(people, "mobile", mobile),
                volunteers.mobile_index(mobile),
                random.choice(self.skills),
                random.choice(self.categories),
                int(age >= ADULT and random.randrange(100) < PARTY),
                self.calendar.instant(day, _second(place)),
                leaves,
                1,
            )
        )
        if age < ADULT:
            self._guard(identity, family + self.names.given(male=not male), mobile)

    def _guard(self, identity: int, name: str, mobile: str) -> None:
        self.rows[table_of(Guardian)].append((identity, name, _sealed(table_of(Guardian), "mobile", mobile)))

    def _document(self, birth_on: date, *, male: bool) -> str:
        """Return a number nobody of the demonstration has."""
        place = 2 * (birth_on - _EARLIEST).days + male
        taken = self.taken[place]
        self.taken[place] += 1
        sequence = 2 * (taken * _STRIDE % _SEQUENCES) + male
        # Where a county's numbers of a birth date are used up, the next county's follow.
        origin = _ORIGINS[(birth_on.toordinal() + taken // _SEQUENCES) % len(_ORIGINS)]
        return identity_number(origin, birth_on, sequence)

    def _stand(self, place: int, day: int, home: int, assurance: int, changes: _Changes) -> None:
        """Add the standings: from registration until something changes, and from there on."""
        identity, code = self.crowd.ids[place], self.ground.communities[home]
        rows = self.rows[table_of(Standing)]
        since, turn = self.calendar.instant(day, _second(place)), min(changes.upgrade, changes.move, changes.leave)
        if turn == NEVER:
            rows.append((identity, code, assurance, since, ALWAYS))
            return
        until = self.calendar.instant(turn, LATE_MORNING)
        rows.append((identity, code, assurance, since, until))
        if changes.upgrade == turn:
            rows.append((identity, code, min(3, assurance + 1), until, ALWAYS))
        elif changes.move == turn:
            rows.append((identity, self.ground.communities[self.crowd.moves_to[place]], assurance, until, ALWAYS))

    def _join(self, place: int, day: int, home: int, changes: _Changes) -> None:
        self.crowd.squad[place] = home + 1
        left = changes.leave != NEVER
        asked, decided = self.calendar.instant(day, _second(place)), self.calendar.instant(day, 75_600)
        self.rows[table_of(Membership)].append(
            (
                self.ground.squads[home],
                self.crowd.ids[place],
                (MembershipState.LEFT if left else MembershipState.ACTIVE).value,
                0,
                self.calendar.day(day),
                self.calendar.day(changes.leave) if left else None,
                asked,
                decided,
                MAKER.label,
            )
        )


def _with_id(row: Plain, identity: int) -> Plain:
    return (*row, identity)


def _second(place: int) -> int:
    """Return the second of the day at which somebody registered, between eight and twenty o'clock."""
    return 28_800 + place * 7919 % 43_200


def _sealed(table: Table, column: str, value: str) -> str:
    """Return a value as its encrypted column stores it."""
    kind = cast(EncryptedText, table.c[column].type)
    return kind.process_bind_param(value, DIALECT) or ""
