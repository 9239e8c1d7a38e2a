"""Makes a small world of stations, teams, projects and people with random services, and keeps them as plain rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import insert

from tests.makers.activities import make_shift
from tests.makers.ledger import make_resident, make_reversal
from tests.makers.regions import District, make_district
from tests.makers.stations import make_station
from tests.makers.teams import make_team
from volunteer_hub.activities.models import Activity, ActivityResult, Project, Shift
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import db, table_of, transaction
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.teams.models import Team, TeamKind
from volunteer_hub.volunteers.models import Sex, Volunteer

FIRST_DAY = date(2024, 11, 1)
DAYS = 180


@dataclass(frozen=True)
class Done:
    """One credit of the ledger with everything a figure may ask of it."""

    entry_id: int
    volunteer: Volunteer
    region_code: str
    station: Station | None
    team: Team | None
    shift: Shift | None
    activity: Activity | None
    service_on: date
    recorded_at: datetime
    minutes: int
    hours_class: HoursClass
    reversed_at: datetime | None


@dataclass
class World:
    """What was made."""

    places: District
    stations: list[Station] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    results: list[ActivityResult] = field(default_factory=list)


def make_world(random: Random, services: int = 160) -> World:
    """Return the world: a centre with two institutes and two posts, teams likewise, 12 people, 8 activities."""
    world = World(make_district())
    _make_trees(world)
    _make_projects(world)
    people = [_make_person(world, random) for _ in range(12)]
    shifts = [_make_activity_shift(world, random) for _ in range(8)]
    _make_results(world, shifts, random)
    for number in range(services):
        world.done.append(_make_done(world, number, random.choice(people), shifts, random))
    return world


def make_service(
    volunteer: Volunteer,
    *,
    minutes: int = 60,
    region_code: str = "220403002001",
    service_on: date = FIRST_DAY,
    recorded_at: datetime | None = None,
    hours_class: HoursClass = HoursClass.A,
    station: Station | None = None,
    team: Team | None = None,
    shift: Shift | None = None,
    source: str | None = None,
) -> int:
    """Return the id of one credit, written as it would stand."""
    at = recorded_at or clock.at(service_on) + timedelta(hours=12)
    with transaction():
        policy = ledger.policy_for(region_code, at, now=at)
        made_up = hours_class is HoursClass.C
        row = {
            "volunteer_id": volunteer.id,
            "kind": EntryKind.CREDIT,
            "minutes": minutes,
            "hours_class": hours_class,
            "service_on": service_on,
            "source": source or f"service:{volunteer.id}:{service_on}:{at.timestamp()}:{minutes}",
            "shift_id": shift.id if shift else None,
            "region_code": region_code,
            "station_id": station.id if station else None,
            "team_id": team.id if team else None,
            "policy_id": policy.id,
            "day_cap_minutes": 1440,
            "recorded_at": at,
            "recorded_by": 1 if made_up else None,
            "approved_by": 2 if made_up else None,
            "reason": "漏签到" if made_up else None,
        }
        table = table_of(HoursEntry)
        return int(db.session.execute(insert(table).returning(table.c.id), row).scalar_one())


def make_result(
    shift: Shift, beneficiaries: int, *, served_on: date = FIRST_DAY, at: datetime | None = None, whole: bool = False
) -> ActivityResult:
    """Return what a station reported of a shift, or of its whole activity."""
    with transaction():
        result = ActivityResult(
            activity_id=shift.activity_id,
            shift_id=None if whole else shift.id,
            served_on=served_on,
            beneficiaries=beneficiaries,
            recorded_at=at or clock.at(served_on) + timedelta(hours=20),
            recorded_by=1,
        )
        db.session.add(result)
    return result


def make_project(station: Station, name: str = "情暖万家") -> Project:
    """Return a project of a station."""
    with transaction():
        project = Project(name=name, station_id=station.id, started_at=datetime(2024, 1, 1, tzinfo=UTC))
        db.session.add(project)
    return project


def _make_trees(world: World) -> None:
    places = world.places
    centre = make_station(places.county, StationKind.CENTRE, name="西安区新时代文明实践中心")
    institutes = [
        make_station(code, StationKind.INSTITUTE, centre, name)
        for code, name in ((places.street, "仙城所"), (places.other_street, "东山所"))
    ]
    posts = [
        make_station(places.community, StationKind.POST, institutes[0], "仙城站"),
        make_station(places.far_community, StationKind.POST, institutes[1], "东山站"),
    ]
    world.stations = [centre, *institutes, *posts]
    corps = make_team(places.county, TeamKind.CORPS, name="西安区总队")
    brigade = make_team(places.street, TeamKind.BRIGADE, corps, name="仙城大队")
    world.teams = [corps, brigade, make_team(places.community, TeamKind.SQUAD, brigade, name="仙城小队")]


def _make_projects(world: World) -> None:
    world.projects = [make_project(world.stations[1], name) for name in ("情暖万家", "文明有礼")]


def _make_person(world: World, random: Random) -> Volunteer:
    volunteer = make_resident(random.choice([world.places.community, world.places.far_community]))
    with transaction():
        held = db.session.get_one(Volunteer, volunteer.id)
        held.sex = random.choice([Sex.MALE, Sex.FEMALE, None])
        held.is_party_member = random.random() < 0.4
        # Birthdays lie in the days of service, and one on the 29th of February.
        years = random.choice([13, 14, 17, 18, 34, 35, 59, 60])
        held.birth_on = random.choice(
            [
                None,
                date(2008, 2, 29),
                (FIRST_DAY + timedelta(days=random.randrange(DAYS))).replace(year=2025 - years, day=5),
            ]
        )
    return held


def _make_activity_shift(world: World, random: Random) -> Shift:
    starts = clock.at(FIRST_DAY) + timedelta(hours=9)
    project = random.choice([*world.projects, None])
    return make_shift(
        random.choice(world.stations),
        starts_at=starts,
        ends_at=starts + timedelta(hours=8),
        category=random.choice(list(CATEGORIES)[:4]),
        project_id=project.id if project else None,
    )


def _make_results(world: World, shifts: list[Shift], random: Random) -> None:
    for number, shift in enumerate(shifts):
        day = FIRST_DAY + timedelta(days=random.randrange(DAYS))
        if number % 4:
            world.results.append(make_result(shift, random.randrange(200), served_on=day, whole=number % 4 == 1))
    first = world.results[0]
    with transaction():
        held = db.session.get_one(ActivityResult, first.id)
        held.superseded_at = held.recorded_at + timedelta(days=2)
    world.results[0] = held


def _make_done(world: World, number: int, volunteer: Volunteer, shifts: list[Shift], random: Random) -> Done:
    shift = random.choice([*shifts, None])
    day = FIRST_DAY + timedelta(days=random.randrange(DAYS))
    recorded = clock.at(day) + timedelta(hours=random.randrange(10, 400))
    station = random.choice([*world.stations, None])
    team = random.choice([*world.teams, None])
    hours_class = random.choice(list(HoursClass)) if number % 3 else HoursClass.A
    region = random.choice(
        [world.places.community, world.places.neighbour, world.places.far_community, world.places.county]
    )
    minutes = random.randrange(1, 90)
    entry_id = make_service(
        volunteer,
        minutes=minutes,
        region_code=region,
        service_on=day,
        recorded_at=recorded,
        hours_class=hours_class,
        station=station,
        team=team,
        shift=shift,
        source=f"world:{number}",
    )
    reversed_at = recorded + timedelta(days=random.randrange(1, 60)) if random.random() < 0.2 else None
    if reversed_at:
        make_reversal(entry_id, at=reversed_at)
    activity = db.session.get_one(Activity, shift.activity_id) if shift else None
    return Done(
        entry_id, volunteer, region, station, team, shift, activity, day, recorded, minutes, hours_class, reversed_at
    )
