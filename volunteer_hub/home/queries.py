"""Reads what the landing page, the work bench and a volunteer's own page show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import Activity, ActivityState, Shift
from volunteer_hub.activities.queries import Listed
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.paging import Page
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.home.record_queries import Span, list_records
from volunteer_hub.home.records import (
    ActivityRecord,
    Placed,
    RecordState,
    grouped,
    is_waiting_for_others,
    sorted_newest,
)
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.question import Question
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.models import Volunteer

#: How long a shift stays on the bench after its end, for those who leave late.
LATE = timedelta(hours=2)
#: The figures on the landing page are counted anew at most this often.
KEPT = timedelta(minutes=10)


#: Records on one page of one's own.
PER_PAGE = 20


@dataclass(frozen=True)
class OwnHours:
    """A volunteer's minutes over the whole ledger, by class, and the stays behind them by activity."""

    minutes: int
    by_class: dict[HoursClass, int]
    activities: list[ActivityRecord]


@dataclass(frozen=True)
class Wanted:
    """Which part of the own record is asked for; None is all of it."""

    year: int | None = None
    activity_id: int | None = None
    state: RecordState | None = None


@dataclass(frozen=True)
class OwnRecord:
    """One page of a volunteer's record, and what all of what was asked for comes to."""

    page: Page[Placed]
    #: The page's records by activity, both latest first.
    activities: list[ActivityRecord]
    #: Minutes that count, by activity (None: hours from elsewhere) and by class.
    by_activity: dict[int | None, int]
    by_class: dict[HoursClass, int]
    #: How many records are in each state, whichever was asked for.
    by_state: dict[RecordState, int]
    #: What somebody still has to decide, the oldest first.
    waiting: list[Placed]

    @property
    def minutes(self) -> int:
        """Return the minutes that count."""
        return sum(self.by_class.values())


def get_own_hours(volunteer_id: int) -> OwnHours:
    """Return a volunteer's hours; the total is the ledger's balance, not a sum of what is listed."""
    minutes, by_class = get_own_sums(volunteer_id)
    return OwnHours(minutes, by_class, grouped(list_records(volunteer_id, Span())))


def get_own_sums(volunteer_id: int) -> tuple[int, dict[HoursClass, int]]:
    """Return a volunteer's minutes over the whole ledger, and by class, from the ledger's own sums."""
    balance = db.session.get(HoursBalance, volunteer_id)
    by_class = {kind: getattr(balance, f"class_{kind.value.lower()}") for kind in HoursClass if balance}
    return balance.minutes if balance else 0, {kind: minutes for kind, minutes in by_class.items() if minutes}


def get_own_record(volunteer_id: int, wanted: Wanted, number: int = 1, size: int = PER_PAGE) -> OwnRecord:
    """Return one page of a volunteer's record: however much somebody served, a page stays a page."""
    found = [
        placed
        for placed in list_records(volunteer_id, Span.of_year(wanted.year))
        if wanted.activity_id in (None, placed[0])
    ]
    by_activity: dict[int | None, int] = {}
    by_class: dict[HoursClass, int] = {}
    by_state: dict[RecordState, int] = {}
    for activity_id, _, record in found:
        by_activity[activity_id] = by_activity.get(activity_id, 0) + record.minutes
        by_class[record.hours_class] = by_class.get(record.hours_class, 0) + record.minutes
        by_state[record.state] = by_state.get(record.state, 0) + 1
    waiting = [placed for placed in found if is_waiting_for_others(placed[2].state, placed[2].waiting)]
    shown = sorted_newest(placed for placed in found if wanted.state in (None, placed[2].state))
    number = min(max(1, number), max(1, -(-len(shown) // size)))
    rows = shown[(number - 1) * size : number * size]
    return OwnRecord(
        Page(rows, number, size, len(shown)),
        grouped(rows),
        by_activity,
        {kind: minutes for kind, minutes in sorted(by_class.items()) if minutes},
        by_state,
        sorted_newest(waiting)[::-1],
    )


def list_own_years(volunteer_id: int) -> list[int]:
    """Return the years from the first to the last of which anything is recorded, the latest first."""
    lines = select(func.min(HoursEntry.service_on), func.max(HoursEntry.service_on))
    stays = select(func.min(ServiceSession.in_at), func.max(ServiceSession.in_at))
    days = [day for day in db.session.execute(lines.where(HoursEntry.volunteer_id == volunteer_id)).one() if day]
    stayed = db.session.execute(stays.where(ServiceSession.volunteer_id == volunteer_id)).one()
    days += [clock.civil_date(instant) for instant in stayed if instant]
    return list(range(max(days).year, min(days).year - 1, -1)) if days else []


def has_record(account_id: int) -> bool:
    """Tell whether an account is a volunteer's."""
    return bool(db.session.scalar(select(exists().where(Volunteer.account_id == account_id))))


def list_own_teams(volunteer_id: int) -> list[tuple[Team, Membership]]:
    """Return the teams a volunteer belongs to today."""
    rows = db.session.execute(
        select(Team, Membership)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.volunteer_id == volunteer_id, Membership.state == MembershipState.ACTIVE)
        .order_by(Membership.joined_on)
    )
    return [(team, membership) for team, membership in rows]


def list_upcoming(now: datetime, limit: int) -> list[Listed]:
    """Return the published shifts that come next, one for each activity."""
    first: dict[int, Listed] = {}
    for listed in activities.page_open(activities.Filters(), now, 1).items:
        first.setdefault(listed.activity.id, listed)
    return list(first.values())[:limit]


def list_todays_shifts(scope: Scope, now: datetime, limit: int) -> list[Listed]:
    """Return the live shifts in the scope that run today, those just ended included."""
    statement = activities.listed().where(
        activities.within(scope),
        Activity.state == ActivityState.PUBLISHED,
        Shift.cancelled_at.is_(None),
        Shift.ends_at >= now - LATE,
        Shift.starts_at <= clock.end_of(clock.civil_date(now)),
    )
    return list(activities.paged(statement.order_by(Shift.starts_at, Shift.id), 1, limit).items)


_published: dict[str, tuple[datetime, Answer | None]] = {}


def find_published_figures(home: str, now: datetime) -> Answer | None:
    """Return the home division's figures if its area lets anybody read them; a copy some minutes old may do."""
    key = f"{db.engine.url}:{home}"
    counted_at, answer = _published.get(key, (None, None))
    if counted_at is None or not timedelta() <= now - counted_at < KEPT:
        start = statistics.find_start(EVERYTHING, home)
        answer = None
        if start and statistics.is_published(start):
            answer = statistics.ratios(Question(region=start, as_of=now, live=True), EVERYTHING)
        _published[key] = (now, answer)
    return answer


def forget_published_figures() -> None:
    """Forget the copies: between tests."""
    _published.clear()
