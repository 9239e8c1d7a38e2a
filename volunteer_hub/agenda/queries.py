"""Reads somebody's own calendar, saved searches, and whose calendar a secret address is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_, select

from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import find_led_to
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp, SignUpState
from volunteer_hub.activities.queries import Filters, Promise
from volunteer_hub.agenda.models import CalendarFeed, SavedSearch
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import in_region
from volunteer_hub.notices.models import Notice
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

#: How far back a calendar reaches, so that what was cancelled lately is struck out and the rest falls out in time.
LOOKS_BACK = timedelta(days=90)


def list_promises(volunteer_id: int, since: datetime, until: datetime | None = None) -> list[Promise]:
    """Return everything a person signed up for that ends after `since` and begins before `until`, soonest first."""
    statement = (
        select(SignUp, Shift, Activity, Station)
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .where(SignUp.volunteer_id == volunteer_id, Shift.ends_at > since)
        .order_by(Shift.starts_at, Shift.id)
    )
    if until is not None:
        statement = statement.where(Shift.starts_at < until)
    return [Promise(*row) for row in db.session.execute(statement)]


def status_of(promise: Promise) -> str:
    """Return how a calendar names a promise: CONFIRMED, TENTATIVE or CANCELLED."""
    gone = (SignUpState.WITHDRAWN, SignUpState.DECLINED)
    if promise.sign_up.state in gone or promise.shift.cancelled_at or promise.activity.cancelled_at:
        return "CANCELLED"
    return "CONFIRMED" if promise.sign_up.state is SignUpState.ACCEPTED else "TENTATIVE"


def changed_at(promise: Promise) -> datetime:
    """Return when anything about a promise changed last, as far as it is known."""
    instants = (promise.sign_up.changed_at, promise.shift.cancelled_at, promise.activity.cancelled_at)
    return max(instant for instant in instants if instant is not None)


def count_open_by_day(since: date, until: date, region: str, now: datetime) -> dict[date, int]:
    """Return how many shifts that have not ended begin on each civil day in a division; `until` is exclusive."""
    rows = db.session.scalars(
        select(Shift.starts_at)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Shift.cancelled_at.is_(None),
            Shift.ends_at > now,
            Shift.starts_at >= clock.at(since),
            Shift.starts_at < clock.at(until),
            *([in_region(Station.region_code, region)] if region else []),
        )
    )
    counted: dict[date, int] = {}
    for starts_at in rows:
        day = clock.civil_date(starts_at)
        counted[day] = counted.get(day, 0) + 1
    return counted


def find_feed(volunteer_id: int) -> CalendarFeed | None:
    """Return a person's live calendar address, or None."""
    return db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.volunteer_id == volunteer_id, CalendarFeed.revoked_at.is_(None))
    )


def get_holder(secret: str) -> Volunteer:
    """Return whose calendar a secret address is. Raises NotFound once it is revoked, or the person has left.

    The address of a registration merged away shows the kept one's only where its account leads on to it, too: else
    whoever registered under somebody's name would read that person's coming and going.
    """
    volunteer = db.session.scalar(
        select(Volunteer)
        .join(CalendarFeed, CalendarFeed.volunteer_id == Volunteer.id)
        .where(
            CalendarFeed.token_digest == tokens.digest(secret),
            CalendarFeed.revoked_at.is_(None),
            Volunteer.withdrawn_at.is_(None),
        )
    )
    if volunteer is None:
        raise NotFound
    if volunteer.merged_into_id is not None:
        return _kept(volunteer, volunteer.merged_into_id)
    return volunteer


def _kept(merged: Volunteer, kept_id: int) -> Volunteer:
    kept = db.session.get_one(Volunteer, kept_id)
    account = db.session.get(Account, merged.account_id) if merged.account_id is not None else None
    led_to = find_led_to(account) if account is not None else None
    if kept.withdrawn_at is not None or led_to is None or led_to.id != kept.account_id:
        raise NotFound
    return kept


def list_searches(account_id: int) -> list[SavedSearch]:
    """Return an account's saved searches, the first saved first."""
    statement = select(SavedSearch).where(SavedSearch.account_id == account_id).order_by(SavedSearch.id)
    return list(db.session.scalars(statement))


def get_search(account_id: int, search_id: int) -> SavedSearch:
    """Return one saved search of an account. Raises NotFound for another's."""
    search = db.session.get(SavedSearch, search_id)
    if search is None or search.account_id != account_id:
        raise NotFound
    return search


def latest_published(now: datetime) -> datetime | None:
    """Return when something was published last, up to now."""
    return db.session.scalar(select(func.max(Activity.published_at)).where(Activity.published_at <= now))


def list_behind(published_at: datetime, limit: int) -> Sequence[SavedSearch]:
    """Return telling searches that have not looked through what was published up to an instant."""
    return db.session.scalars(
        select(SavedSearch)
        .where(SavedSearch.tells, SavedSearch.told_until < published_at)
        .order_by(SavedSearch.filters, SavedSearch.told_until, SavedSearch.id)
        .limit(limit)
    ).all()


def list_due_shifts(since: datetime, until: datetime) -> list[tuple[Shift, Activity]]:
    """Return the live shifts that begin after `since` and not after `until`."""
    rows = db.session.execute(
        select(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(
            Shift.starts_at > since,
            Shift.starts_at <= until,
            Shift.cancelled_at.is_(None),
            or_(Activity.state == ActivityState.PUBLISHED, Activity.state == ActivityState.CLOSED),
        )
        .order_by(Shift.starts_at, Shift.id)
    )
    return [(shift, activity) for shift, activity in rows]


def describe(filters: Filters) -> list[str]:
    """Return what a search is for: a category's key, or the name of a place, station or team, or the words."""
    said = [filters.category] if filters.category in CATEGORIES else []
    region = db.session.get(Region, filters.region) if filters.region else None
    station = db.session.get(Station, filters.station_id) if filters.station_id else None
    team = db.session.get(Team, filters.team_id) if filters.team_id else None
    said += [found.name for found in (region, station, team) if found is not None]
    return [*said, filters.words] if filters.words else said


def list_to_remind(shift: Shift, key: str, due_at: datetime) -> list[int]:
    """Return the accounts of those with a place at a shift who were not told under the key.

    Who took the place after the reminder was due has just read when the shift is, and is left alone.
    """
    told = exists().where(Notice.account_id == Volunteer.account_id, Notice.key == key)
    return list(
        db.session.scalars(
            select(Volunteer.account_id)
            .join(SignUp, SignUp.volunteer_id == Volunteer.id)
            .where(
                SignUp.shift_id == shift.id,
                SignUp.state == SignUpState.ACCEPTED,
                SignUp.changed_at < due_at,
                Volunteer.account_id.is_not(None),
                ~told,
            )
            .order_by(Volunteer.account_id)
        )
    )
