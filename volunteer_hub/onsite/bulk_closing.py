"""A leader closes the sessions of everybody still at a shift: one person at a time, and never over a check-out.

Class B, since only the check-in was scanned. Whoever scanned out meanwhile keeps that: the closing is a
compare-and-set on the open session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update

from volunteer_hub.activities.models import Activity, Shift, SignUp, SignUpState
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import crediting
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


class Standing(StrEnum):
    """Where one person stands, at a leaving time that was stated or not."""

    #: Still inside, and may be closed.
    INSIDE = "inside"
    #: Still inside, and came only after the stated time.
    CAME_LATER = "came_later"
    #: Still inside, and it is the leader himself: nobody decides about his own hours.
    OWN = "own"
    #: Closed by a leader for everybody still there.
    CLOSED = "closed"
    #: Left by a scan, with a time of one's own.
    LEFT = "left"
    #: Closed by time, or by a decision.
    ENDED = "ended"


@dataclass(frozen=True)
class Present:
    """One stay at the shift, and where it stands."""

    session: ServiceSession
    volunteer: Volunteer
    standing: Standing


def list_present(shift_id: int, actor: Actor, stated: datetime | None = None) -> list[Present]:
    """Return everybody who is or was at a shift, those still inside first, then by name."""
    rows = db.session.execute(
        select(ServiceSession, Volunteer)
        .join(Volunteer, Volunteer.id == ServiceSession.volunteer_id)
        .where(
            ServiceSession.shift_id == shift_id,
            ServiceSession.closed_by.is_distinct_from(CloseKind.VOIDED),
        )
        .order_by(ServiceSession.out_at.is_not(None), Volunteer.name, ServiceSession.id)
    )
    return [Present(session, person, _standing(session, person, actor, stated)) for session, person in rows]


def list_absent(shift: Shift, now: datetime) -> list[Volunteer]:
    """Return who has a place at a shift that is over, and never came: signed up is not served."""
    if now <= shift.ends_at:
        return []
    came = (
        select(ServiceSession.id)
        .where(
            ServiceSession.shift_id == shift.id,
            ServiceSession.volunteer_id == Volunteer.id,
            ServiceSession.closed_by.is_distinct_from(CloseKind.VOIDED),
        )
        .exists()
    )
    return list(
        db.session.scalars(
            select(Volunteer)
            .join(SignUp, SignUp.volunteer_id == Volunteer.id)
            .where(SignUp.shift_id == shift.id, SignUp.state == SignUpState.ACCEPTED, ~came)
            .order_by(Volunteer.name, Volunteer.id)
        )
    )


def _standing(session: ServiceSession, volunteer: Volunteer, actor: Actor, stated: datetime | None) -> Standing:
    if session.out_at is None:
        if volunteer.account_id is not None and volunteer.account_id == actor.account_id:
            return Standing.OWN
        return Standing.CAME_LATER if stated is not None and session.in_at > stated else Standing.INSIDE
    if session.closed_by is CloseKind.BULK:
        return Standing.CLOSED
    return Standing.LEFT if session.closed_by is CloseKind.SCANNED else Standing.ENDED


def check_time(shift: Shift, station: Station, out_at: datetime, *, now: datetime) -> None:
    """Raise DomainError at `out_at` for a leaving time that lies ahead, or after the check-out window."""
    if out_at > now:
        raise DomainError("in_the_future", N_("离开时间不能晚于现在。"), field="out_at")
    closes = latest(shift, station, now=now)
    if out_at > closes:
        raise DomainError(
            "after_check_out",
            N_("签退时间截止于 %(at)s，离开时间不能更晚。"),
            field="out_at",
            at=f"{clock.local(closes):%H:%M}",
        )


def latest(shift: Shift, station: Station, *, now: datetime) -> datetime:
    """Return the last instant of a shift's check-out."""
    policy = ledger.policy_for(station.region_code, shift.starts_at, now=now).policy
    return shift.ends_at + timedelta(minutes=policy.out_closes_after)


def close_one(
    actor: Actor, shift: Shift, station: Station, session_id: int, *, out_at: datetime, now: datetime
) -> bool:
    """Close one session at the stated time, if it is still open, and credit it; tell whether this did.

    Claims the session before anything is worked out: who scans out in the same instant waits for us, or
    we for them, and the second finds it closed. Skipped, and said so: who came after the stated time, and
    the leader himself.
    """
    # The same turn that recording a scan takes, so that nobody's stay is told by two at once.
    take_turn(db.session, f"person:{_read(session_id)[1].id}")
    session, volunteer = _read(session_id)
    if session.shift_id != shift.id or _standing(session, volunteer, actor, out_at) is not Standing.INSIDE:
        return False
    claimed = db.session.execute(
        update(ServiceSession)
        .where(ServiceSession.id == session_id, ServiceSession.out_at.is_(None), ServiceSession.in_at <= out_at)
        .values(out_at=out_at, closed_by=CloseKind.BULK)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        return False
    db.session.refresh(session)
    _credit(actor, shift, station, session, out_at=out_at, now=now)
    audit.record(
        actor,
        "checkin.close_bulk",
        "session",
        session.id,
        now=now,
        region=station.region_code,
        shift=shift.id,
        out_at=out_at.isoformat(),
        minutes=session.credited_minutes,
    )
    return True


def list_cancelled(limit: int = 500) -> dict[int, datetime]:
    """Return the sessions of those still inside a shift that was cancelled, each with the instant of that."""
    cancelled_at = func.coalesce(Shift.cancelled_at, Activity.cancelled_at)
    rows = db.session.execute(
        select(ServiceSession.id, cancelled_at)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(ServiceSession.out_at.is_(None), cancelled_at.is_not(None))
        .order_by(ServiceSession.id)
        .limit(limit)
    )
    return {session_id: at for session_id, at in rows if at is not None}


def close_cancelled(session_id: int, cancelled_at: datetime, *, now: datetime) -> bool:
    """Close a stay at a cancelled shift as of the cancellation: a scan can no longer, and nobody shall be kept.

    What was served until then counts by the same rules as any stay; who was there early and saw it
    cancelled has served nothing.
    """
    session, _volunteer = _read(session_id)
    shift = db.session.get_one(Shift, session.shift_id)
    station = db.session.get_one(Station, session.station_id)
    out_at = max(session.in_at, min(cancelled_at, latest(shift, station, now=now)))
    return close_one(TIMETABLE, shift, station, session_id, out_at=out_at, now=now)


def _read(session_id: int) -> tuple[ServiceSession, Volunteer]:
    row = db.session.execute(
        select(ServiceSession, Volunteer)
        .join(Volunteer, Volunteer.id == ServiceSession.volunteer_id)
        .where(ServiceSession.id == session_id)
        .execution_options(populate_existing=True)
    ).one()
    return row[0], row[1]


def _credit(
    actor: Actor, shift: Shift, station: Station, session: ServiceSession, *, out_at: datetime, now: datetime
) -> None:
    policy = ledger.policy_for(station.region_code, shift.starts_at, now=now)
    credit = crediting.credit_of(session, shift, policy, in_at=session.in_at, out_at=out_at)
    crediting.close(
        session,
        policy,
        credit,
        out_at=out_at,
        closed_by=CloseKind.BULK,
        hours_class=HoursClass.B,
        now=now,
        recorded_by=actor.account_id,
    )
