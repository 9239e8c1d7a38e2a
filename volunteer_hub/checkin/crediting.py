"""A session's minutes on their way into the ledger, and back out of it: shared by scans, derivation and reviews."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select

from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass, HoursDay, HoursEntry
from volunteer_hub.ledger.policy import Credit, credit_minutes
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.volunteers import queries as volunteers


def credit_of(
    session: ServiceSession,
    shift: Shift,
    policy: PolicyVersion,
    *,
    in_at: datetime,
    out_at: datetime,
    set_aside: Collection[int] = (),
) -> Credit:
    """Return what a stay from `in_at` to `out_at` is worth beside what the person already has.

    The session's own minutes, and those of the sessions in `set_aside`, are not held against it. A stay
    that overlaps another credited one is worth nothing, with the reduction `overlap`.
    """
    ids = {session.id, *set_aside}
    day = clock.civil_date(in_at)
    person = volunteers.kept_id(session.volunteer_id)
    credit = credit_minutes(
        policy.policy,
        planned_start=shift.starts_at,
        planned_end=shift.ends_at,
        in_at=in_at,
        out_at=out_at,
        shift_minutes_before=_minutes_at_shift(session, ids),
        day_minutes_before=minutes_on(person, day) - _own_minutes_on(session.volunteer_id, day, ids),
    )
    if credit.credited and overlapping(person, in_at, out_at, apart_from=ids) is not None:
        return Credit(credit.raw, 0, (*credit.reductions, "overlap"))
    return credit


def close(
    session: ServiceSession,
    policy: PolicyVersion,
    credit: Credit,
    *,
    out_at: datetime,
    closed_by: CloseKind,
    hours_class: HoursClass,
    now: datetime,
    recorded_by: int | None,
    approved_by: int | None = None,
    reason: str | None = None,
) -> None:
    """Give a session its end and its worth, and enter its minutes once in the ledger."""
    session.out_at = out_at
    session.closed_by = closed_by
    session.raw_minutes = credit.raw
    session.credited_minutes = credit.credited
    session.reductions = ",".join(credit.reductions)
    session.hours_class = hours_class
    session.is_credited = credit.credited > 0
    db.session.flush()
    if credit.credited:
        ledger.credit(
            ledger.Service(
                volunteer_id=volunteers.kept_id(session.volunteer_id),
                service_on=clock.civil_date(session.in_at),
                region_code=session.region_code,
                policy_id=policy.id,
                day_cap_minutes=policy.policy.day_cap,
                shift_id=session.shift_id,
                station_id=session.station_id,
                team_id=session.team_id,
            ),
            source=session.source,
            minutes=credit.credited,
            hours_class=hours_class,
            now=now,
            recorded_by=recorded_by,
            approved_by=approved_by,
            reason=reason,
        )


def take_back(actor: Actor, session: ServiceSession, *, reason: str, now: datetime) -> int | None:
    """Reverse what a session was credited and return the reversal's id, or None if nothing stood.

    The session counts nothing until it is closed anew; its next entry has a source of its own.
    """
    entry = live_entry(session)
    if entry is None:
        return None
    reversal = ledger.reverse(actor, entry.id, now=now, reason=reason)
    session.revision += 1
    session.credited_minutes = 0
    session.is_credited = False
    db.session.flush()
    return reversal


def live_entry(session: ServiceSession) -> HoursEntry | None:
    """Return the ledger entry that stands for a session now, or None."""
    if not session.is_credited:
        return None
    return db.session.scalar(select(HoursEntry).where(HoursEntry.source == session.source))


def overlapping(
    volunteer_id: int, in_at: datetime, out_at: datetime, *, apart_from: Collection[int] = ()
) -> ServiceSession | None:
    """Return a credited session of the person that shares time with a stay, or None; touching ends do not."""
    return db.session.scalar(
        select(ServiceSession)
        .where(
            ServiceSession.volunteer_id.in_(volunteers.family_of(volunteer_id)),
            ServiceSession.id.not_in(list(apart_from)),
            ServiceSession.is_credited,
            ServiceSession.in_at < out_at,
            ServiceSession.out_at > in_at,
        )
        .order_by(ServiceSession.in_at)
        .limit(1)
    )


def _minutes_at_shift(session: ServiceSession, ids: Collection[int]) -> int:
    statement = select(func.sum(ServiceSession.credited_minutes)).where(
        ServiceSession.volunteer_id == session.volunteer_id,
        ServiceSession.shift_id == session.shift_id,
        ServiceSession.id.not_in(list(ids)),
    )
    return db.session.scalar(statement) or 0


def minutes_on(volunteer_id: int, day: date) -> int:
    """Return what the ledger holds for a person on a civil date."""
    statement = select(HoursDay.minutes).where(HoursDay.volunteer_id == volunteer_id, HoursDay.service_on == day)
    return db.session.scalar(statement) or 0


def _own_minutes_on(volunteer_id: int, day: date, ids: Collection[int]) -> int:
    credited = db.session.scalars(
        select(ServiceSession).where(ServiceSession.id.in_(list(ids)), ServiceSession.is_credited)
    )
    return sum(
        session.credited_minutes
        for session in credited
        if session.volunteer_id == volunteer_id and clock.civil_date(session.in_at) == day
    )
