"""Reads activities, shifts and sign-ups, for the public, for the person, and for those who run them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select

from volunteer_hub.activities.models import Activity, ActivityState, Project, Shift, SignUp, SignUpState
from volunteer_hub.activities.states import LIVE
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer


class Listed(NamedTuple):
    """A shift with its activity and the station that runs it."""

    shift: Shift
    activity: Activity
    station: Station


class Promise(NamedTuple):
    """A sign-up of one person, with what it is for."""

    sign_up: SignUp
    shift: Shift
    activity: Activity
    station: Station


@dataclass(frozen=True)
class Filters:
    """What the public list is narrowed to."""

    since: date | None = None
    #: The last day that is shown.
    until: date | None = None
    category: str = ""
    #: A division code; its subtree is meant.
    region: str = ""
    station_id: int | None = None
    team_id: int | None = None
    words: str = ""


def page_open(filters: Filters, now: datetime, number: int) -> Page[Listed]:
    """Return a page of published shifts that have not ended, soonest first."""
    statement = listed().where(
        Activity.state == ActivityState.PUBLISHED,
        Shift.cancelled_at.is_(None),
        Shift.ends_at > now,
        *_conditions(filters),
    )
    return paged(statement.order_by(Shift.starts_at, Shift.id), number)


def list_published(filters: Filters, since: datetime, until: datetime, now: datetime, limit: int) -> list[Activity]:
    """Return the activities published after `since` and not after `until` that match and are still to come."""
    matching = (
        listed()
        .with_only_columns(Activity.id)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Activity.published_at > since,
            Activity.published_at <= until,
            Shift.cancelled_at.is_(None),
            Shift.starts_at > now,
            *_conditions(filters),
        )
    )
    return list(
        db.session.scalars(select(Activity).where(Activity.id.in_(matching)).order_by(Activity.id).limit(limit))
    )


def list_streets_with_shifts(now: datetime) -> list[Region]:
    """Return the streets and towns in which something is still to come, for the filter."""
    code = func.substr(Station.region_code, 1, 9)
    codes = (
        select(code.concat("000"))
        .join(Activity, Activity.station_id == Station.id)
        .join(Shift, Shift.activity_id == Activity.id)
        .where(Activity.state == ActivityState.PUBLISHED, Shift.cancelled_at.is_(None), Shift.ends_at > now)
    )
    return list(
        db.session.scalars(
            select(Region)
            .where(Region.code.in_(codes), Region.level == RegionLevel.STREET)
            .order_by(Region.code)
            .limit(200)
        )
    )


def find_station(station_id: int | None) -> Station | None:
    """Return a station, or None."""
    return None if station_id is None else db.session.get(Station, station_id)


def find_team(team_id: int | None) -> Team | None:
    """Return a team, or None."""
    return None if team_id is None else db.session.get(Team, team_id)


def get_public(activity_id: int) -> Activity:
    """Return an activity that has left the desk. Raises NotFound for a draft, and for one thrown away."""
    activity = db.session.get(Activity, activity_id)
    if activity is None or activity.published_at is None or activity.state is ActivityState.DRAFT:
        raise NotFound
    return activity


def get_public_by_shift(shift_id: int) -> Activity:
    """Return the activity of a shift that has left the desk. Raises NotFound."""
    activity_id = db.session.scalar(select(Shift.activity_id).where(Shift.id == shift_id))
    if activity_id is None:
        raise NotFound
    return get_public(activity_id)


def find_own_volunteer(account_id: int | None) -> Volunteer | None:
    """Return the volunteer behind an account, or None for staff who never registered."""
    if account_id is None:
        return None
    return db.session.scalar(_live_volunteer().where(Volunteer.account_id == account_id))


def find_by_number(number: str) -> Volunteer | None:
    """Return a volunteer by the volunteer number as typed; one that was merged away names the kept one."""
    found = volunteers.find_by_number("".join(number.split()).upper())
    return None if found is None or found.withdrawn_at is not None else found


def list_next_shifts(volunteer_id: int, now: datetime) -> list[Promise]:
    """Return what a person has promised and has not ended yet, soonest first; cancelled shifts left out."""
    return _promises(
        _promised(volunteer_id)
        .where(SignUp.state.in_(LIVE), Shift.ends_at > now, Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at)
    )


def list_signed_up(volunteer_id: int, limit: int = 100) -> list[Promise]:
    """Return everything a person ever signed up for, latest shift first, withdrawn and declined too."""
    return _promises(_promised(volunteer_id).order_by(Shift.starts_at.desc()).limit(limit))


def count_ahead(row: SignUp) -> int:
    """Return how many stand before a sign-up on its waiting list."""
    return (
        db.session.scalar(
            select(func.count()).where(
                SignUp.shift_id == row.shift_id,
                SignUp.state == SignUpState.WAITING,
                or_(SignUp.asked_at < row.asked_at, (SignUp.asked_at == row.asked_at) & (SignUp.id < row.id)),
            )
        )
        or 0
    )


def list_own(volunteer_id: int, shift_ids: Iterable[int]) -> dict[int, SignUp]:
    """Return a person's sign-ups to these shifts, by shift."""
    rows = db.session.scalars(
        select(SignUp).where(SignUp.volunteer_id == volunteer_id, SignUp.shift_id.in_(list(shift_ids)))
    )
    return {row.shift_id: row for row in rows}


def get_activity(scope: Scope, activity_id: int) -> Activity:
    """Return an activity within a scope, whatever its state. Raises NotFound outside."""
    activity = db.session.scalar(
        select(Activity)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .where(Activity.id == activity_id, within(scope))
    )
    if activity is None:
        raise NotFound
    return activity


def get_shift(scope: Scope, shift_id: int) -> Listed:
    """Return a shift within a scope, with its activity and station. Raises NotFound outside."""
    row = db.session.execute(listed().where(Shift.id == shift_id, within(scope))).one_or_none()
    if row is None:
        raise NotFound
    return Listed(*row)


def find_project_name(project_id: int | None) -> str | None:
    """Return a project's name, or None where there is no project."""
    return None if project_id is None else db.session.scalar(select(Project.name).where(Project.id == project_id))


def listed() -> AnySelect:
    """Return the SELECT of shifts with activity and station, joined to the team for the scope."""
    return (
        select(Shift, Activity, Station)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
    )


def paged(statement: AnySelect, number: int, size: int = 30) -> Page[Listed]:
    """Run `listed()` for one page."""
    return page_of(db.session, statement, number, size).map(lambda row: Listed(*row))


def _promised(volunteer_id: int) -> AnySelect:
    return (
        select(SignUp, Shift, Activity, Station)
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .where(SignUp.volunteer_id == volunteer_id)
    )


def _promises(statement: AnySelect) -> list[Promise]:
    return [Promise(*row) for row in db.session.execute(statement)]


def _live_volunteer() -> Select[Volunteer]:
    return select(Volunteer).where(Volunteer.withdrawn_at.is_(None), Volunteer.merged_into_id.is_(None))


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that `listed()` rows lie in a scope, by division, station or team."""
    return scope.where(region=Station.region_code, station=Station.path, team=Team.path)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.since:
        conditions.append(Shift.starts_at >= clock.at(filters.since))
    if filters.until:
        conditions.append(Shift.starts_at <= clock.end_of(filters.until))
    if filters.category:
        conditions.append(Activity.category == filters.category)
    if filters.region:
        conditions.append(in_region(Station.region_code, filters.region))
    if filters.station_id:
        below = select(Station.path).where(Station.id == filters.station_id).scalar_subquery()
        conditions.append(Station.path.like(below + "%"))
    if filters.team_id:
        team = select(Team.path).where(Team.id == filters.team_id).scalar_subquery()
        conditions.append(Team.path.like(team + "%"))
    if filters.words:
        texts = (Activity.title, Activity.place, Station.name)
        conditions.append(or_(*(column.icontains(filters.words, autoescape=True) for column in texts)))
    return conditions
