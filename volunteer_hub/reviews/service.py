"""Carries out what a person decides about a session or a scan."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from volunteer_hub.activities.models import SignUp
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import crediting, undoing
from volunteer_hub.checkin.models import CloseKind, Device, RulingKind, Scan, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turns
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit
from volunteer_hub.reviews.models import CaseKind, Decision, ReviewCase
from volunteer_hub.reviews.queries import CaseFile
from volunteer_hub.volunteers.models import Standing

#: The cases about stays that count nothing until a person decides, and how such a stay ended.
UNSETTLED = {
    CaseKind.AUTOMATIC_CLOSE: (CloseKind.AUTOMATIC,),
    CaseKind.OVERLAP: (CloseKind.SCANNED, CloseKind.BULK),
}


def reject(actor: Actor, file: CaseFile, *, reason: str, now: datetime) -> None:
    """Decide that it counts nothing. Raises DomainError if it was decided already or the reason is empty.

    A rejected session stands as decided: no scan that comes later changes it.
    """
    if file.scan is None and file.case.kind in UNSETTLED:
        _hold_unsettled(file)
    _decide(actor, file, Decision.REJECTED, None, reason, now)
    if file.scan is not None:
        undoing.rule(actor, file.scan, RulingKind.DISMISSED, reason, now=now)
    elif file.case.kind in UNSETTLED:
        file.stay.closed_by = CloseKind.LEADER


def acknowledge(actor: Actor, file: CaseFile, *, reason: str, now: datetime) -> None:
    """Decide that what was found is in order as it stands."""
    _decide(actor, file, Decision.CONFIRMED, None, reason, now)


def confirm(actor: Actor, file: CaseFile, *, out_at: datetime, reason: str, now: datetime) -> Credit:
    """Decide when the person left, and credit the minutes as half-timed (class B).

    Raises DomainError at `out_at` if the instant lies before the check-in or after the planned end, at
    `reason` if none is given, and Denied for one's own hours.
    """
    session = file.stay
    _hold_unsettled(file)
    if not session.in_at <= out_at <= file.shift.ends_at:
        raise DomainError("out_at_range", N_("离开时间应在签到时间和计划结束时间之间。"), field="out_at")
    _decide(actor, file, Decision.CONFIRMED, out_at, reason, now)
    return _credit(actor, file, session, out_at, reason, now)


def admit(actor: Actor, file: CaseFile, *, at: datetime, reason: str, now: datetime) -> None:
    """Decide that a quarantined scan holds, at the instant the decider states; its stay is half-timed (class B).

    Raises DomainError at `out_at` if that lies outside the shift's windows or after the scan was received.
    """
    scan = file.made
    policy = ledger.policy_for(file.station.region_code, file.shift.starts_at, now=now).policy
    opens, closes = policy.window(file.shift.starts_at, file.shift.ends_at)
    if not opens <= at <= min(closes, scan.received_at):
        raise DomainError("at_range", N_("时间应在签到签退时段之内，且不晚于上传时间。"), field="out_at")
    _decide(actor, file, Decision.CONFIRMED, at, reason, now)
    undoing.rule(actor, scan, RulingKind.ADMITTED, reason, now=now, stated_at=at)


def complete(actor: Actor, file: CaseFile, *, in_at: datetime, reason: str, now: datetime) -> Credit:
    """Decide when somebody came who only checked out, and credit the stay as half-timed (class B).

    Raises DomainError at `out_at` if the instant does not lie between the planned start and the check-out.
    """
    scan = file.made
    take_turns(db.session, [f"person:{scan.volunteer_id}"])
    if not file.shift.starts_at <= in_at < scan.scanned_at:
        raise DomainError("in_at_range", N_("到达时间应在计划开始时间和签退时间之间。"), field="out_at")
    _decide(actor, file, Decision.CONFIRMED, in_at, reason, now)
    session = ServiceSession(
        volunteer_id=file.volunteer.id,
        shift_id=file.shift.id,
        station_id=file.station.id,
        team_id=db.session.scalar(
            select(SignUp.team_id).where(SignUp.shift_id == file.shift.id, SignUp.volunteer_id == file.volunteer.id)
        ),
        region_code=_region_on(file.volunteer.id, in_at),
        in_at=in_at,
        out_at=in_at,
        out_scan_id=scan.id,
        closed_by=CloseKind.LEADER,
        raw_minutes=0,
        hours_class=HoursClass.B,
    )
    db.session.add(session)
    db.session.flush()
    return _credit(actor, file, session, scan.scanned_at, reason, now)


def _credit(
    actor: Actor, file: CaseFile, session: ServiceSession, out_at: datetime, reason: str, now: datetime
) -> Credit:
    policy = ledger.policy_for(file.station.region_code, file.shift.starts_at, now=now)
    credit = crediting.credit_of(session, file.shift, policy, in_at=session.in_at, out_at=out_at)
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


def _hold_unsettled(file: CaseFile) -> None:
    """Take the person's turn, and read anew whether the stay still is what the case was opened for.

    A scan that came late, or a correction by two people, may have settled it: what one person decides
    afterwards must not undo that. Raises DomainError `changed_meanwhile`.
    """
    session = file.stay
    take_turns(db.session, [f"person:{session.volunteer_id}"])
    db.session.refresh(session, with_for_update=True)
    db.session.refresh(file.case)
    is_unsettled = session.closed_by in UNSETTLED.get(file.case.kind, ()) and not session.is_credited
    if file.case.decided_at is None and not is_unsettled:
        raise DomainError("changed_meanwhile", N_("后到的扫码已经改变了这个时段，请刷新再看。"))


def _decide(
    actor: Actor, file: CaseFile, decision: Decision, stated: datetime | None, reason: str, now: datetime
) -> None:
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    if actor.account_id is None or file.volunteer.account_id == actor.account_id:
        raise Denied("own_hours", N_("不能审核自己的时长。"))
    if file.case.requested_by == actor.account_id:
        raise Denied("own_request", N_("这次扫码是您经手的，要由另一个人审核。"))
    if file.case.kind is CaseKind.QUARANTINED_SCAN and _enrolled_by(file.made) == actor.account_id:
        # Whoever holds the phone can sign in another's name by a beacon that the phone once heard for him.
        raise Denied("own_request", N_("这次扫码是您经手的，要由另一个人审核。"))
    settled = db.session.execute(
        update(ReviewCase)
        .where(ReviewCase.id == file.case.id, ReviewCase.decided_at.is_(None))
        .values(decided_at=now, decided_by=actor.account_id, decision=decision, stated_out_at=stated, reason=reason)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_decided", N_("这一条已经有人审核过了。"))
    about: Scan | ServiceSession = file.scan or file.stay
    audit.record(
        actor,
        f"reviews.{decision.value}",
        "scan" if file.scan else "session",
        about.id,
        now=now,
        region=file.station.region_code,
        reason=reason,
        kind=file.case.kind.value,
        stated=stated.isoformat() if stated else None,
    )


def _enrolled_by(scan: Scan) -> int | None:
    if scan.device_id is None:
        return None
    return db.session.scalar(select(Device.enrolled_by).where(Device.id == scan.device_id))


def _region_on(volunteer_id: int, at: datetime) -> str:
    return db.session.scalars(
        select(Standing.region_code).where(
            Standing.volunteer_id == volunteer_id, Standing.since <= at, Standing.until > at
        )
    ).one()
