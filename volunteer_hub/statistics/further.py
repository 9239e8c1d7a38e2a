"""The figures beside the ratios: who is active, what is recorded in time, stations, teams and stars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Subquery, and_, case, distinct, exists, func, or_, select

from volunteer_hub.activities.models import Activity, ActivityResult, Shift
from volunteer_hub.core import clock, dialect, reading
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import AnyColumn, Scope, in_region
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursBalance, HoursEntry
from volunteer_hub.recognition.queries import star_rule
from volunteer_hub.recognition.stars import Star, StarRule
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics import definitions as d
from volunteer_hub.statistics import periods
from volunteer_hub.statistics.counting import registered_at_instant
from volunteer_hub.statistics.definitions import Definition, Ratio
from volunteer_hub.statistics.facts_counting import counted, is_wide, known, lived_in, services
from volunteer_hub.statistics.further_definitions import ACTIVE_DAYS, FURTHER
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.statistics.timeliness import NO_SERVICES, on_time
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.models import Standing

#: Stations and teams a page names; the figures count them all.
LISTED = 20
NO_STATIONS = N_("没有开放的阵地")
NO_TEAMS = N_("没有队伍")


@dataclass(frozen=True)
class Further:
    """The figures of one division."""

    question: Question
    name: str
    full_name: str
    #: In the order of `FURTHER`.
    figures: Sequence[tuple[Definition, Ratio]]
    #: How many registered people have reached each level, and no higher one.
    stars: Sequence[tuple[Star, int]]
    #: The paper that sets the levels.
    stars_source: str
    #: Some of the open stations at which nobody served in the period.
    idle: Sequence[Station]
    #: (team_id, name, members), the largest first.
    teams: Sequence[AnyRow]

    def figure(self, key: str) -> Ratio:
        """Return a figure by the key of its definition. Raises KeyError."""
        return {definition.key: ratio for definition, ratio in self.figures}[key]


def further(question: Question, scope: Scope) -> Further:
    """Return the figures of a division. Raises NotFound outside the scope.

    A dozen statements, however many people, stations and teams there are.
    """
    region = db.session.get(Region, question.region)
    if region is None or not scope.covers(region=region.code):
        raise NotFound
    rule = star_rule(question.region, question.as_of)
    registered, stars = _stars(question, rule)
    stations, without, idle = _idle(question)
    teams, members = _teams(question)
    ratios = {
        **_active(question, registered),
        "on_time": on_time(question),
        **_per_service(question),
        **_per_station(question, stations),
        "idle_stations": Ratio(without, stations, NO_STATIONS),
        "members_per_team": Ratio(members, len(teams), NO_TEAMS),
        "starred": Ratio(sum(count for _, count in stars), registered, d.NOBODY_REGISTERED),
    }
    return Further(
        question,
        region.name,
        region.full_name,
        [(definition, ratios[definition.key]) for definition in FURTHER],
        stars,
        rule.source,
        idle,
        teams[:LISTED],
    )


def _registered(question: Question) -> ColumnElement[bool]:
    """Return the condition on `Standing` for who counts in the division at the instant."""
    level = regions.counted_assurances_at([question.region], question.as_of)[question.region]
    wide = is_wide(question.region)
    lives: AnyColumn = dialect.by_scan(db.session, Standing.region_code) if wide else Standing.region_code
    return and_(
        in_region(lives, question.region),
        registered_at_instant(question, wide=wide),
        Standing.assurance >= level,
    )


def _of_few(question: Question) -> list[ColumnElement[bool]]:
    """Return the condition on lines that keeps a street's figures from reading the whole city's ledger."""
    if is_wide(question.region):
        return []
    return [HoursEntry.volunteer_id.in_(select(Standing.volunteer_id).where(_registered(question)))]


def _stars(question: Question, rule: StarRule) -> tuple[int, list[tuple[Star, int]]]:
    """Return how many people are registered, and how many of them stand at each level the area then had."""
    if question.live and question.classes == ALL_CLASSES:
        hours = select(HoursBalance.volunteer_id, HoursBalance.minutes.label("minutes")).subquery()
    else:
        said_by_then = and_(HoursEntry.recorded_at <= question.as_of, HoursEntry.hours_class.in_(question.classes))
        found = select(HoursEntry.volunteer_id, HoursEntry.minutes).where(said_by_then, *_of_few(question))
        lines = _by_person(question, found).c
        total = select(lines.volunteer_id, func.sum(lines.minutes).label("minutes"))
        hours = total.group_by(lines.volunteer_id).subquery()
    reached = [func.sum(case((hours.c.minutes >= star.minutes, 1), else_=0)) for star in rule.stars]
    statement = select(func.count(Standing.id), *reached).outerjoin(
        hours, hours.c.volunteer_id == Standing.volunteer_id
    )
    registered, *counts = (
        int(number or 0) for number in db.session.execute(statement.where(_registered(question))).one()
    )
    above = [*counts[1:], 0]
    return registered, [(star, count - higher) for star, count, higher in zip(rule.stars, counts, above, strict=True)]


def _active(question: Question, registered: int) -> dict[str, Ratio]:
    day = clock.civil_date(question.as_of)
    longest = replace(question, since=day - timedelta(days=max(ACTIVE_DAYS) - 1), until=day)
    columns = (HoursEntry.volunteer_id, HoursEntry.service_on, HoursEntry.minutes)
    found = select(*columns).where(*known(longest), *_of_few(question))
    lines = _by_person(question, found).c
    within = [
        func.sum(case((lines.service_on < day - timedelta(days=days - 1), 0), (lines.minutes > 0, 1), else_=-1))
        for days in ACTIVE_DAYS
    ]
    labels = [f"active_{days}" for days in ACTIVE_DAYS]
    windows = (count.label(label) for count, label in zip(within, labels, strict=True))
    served = select(lines.volunteer_id, *windows).group_by(lines.volunteer_id).subquery("served")
    counts = [func.sum(case((served.c[label] > 0, 1), else_=0)) for label in labels]
    statement = select(*counts).select_from(Standing).join(served, served.c.volunteer_id == Standing.volunteer_id)
    row = db.session.execute(statement.where(_registered(question))).one()
    return {
        label: Ratio(int(count or 0), registered, d.NOBODY_REGISTERED)
        for label, count in zip(labels, row, strict=True)
    }


def _by_person(question: Question, lines: AnySelect) -> Subquery:
    """Return lines that are about to be added up for each person."""
    if is_wide(question.region):
        return reading.read_in_order(db.session, lines, HoursEntry.volunteer_id)
    return lines.subquery("lines")


def _per_service(question: Question) -> dict[str, Ratio]:
    # Down to one line for each person first: to sort all lines for the different people among them takes longest.
    found = select(HoursEntry.volunteer_id, HoursEntry.minutes).where(lived_in(question.region), *known(question))
    lines = _by_person(question, found).c
    sums = select(services(lines.minutes).label("times"), func.sum(lines.minutes).label("minutes"))
    each = sums.group_by(lines.volunteer_id).having(services(lines.minutes) > 0).subquery("each")
    columns = (func.count(), func.sum(each.c.times), func.sum(each.c.minutes))
    row = db.session.execute(select(*columns).select_from(each)).one()
    people, times, minutes = (int(number or 0) for number in row)
    return {
        "hours_per_service": Ratio(minutes, times, NO_SERVICES),
        "services_per_person": Ratio(times, people, NO_SERVICES),
    }


def _open_here(question: Question) -> ColumnElement[bool]:
    return and_(
        in_region(Station.region_code, question.region),
        Station.opened_at <= question.as_of,
        or_(Station.closed_at.is_(None), Station.closed_at > question.as_of),
    )


def _idle(question: Question) -> tuple[int, int, list[Station]]:
    """Return how many stations are open, at how many nobody served, and some of these."""
    served = exists().where(HoursEntry.station_id == Station.id, *counted(question))
    counts = select(func.count(), func.sum(case((served, 0), else_=1))).select_from(Station)
    open_, idle = db.session.execute(counts.where(_open_here(question))).one()
    some = select(Station).where(_open_here(question), ~served).order_by(Station.path).limit(LISTED)
    return open_, int(idle or 0), list(db.session.scalars(some))


def _per_station(question: Question, stations: int) -> dict[str, Ratio]:
    """Divide what the division's own stations held by their number and the months."""
    ours = select(Station.id).where(_open_here(question))
    station: AnyColumn = HoursEntry.station_id
    if is_wide(question.region):
        station = dialect.by_scan(db.session, station)
    at_ours = [station.in_(ours), *known(question)]
    held = select(HoursEntry.shift_id).where(HoursEntry.shift_id.is_not(None), *at_ours)
    each = held.group_by(HoursEntry.shift_id).having(services(HoursEntry.minutes) > 0).subquery()
    statement = select(func.count(distinct(Shift.activity_id))).join(each, each.c.shift_id == Shift.id)
    activities = db.session.scalar(statement) or 0
    reports = select(func.sum(ActivityResult.beneficiaries)).join(Activity, Activity.id == ActivityResult.activity_id)
    served = db.session.scalar(reports.where(Activity.station_id.in_(ours), *_reported(question)))
    last = clock.civil_date(question.as_of)
    since, until = question.since or _first_service(question), min(question.until or last, last)
    months = sum(1 for _ in periods.months_between(since, until)) if since else 0
    without = NO_SERVICES if stations else NO_STATIONS
    return {
        "activities_per_station_month": Ratio(activities, stations * months, without),
        "beneficiaries_per_station_month": Ratio(int(served or 0), stations * months, without),
    }


def _first_service(question: Question) -> date | None:
    """Return the first day on which anybody served at the stations: each has its own first line in an index."""
    first = (
        select(HoursEntry.service_on)
        .where(HoursEntry.station_id == Station.id, *counted(question))
        .order_by(HoursEntry.service_on)
        .limit(1)
        .correlate(Station)
        .scalar_subquery()
    )
    return db.session.scalar(select(func.min(first)).select_from(Station).where(_open_here(question)))


def _reported(question: Question) -> Iterator[ColumnElement[bool]]:
    yield ActivityResult.recorded_at <= question.as_of
    yield or_(ActivityResult.superseded_at.is_(None), ActivityResult.superseded_at > question.as_of)
    if question.since:
        yield ActivityResult.served_on >= question.since
    if question.until:
        yield ActivityResult.served_on <= question.until


def _teams(question: Question) -> tuple[list[AnyRow], int]:
    """Return (team_id, name, members) of the teams there are, the largest first, and the members of all."""
    day = clock.civil_date(question.as_of)
    belongs = and_(
        Membership.team_id == Team.id,
        Membership.state.in_([MembershipState.ACTIVE, MembershipState.LEFT]),
        Membership.joined_on <= day,
        or_(Membership.left_on.is_(None), Membership.left_on > day),
    )
    members = func.count(Membership.id).label("members")
    statement = (
        select(Team.id, Team.name, members)
        .outerjoin(Membership, belongs)
        .where(
            in_region(Team.region_code, question.region),
            Team.founded_at <= question.as_of,
            or_(Team.dissolved_at.is_(None), Team.dissolved_at > question.as_of),
        )
        .group_by(Team.id, Team.name)
        .order_by(members.desc(), Team.id)
    )
    rows = list(db.session.execute(statement).all())
    return rows, sum(row.members for row in rows)
