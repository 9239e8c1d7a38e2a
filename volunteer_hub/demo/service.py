"""Loads the demonstration district from a seed, in one transaction: it is there whole, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import exists, select

from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.leases import claim_period
from volunteer_hub.core.text import N_
from volunteer_hub.demo import (
    activities,
    attendance,
    certified,
    district,
    kin,
    people,
    places,
    present,
    recognised,
    records,
    registry,
    staff,
    teams,
)
from volunteer_hub.demo.attendance import Course, Habits, Visit
from volunteer_hub.demo.bulk import Progress
from volunteer_hub.demo.plan import DISTRICT, FIRST_DAY, LAST_DAY, Plan
from volunteer_hub.demo.queries import has_demonstration
from volunteer_hub.demo.records import Cast
from volunteer_hub.demo.staff import OWN_STREET, Login
from volunteer_hub.volunteers.models import Volunteer

#: A job run of this name says that this database has been asked about the demonstration before.
ASKED = "demonstration"
ALWAYS_SCANNED = Habits(confirmed=0, rejected=0)
#: Of the last weeks' visits every so-manieth was left without a check-out and still waits for the manager.
FORGETS = 8
RECENT_ACTIVITIES, RECENT_DAYS = 12, 60


@dataclass(frozen=True)
class Loaded:
    """What was made, and with what to sign in."""

    people: int
    with_hours: int
    visits: int
    logins: list[Login]


def is_new(*, now: datetime) -> bool:
    """Tell, once a database, whether it is still untouched: nobody in it, and never asked before."""
    if not claim_period(ASKED, "first start", now=now):
        return False
    return not (
        db.session.scalar(select(exists().where(Account.id > 0)))
        or db.session.scalar(select(exists().where(Volunteer.id > 0)))
    )


def load(plan: Plan, progress: Progress, *, now: datetime) -> Loaded:
    """Make the whole district. Raises DomainError if a demonstration is there already."""
    if has_demonstration():
        raise DomainError("demonstration_there", N_("演示数据已经在了。要重新生成，请先运行 flask demo remove。"))
    claim_period(ASKED, "first start", now=now)
    return _Loading(plan, progress, now).run()


class _Loading:
    """The steps, in the order in which each needs what the one before made."""

    def __init__(self, plan: Plan, progress: Progress, now: datetime) -> None:
        self.plan, self.progress, self.now = plan, progress, now

    def run(self) -> Loaded:
        regions_added = district.load_ground(now=self.now)
        policy = district.add_policy(now=self.now)
        recognised.choose_levels()
        streets = places.read_streets()
        self.places = places.write_stations(streets, self._random("places"), self.progress)
        self.managers = staff.make_staff(self.places, self._random("staff"), now=self.now)
        self.squads = teams.write_teams(streets, self.places, self.progress)
        self.projects = teams.write_projects(self.places, self.progress)
        random = self._random("people")
        self.people = people.make_people(self.plan, district.weights(streets, random), random)
        self.ids = registry.write_people(self.people, self.progress)
        belongs = teams.write_memberships(
            self.people, self.ids, self.squads, self._random("memberships"), self.progress
        )
        self.cast = Cast(self.people, self.ids, belongs.squads, self.managers, policy)
        chosen = people.choose_with_hours(self.people, self.plan, self._random("chosen"))
        year = self._serve(chosen)
        recent = self._serve_lately(chosen)
        tester = self._tester(year)
        self._announce(tester)
        kin.write_family(tester, self.people, self.ids, now=self.now)
        certified.write(year, self.ids, tester, now=self.now)
        recognised.write(year, self.ids, self.managers, tester, self._random("recognised"), self.progress)
        leader_id, team_path = belongs.leader_of(self.squads, streets[1].communities[0][0])
        staff.appoint_leader(leader_id, team_path, now=self.now)
        logins = staff.give_passwords([tester, leader_id])
        self._leave_trail(regions_added, len(year) + len(recent))
        return Loaded(len(self.people), len(chosen), len(year) + len(recent), logins)

    def _random(self, part: str) -> Random:
        """Return a source of its own for each part, so that a change in one leaves the others as they are."""
        return Random(f"{self.plan.seed}:{part}")  # noqa: S311 - reproducible by design, nothing secret comes of it

    def _serve(self, chosen: list[int]) -> list[Visit]:
        random = self._random("year")
        days = (FIRST_DAY, LAST_DAY)
        programme = activities.plan_programme(
            self.plan.activities, days, self.places, self.projects, self.managers, random
        )
        visits = attendance.choose_visits(chosen, self.people, programme.shifts, Habits(), random)
        return self._write(programme, visits, random)

    def _serve_lately(self, chosen: list[int]) -> list[Visit]:
        random = self._random("lately")
        today = clock.civil_date(self.now)
        days = (today - timedelta(days=RECENT_DAYS), today - timedelta(days=2))
        programme = activities.plan_programme(
            RECENT_ACTIVITIES, days, self.places, self.projects, self.managers, random
        )
        again = sorted(random.sample(chosen, min(len(chosen), self.plan.recent_participants)))
        visits = attendance.choose_visits(again, self.people, programme.shifts, ALWAYS_SCANNED, random, once=True)
        visits[::FORGETS] = [replace(visit, course=Course.UNDECIDED) for visit in visits[::FORGETS]]
        return self._write(programme, visits, random)

    def _write(self, programme: activities.Programme, visits: list[Visit], random: Random) -> list[Visit]:
        sign_ups = records.plan_sign_ups(visits, self.cast, random)
        activities.write_programme(programme, random, self.progress)
        records.write_records(visits, sign_ups, self.cast, random, self.progress)
        return visits

    def _tester(self, year: list[Visit]) -> int:
        """Return an adult of the manager's street with the most credited visits: there is something to look at."""
        counts: dict[int, int] = {}
        for visit in year:
            person = self.people[visit.person]
            if (
                person.guardian is None
                and person.region_code[:9] == OWN_STREET[:9]
                and visit.course is Course.SCANNED
            ):
                counts[visit.person] = counts.get(visit.person, 0) + 1
        return self.ids[max(counts, key=lambda place: (counts[place], -place))]

    def _announce(self, tester: int) -> None:
        random = self._random("coming")
        taken = present.write_coming(
            self.places, self.projects, self.squads, self.managers, random, self.progress, now=self.now
        )
        present.write_coming_sign_ups(taken, tester, self.people, self.ids, random, self.progress, now=self.now)

    def _leave_trail(self, regions_added: int, visits: int) -> None:
        audit.record(
            district.MAKER,
            "demo.load",
            "demonstration",
            DISTRICT,
            now=self.now,
            region=DISTRICT,
            seed=self.plan.seed,
            people=self.plan.people,
            visits=visits,
            regions_added=regions_added,
        )
