"""Reads what the landing page, the work bench and a volunteer's own page show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import Activity, ActivityState, Shift
from volunteer_hub.activities.queries import Listed
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.home.records import ActivityRecord, CaseFacts, Record, grouped, net_minutes, of_entry, of_session
from volunteer_hub.ledger import queries as ledger
from volunteer_hub.ledger.models import HoursBalance, HoursClass
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.question import Question
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.models import Volunteer

#: How long a shift stays on the bench after its end, for those who leave late.
LATE = timedelta(hours=2)
#: The figures on the landing page are counted anew at most this often.
KEPT = timedelta(minutes=10)


@dataclass(frozen=True)
class OwnHours:
    """A volunteer's minutes over the whole ledger, by class, and the stays behind them by activity."""

    minutes: int
    by_class: dict[HoursClass, int]
    activities: list[ActivityRecord]


def get_own_hours(volunteer_id: int) -> OwnHours:
    """Return a volunteer's hours; the total is the ledger's balance, not a sum of what is listed."""
    balance = db.session.get(HoursBalance, volunteer_id)
    by_class = {
        kind: getattr(balance, f"class_{kind.value.lower()}")
        for kind in HoursClass
        if balance and getattr(balance, f"class_{kind.value.lower()}")
    }
    return OwnHours(balance.minutes if balance else 0, by_class, grouped(_records(volunteer_id)))


def _records(volunteer_id: int) -> list[tuple[int | None, str | None, Record]]:
    entries = ledger.list_entries(volunteer_id)
    net = net_minutes(entries)
    by_source = {entry.source: entry for entry in entries if entry.reverses_id is None}
    records: list[tuple[int | None, str | None, Record]] = []
    cases = _cases(volunteer_id)
    for session, activity_id, title in _sessions(volunteer_id):
        sources = [f"session:{session.id}", *(f"session:{session.id}:{n}" for n in range(2, session.revision + 1))]
        lines = [by_source.pop(source) for source in sources if source in by_source]
        if session.closed_by is CloseKind.VOIDED and not lines:
            continue
        left = sum(net[entry.id] for entry in lines) if lines else None
        case = cases.get(session.id) or (CaseFacts(True, lines[-1].reason) if lines else None)
        made = of_session(session, clock.civil_date(session.in_at), left, case)
        records.append((activity_id, title, made))
    titles = _titles([entry.shift_id for entry in by_source.values() if entry.shift_id])
    for entry in by_source.values():
        activity_id, title = titles.get(entry.shift_id or 0, (None, None))
        records.append((activity_id, title, of_entry(entry, net[entry.id])))
    return records


def _sessions(volunteer_id: int) -> list[AnyRow]:
    return list(
        db.session.execute(
            select(ServiceSession, Activity.id, Activity.title)
            .join(Shift, Shift.id == ServiceSession.shift_id)
            .join(Activity, Activity.id == Shift.activity_id)
            .where(ServiceSession.volunteer_id == volunteer_id)
        )
    )


def _cases(volunteer_id: int) -> dict[int, CaseFacts]:
    """Return what reviewers made of the sessions; a session is decided when all its cases are."""
    rows = db.session.execute(
        select(ServiceSession.id, ReviewCase.decided_at, ReviewCase.reason)
        .join(ServiceSession, ServiceSession.id == ReviewCase.session_id)
        .where(ServiceSession.volunteer_id == volunteer_id)
        .order_by(ReviewCase.decided_at)
    )
    cases: dict[int, CaseFacts] = {}
    for session_id, decided_at, reason in rows:
        before = cases.get(session_id, CaseFacts(True))
        cases[session_id] = CaseFacts(before.is_decided and decided_at is not None, reason or before.reason)
    return cases


def _titles(shift_ids: list[int]) -> dict[int, tuple[int, str]]:
    if not shift_ids:
        return {}
    rows = db.session.execute(
        select(Shift.id, Activity.id, Activity.title).join(Activity).where(Shift.id.in_(shift_ids))
    )
    return {shift_id: (activity_id, title) for shift_id, activity_id, title in rows}


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
