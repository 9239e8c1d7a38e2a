"""Opens review cases by state, and carries out what a person decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update

from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import crediting
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit
from volunteer_hub.reviews.models import CaseKind, Decision, ReviewCase
from volunteer_hub.reviews.queries import CaseFile

BATCH = 1000


def open_missing_cases(*, now: datetime) -> int:
    """Open a case for every session that needs one and has none; return how many.

    Found by state, so nothing is missed however long the timetable stood still; the unique key on
    kind and session makes a second run harmless.
    """
    needs = or_(
        and_(ServiceSession.closed_by == CloseKind.AUTOMATIC, ReviewCase.id.is_(None)),
        and_(ServiceSession.reductions.contains("overlap"), ReviewCase.id.is_(None)),
    )
    found = db.session.execute(
        select(ServiceSession.id, ServiceSession.station_id, ServiceSession.closed_by)
        .outerjoin(ReviewCase, ReviewCase.session_id == ServiceSession.id)
        .where(needs)
        .order_by(ServiceSession.id)
        .limit(BATCH)
    ).all()
    for session_id, station_id, closed_by in found:
        kind = CaseKind.AUTOMATIC_CLOSE if closed_by is CloseKind.AUTOMATIC else CaseKind.OVERLAP
        db.session.add(ReviewCase(kind=kind, session_id=session_id, station_id=station_id, opened_at=now))
    db.session.flush()
    return len(found)


def reject(actor: Actor, file: CaseFile, *, reason: str, now: datetime) -> None:
    """Decide that the session counts nothing. Raises DomainError if it was decided already or the reason is empty."""
    _decide(actor, file, Decision.REJECTED, None, reason, now)


def confirm(actor: Actor, file: CaseFile, *, out_at: datetime, reason: str, now: datetime) -> Credit:
    """Decide when the person left, and credit the minutes as half-timed (class B).

    Raises DomainError at `out_at` if the instant lies before the check-in or after the planned end, at
    `reason` if none is given, and Denied for one's own hours.
    """
    session, shift = file.session, file.shift
    if not session.in_at <= out_at <= shift.ends_at:
        raise DomainError("out_at_range", N_("离开时间应在签到时间和计划结束时间之间。"), field="out_at")
    policy = ledger.policy_for(file.station.region_code, shift.starts_at, now=now)
    _decide(actor, file, Decision.CONFIRMED, out_at, reason, now)
    credit = crediting.credit_of(session, shift, policy, in_at=session.in_at, out_at=out_at)
    if "overlap" in credit.reductions:
        raise DomainError("overlap", N_("这段时间与此人另一段已计入的时长重叠，不能确认。"), field="out_at")
    crediting.close(
        session,
        policy,
        credit,
        out_at=out_at,
        closed_by=CloseKind.LEADER,
        hours_class=HoursClass.B,
        now=now,
        recorded_by=None,
        approved_by=actor.account_id,
        reason=reason,
    )
    return credit


def _decide(
    actor: Actor, file: CaseFile, decision: Decision, out_at: datetime | None, reason: str, now: datetime
) -> None:
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    if actor.account_id is None or file.volunteer.account_id == actor.account_id:
        raise Denied("own_hours", N_("不能审核自己的时长。"))
    settled = db.session.execute(
        update(ReviewCase)
        .where(ReviewCase.id == file.case.id, ReviewCase.decided_at.is_(None))
        .values(decided_at=now, decided_by=actor.account_id, decision=decision, stated_out_at=out_at, reason=reason)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_decided", N_("这一条已经有人审核过了。"))
    audit.record(
        actor,
        f"reviews.{decision.value}",
        "session",
        file.session.id,
        now=now,
        region=file.station.region_code,
        reason=reason,
        kind=file.case.kind.value,
        out_at=out_at.isoformat() if out_at else None,
    )
