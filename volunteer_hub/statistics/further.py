"""The figures beside the ratios: who is active, what is recorded in time, stations, teams and stars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, cast, distinct, exists, func, or_, select
from sqlalchemy import String as Text

from volunteer_hub.activities.models import Activity, ActivityResult, Shift
from volunteer_hub.amendments.working_days import delay
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.recognition.queries import star_rule
from volunteer_hub.recognition.stars import Star, StarRule
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics import definitions as d
from volunteer_hub.statistics import periods
from volunteer_hub.statistics.carried import late_by_merges
from volunteer_hub.statistics.counting import counted_entries
from volunteer_hub.statistics.definitions import Definition, Ratio
from volunteer_hub.statistics.facts_counting import counted, is_wide, lived_in
from volunteer_hub.statistics.further_definitions import ACTIVE_DAYS, FURTHER
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.models import Standing

#: Stations and teams a page names; the figures count them all.
LISTED = 20
NO_SERVICES = N_("周期内没有服务")
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
        "on_time": _on_time(question),
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
    return and_(
        in_region(Standing.region_code, question.region),
        Standing.since <= question.as_of,
        Standing.until > question.as_of,
        Standing.assurance >= level,
    )


def _counted(question: Question) -> list[ColumnElement[bool]]:
    return counted(question, most=is_wide(question.region))


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
        known = and_(HoursEntry.recorded_at <= question.as_of, HoursEntry.hours_class.in_(question.classes))
        total = func.sum(HoursEntry.minutes).label("minutes")
        lines = select(HoursEntry.volunteer_id, total).where(known, *_of_few(question))
        hours = lines.group_by(HoursEntry.volunteer_id).subquery()
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
    # A day has minutes while one of its services is not reversed: the index of each person's lines says so alone.
    lines = select(HoursEntry.volunteer_id, HoursEntry.service_on).where(
        *counted_entries(longest), HoursEntry.hours_class.in_(question.classes), *_of_few(question)
    )
    per_day = lines.group_by(HoursEntry.volunteer_id, HoursEntry.service_on)
    days_on = per_day.having(func.sum(HoursEntry.minutes) > 0).subquery()
    last_on = func.max(days_on.c.service_on).label("last_on")
    served = select(days_on.c.volunteer_id, last_on).group_by(days_on.c.volunteer_id).subquery()
    firsts = {days: day - timedelta(days=days - 1) for days in ACTIVE_DAYS}
    within = [func.sum(case((served.c.last_on >= first, 1), else_=0)) for first in firsts.values()]
    statement = select(*within).select_from(Standing).join(served, served.c.volunteer_id == Standing.volunteer_id)
    counts = db.session.execute(statement.where(_registered(question))).one()
    return {
        f"active_{days}": Ratio(int(count or 0), registered, d.NOBODY_REGISTERED)
        for days, count in zip(ACTIVE_DAYS, counts, strict=True)
    }


def _on_time(question: Question) -> Ratio:
    """Count services entered within ten working days of the day of service.

    What was entered on that day is in time; of the rest only the day of entry matters, so that they come
    in groups: as many as there are days of service and entry, never as there are services.
    """
    here = [lived_in(question.region), HoursEntry.hours_class != HoursClass.D, *_counted(question)]
    services = db.session.scalar(select(func.count()).select_from(HoursEntry).where(*here)) or 0
    hour = func.substr(cast(HoursEntry.recorded_at, Text), 1, 13).label("hour")
    afterwards = func.substr(hour, 1, 10) > cast(HoursEntry.service_on, Text)
    groups = select(HoursEntry.service_on, hour, func.count()).where(*here, afterwards)
    late = 0
    for served_on, recorded, count in db.session.execute(groups.group_by(HoursEntry.service_on, hour)):
        recorded_on = clock.civil_date(datetime.fromisoformat(f"{recorded}:00:00+00:00"))
        late += count if delay(served_on, recorded_on).is_late else 0
    late -= late_by_merges(question)
    return Ratio(services - late, services, NO_SERVICES)


def _per_service(question: Question) -> dict[str, Ratio]:
    # Down to one line for each person first: to sort all lines for the different people among them takes longest.
    sums = select(func.count().label("times"), func.sum(HoursEntry.minutes).label("minutes"))
    each = sums.where(lived_in(question.region), *_counted(question)).group_by(HoursEntry.volunteer_id).subquery()
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
    at_ours = [HoursEntry.station_id.in_(ours), *_counted(question)]
    held = select(HoursEntry.shift_id, func.min(HoursEntry.service_on).label("first_on"))
    each = held.where(*at_ours).group_by(HoursEntry.shift_id).subquery()
    activities, first = db.session.execute(
        select(func.count(distinct(Shift.activity_id)), func.min(each.c.first_on))
        .select_from(each)
        .outerjoin(Shift, Shift.id == each.c.shift_id)
    ).one()
    reports = select(func.sum(ActivityResult.beneficiaries)).join(Activity, Activity.id == ActivityResult.activity_id)
    served = db.session.scalar(reports.where(Activity.station_id.in_(ours), *_reported(question)))
    last = clock.civil_date(question.as_of)
    since, until = question.since or first, min(question.until or last, last)
    months = sum(1 for _ in periods.months_between(since, until)) if since else 0
    without = NO_SERVICES if stations else NO_STATIONS
    return {
        "activities_per_station_month": Ratio(activities, stations * months, without),
        "beneficiaries_per_station_month": Ratio(int(served or 0), stations * months, without),
    }


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
