"""The large demonstration: exact numbers, a ledger that holds, guards as they were, and nothing left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from tests.conftest import ENGINES, make_app
from tests.databases import database
from tests.makers.checkin import make_door, make_signed_up
from tests.makers.demo import CITY, NOW, fingerprint, load_city, rows_left
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.dialect import snapshot
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo import city_service, queries, removal
from volunteer_hub.demo.city_plan import COMMUNITIES, STREETS, CityPlan
from volunteer_hub.ledger import queries as ledger_queries
from volunteer_hub.ledger.models import EntryKind, HoursBalance, HoursClass, HoursEntry
from volunteer_hub.ledger.service import Service, credit
from volunteer_hub.ledger.verify import verify
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.statistics.queries import ratios
from volunteer_hub.statistics.question import parse
from volunteer_hub.teams.models import Membership
from volunteer_hub.volunteers.models import Guardian, Standing, Volunteer


@pytest.fixture(scope="module", params=ENGINES)
def _city_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[Flask]:
    with database(request.param, tmp_path_factory.mktemp("city"), postgres_server) as address:
        application = make_app(address)
        with application.app_context():
            flask_migrate.upgrade()
            load_city()
            db.session.remove()
        yield application
        with application.app_context():
            db.engine.dispose()


@pytest.fixture
def city(_city_app: Flask) -> Iterator[Flask]:
    """The application on a loaded large demonstration, to be looked at only."""
    ledger_queries.forget_policies()
    queries.forget()
    with _city_app.app_context():
        yield _city_app
        db.session.remove()


def count(*conditions: object, of: type = HoursEntry) -> int:
    return db.session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0


def test_it_has_exactly_as_many_people_and_lines_as_asked_for(city: Flask) -> None:
    assert (count(of=Volunteer), count()) == (CITY.people, CITY.entries)
    assert count(Region.level == RegionLevel.STREET, of=Region) == STREETS
    assert count(Region.level == RegionLevel.COMMUNITY, of=Region) == COMMUNITIES


def test_its_ledger_holds_every_rule(city: Flask) -> None:
    with snapshot(db.engine) as connection:
        report = verify(connection)
    assert [finding for finding in report.findings if finding.wrong] == []
    assert report.minutes.unexplained == 0


def test_only_what_was_scanned_says_it_was_timed(city: Flask) -> None:
    """Class A and B have sessions and scans; what has none is imported, or made up by two people."""
    by_class = dict(
        db.session.execute(select(HoursEntry.hours_class, func.count()).group_by(HoursEntry.hours_class)).all()
    )
    assert set(by_class) == set(HoursClass)
    assert by_class[HoursClass.A] + by_class[HoursClass.B] == count(of=ServiceSession) == CITY.entries // 20
    assert count(HoursEntry.hours_class == HoursClass.D, HoursEntry.source.startswith("session:")) == 0
    assert 0.005 < count(HoursEntry.kind == EntryKind.REVERSAL) / CITY.entries < 0.015


def test_its_register_moves(city: Flask) -> None:
    """People move, withdraw and are seen by staff; some are minors with a guardian, some are in a squad."""
    later = aliased(Standing)
    changed = select(Standing, later).join(later, (later.volunteer_id == Standing.volunteer_id))
    followed = changed.where(later.since == Standing.until)
    moved = db.session.execute(followed.where(later.region_code != Standing.region_code)).all()
    raised = db.session.execute(followed.where(later.assurance > Standing.assurance)).all()
    assert moved
    assert raised
    assert count(Volunteer.withdrawn_at.is_not(None), of=Volunteer) > 20
    assert set(db.session.scalars(select(Standing.assurance).distinct())) == {0, 1, 2, 3}
    assert count(of=Guardian) > 20
    assert 0.55 < count(of=Membership) / CITY.people < 0.75


def test_hours_are_recorded_late_and_never_before_they_were_served(city: Flask) -> None:
    rows = db.session.execute(select(HoursEntry.id, HoursEntry.service_on, HoursEntry.recorded_at)).all()
    lags = [(clock.civil_date(row.recorded_at) - row.service_on).days for row in rows]
    assert min(lags) >= 0
    assert max(lags) > 60
    in_order = sorted(rows, key=lambda row: (row.recorded_at, row.id))
    assert [row.id for row in in_order] == sorted(row.id for row in rows)
    assert min(row.service_on for row in rows) >= CITY.first_day
    assert max(clock.civil_date(row.recorded_at) for row in rows) <= CITY.until


def test_nobody_serves_before_registering_or_where_they_do_not_live(city: Flask) -> None:
    day = timedelta(days=1)
    lines = db.session.execute(
        select(HoursEntry.volunteer_id, HoursEntry.service_on, HoursEntry.region_code).where(
            HoursEntry.kind == EntryKind.CREDIT
        )
    ).all()
    homes: dict[int, list[Standing]] = {}
    for standing in db.session.scalars(select(Standing)):
        homes.setdefault(standing.volunteer_id, []).append(standing)
    for volunteer_id, service_on, region_code in lines:
        begin, end = clock.at(service_on), clock.at(service_on + day)
        there = [s.region_code for s in homes[volunteer_id] if s.since < end and s.until > begin]
        assert region_code in there


def test_the_figures_are_those_of_its_rows(city: Flask) -> None:
    for when in ({}, {"as_of": ["2025-06-30"]}):
        question = parse({"region": ["990101"], **when}, default_region="", now=NOW)
        whole = ratios(question, EVERYTHING).whole
        at = (Standing.since <= question.as_of, Standing.until > question.as_of, Standing.assurance >= 1)
        minutes = (
            select(func.sum(HoursEntry.minutes))
            .join(Standing, Standing.volunteer_id == HoursEntry.volunteer_id)
            .where(*at, HoursEntry.recorded_at <= question.as_of)
        )
        assert whole.registered == count(*at, of=Standing)
        assert whole.minutes == db.session.scalar(minutes)
        assert whole.registration_ratio.value


def test_guards_indexes_and_keys_are_afterwards_as_before(app: Flask) -> None:
    """Red if anything that was lifted for loading or removing is not put back."""
    before = _schema()
    load_city(replace(CITY, people=300, entries=10_000))
    assert _schema() == before
    with transaction():
        removal.remove(now=NOW)
    assert _schema() == before


def test_afterwards_a_line_counts_and_cannot_be_taken_away(app: Flask) -> None:
    load_city(replace(CITY, people=300, entries=10_000))
    line = db.session.scalars(select(HoursEntry).where(HoursEntry.hours_class == HoursClass.D).limit(1)).one()
    whose = select(HoursBalance.minutes).where(HoursBalance.volunteer_id == line.volunteer_id)
    held = db.session.scalars(whose).one()
    service = Service(line.volunteer_id, date(2026, 9, 12), line.region_code, line.policy_id, line.day_cap_minutes)
    with transaction():
        credit(
            service, source="import:1:1", minutes=30, hours_class=HoursClass.D, now=NOW, recorded_by=line.recorded_by
        )
    assert db.session.scalars(whose).one() == held + 30
    for table in (Scan, HoursEntry):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(delete(table))


def test_nothing_is_left_of_it(app: Flask) -> None:
    load_city()
    with transaction():
        removed = removal.remove(now=NOW)
    assert rows_left() == {}
    assert removed["hours_entries"] == CITY.entries


def test_real_people_keep_their_hours_through_its_coming_and_going(app: Flask) -> None:
    door = make_door()
    person = make_signed_up(door)
    door.come(person, door.shift.starts_at)
    door.go(person, door.shift.starts_at + timedelta(minutes=90))
    kept = db.session.scalars(select(HoursBalance.minutes)).all()
    load_city(replace(CITY, people=300, entries=10_000))
    with transaction():
        removal.remove(now=NOW)
    assert db.session.scalars(select(HoursBalance.minutes)).all() == kept
    assert db.session.scalars(select(Volunteer.id)).all() == [person.id]


def test_an_interrupted_load_leaves_nothing_and_every_guard(app: Flask) -> None:
    before = _schema()

    def pull_the_plug(rows: int) -> None:
        if count() > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction():
        city_service.load(replace(CITY, people=300, entries=10_000), pull_the_plug, now=NOW)
    assert rows_left() == {}
    assert _schema() == before


def test_it_is_not_loaded_beside_another(app: Flask) -> None:
    load_city(replace(CITY, people=300, entries=10_000))
    with pytest.raises(DomainError, match="demonstration_there"), transaction():
        city_service.load(CITY, lambda rows: None, now=NOW)


def test_the_seed_and_the_last_day_alone_decide_on_both_engines(tmp_path: Path, postgres_server: str) -> None:
    if not postgres_server:
        pytest.skip("no PostgreSQL to be had")
    plan = replace(CITY, people=300, entries=10_000)
    first = [_printed(engine, plan, tmp_path, postgres_server) for engine in ENGINES]
    other = _printed("sqlite", replace(plan, seed=7), tmp_path, postgres_server)
    assert first[0] == first[1] != other


def _printed(engine: str, plan: CityPlan, folder: Path, server: str) -> str:
    with database(engine, folder, server) as address:
        application = make_app(address)
        with application.app_context():
            flask_migrate.upgrade()
            queries.forget()
            ledger_queries.forget_policies()
            load_city(plan)
            found = fingerprint()
            db.session.remove()
            db.engine.dispose()
    return found


def _schema() -> list[str]:
    """List triggers, indexes and constraints with their definitions, and which triggers are on.

    Without casts and brackets: PostgreSQL writes `ARRAY['a'::varchar]::text[]` as `ARRAY['a'::varchar::text]`
    when it reads its own words again.
    """
    if db.engine.dialect.name == "sqlite":
        statements = ["SELECT type || name || coalesce(sql, '') FROM sqlite_master"]
    else:
        statements = [
            "SELECT conrelid::regclass::text || conname || pg_get_constraintdef(oid) FROM pg_constraint",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT tgrelid::regclass::text || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
        ]
    found = (row for statement in statements for row in db.session.scalars(text(statement)))
    return sorted(re.sub(r"::(character varying|text)|\[\]|[() ]", "", row) for row in found)
