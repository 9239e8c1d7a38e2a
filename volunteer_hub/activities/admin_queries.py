"""Reads what those who run activities need: their shifts, drafts, rosters, and what a form offers to choose."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityState, Project, Shift, SignUp, SignUpState
from volunteer_hub.activities.queries import Listed, get_shift, listed, paged, within
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer


class Draft(NamedTuple):
    """An activity on the desk, and whose desk."""

    activity: Activity
    station: Station


class Lasting(NamedTuple):
    """A project with its station and the number of its activities."""

    project: Project
    station: Station
    activities: int


class OnRoster(NamedTuple):
    """A sign-up with the person and the name of the team served for."""

    sign_up: SignUp
    volunteer: Volunteer
    team_name: str | None
    #: Who asked for the person; None for who asked by oneself.
    asked_by_name: str | None


def page_shifts(scope: Scope, now: datetime, number: int, *, past: bool = False) -> Page[Listed]:
    """Return published shifts within a scope: from today on, soonest first, or those before today, latest first."""
    midnight = clock.at(clock.civil_date(now))
    statement = listed().where(within(scope), Activity.published_at.is_not(None))
    if past:
        return paged(statement.where(Shift.ends_at < midnight).order_by(Shift.starts_at.desc(), Shift.id), number)
    ahead = statement.where(
        Shift.ends_at >= midnight, Shift.cancelled_at.is_(None), Activity.state == ActivityState.PUBLISHED
    )
    return paged(ahead.order_by(Shift.starts_at, Shift.id), number)


def list_drafts(scope: Scope) -> list[Draft]:
    """Return the drafts within a scope, newest first."""
    rows = db.session.execute(
        select(Activity, Station)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .where(within(scope), Activity.state == ActivityState.DRAFT)
        .order_by(Activity.created_at.desc())
        .limit(200)
    )
    return [Draft(*row) for row in rows]


def count_by_state(shift_ids: Iterable[int]) -> dict[int, Counter[SignUpState]]:
    """Return how many sign-ups each shift has in each state."""
    counts: dict[int, Counter[SignUpState]] = defaultdict(Counter)
    rows = db.session.execute(
        select(SignUp.shift_id, SignUp.state, func.count())
        .where(SignUp.shift_id.in_(list(shift_ids)))
        .group_by(SignUp.shift_id, SignUp.state)
    )
    for shift_id, state, count in rows:
        counts[shift_id][state] = count
    return counts


def get_sign_up(scope: Scope, sign_up_id: int) -> SignUp:
    """Return a sign-up to a shift within a scope. Raises NotFound outside."""
    row = db.session.get(SignUp, sign_up_id)
    if row is None:
        raise NotFound
    get_shift(scope, row.shift_id)
    return row


def list_roster(shift_id: int) -> list[OnRoster]:
    """Return a shift's sign-ups with the people, in the order in which they asked."""
    rows = db.session.execute(
        select(SignUp, Volunteer, Team.name, Account.display_name)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .outerjoin(Team, Team.id == SignUp.team_id)
        .outerjoin(Account, Account.id == SignUp.asked_by)
        .where(SignUp.shift_id == shift_id)
        .order_by(SignUp.asked_at, SignUp.id)
    )
    return [OnRoster(*row) for row in rows]


def list_stations(scope: Scope, limit: int = 1000) -> list[Station]:
    """Return the open stations at which the scope's holder may publish, along the tree."""
    return list(
        db.session.scalars(
            select(Station)
            .where(Station.closed_at.is_(None), scope.where(region=Station.region_code, station=Station.path))
            .order_by(Station.path)
            .limit(limit)
        )
    )


def get_station(scope: Scope, station_id: int) -> Station:
    """Return an open station within a scope. Raises NotFound outside."""
    station = db.session.scalar(
        select(Station).where(
            Station.id == station_id,
            Station.closed_at.is_(None),
            scope.where(region=Station.region_code, station=Station.path),
        )
    )
    if station is None:
        raise NotFound
    return station


def list_open_projects(stations: Iterable[Station]) -> list[Project]:
    """Return the lasting projects of these stations and of those above them, under which they may publish."""
    ids = {int(step) for station in stations for step in station.path.strip("/").split("/") if step}
    return list(
        db.session.scalars(
            select(Project)
            .where(Project.closed_at.is_(None), Project.station_id.in_(ids))
            .order_by(Project.name)
            .limit(500)
        )
    )


def list_teams_nearby(stations: Iterable[Station], limit: int = 1000) -> list[Team]:
    """Return the teams of the districts and counties in which the stations lie: who may be asked to serve."""
    counties = {station.region_code[:6] for station in stations}
    if not counties:
        return []
    return list(
        db.session.scalars(
            select(Team)
            .where(Team.dissolved_at.is_(None), or_(*(in_region(Team.region_code, county) for county in counties)))
            .order_by(Team.path)
            .limit(limit)
        )
    )


def list_projects(scope: Scope) -> list[Lasting]:
    """Return the projects within a scope with their station and the number of their activities, newest first."""
    activities = select(func.count()).where(Activity.project_id == Project.id).scalar_subquery()
    rows = db.session.execute(
        select(Project, Station, activities)
        .join(Station, Station.id == Project.station_id)
        .where(scope.where(region=Station.region_code, station=Station.path))
        .order_by(Project.started_at.desc(), Project.id.desc())
        .limit(500)
    )
    return [Lasting(*row) for row in rows]


def find_project_name(project_id: int | None) -> str | None:
    """Return a project's name, or None where there is no project."""
    return None if project_id is None else db.session.scalar(select(Project.name).where(Project.id == project_id))
