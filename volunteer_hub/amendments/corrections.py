"""Proposes corrections of credited hours, and carries out what a second person decides: reversal and new entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from volunteer_hub.amendments import correction_queries as queries
from volunteer_hub.amendments import make_up_entries as entries
from volunteer_hub.amendments import overlaps
from volunteer_hub.amendments.correcting import Times, bounds, check_new_times
from volunteer_hub.amendments.correction_queries import CorrectionFile, Subject
from volunteer_hub.amendments.make_up_decisions import second_person
from volunteer_hub.amendments.make_ups import own_turn, refuse_nothing
from volunteer_hub.amendments.models import Correction, RequestState
from volunteer_hub.amendments.objection_settling import amended_by
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import crediting
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import queries as ledger_queries
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit, Policy
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.notices import service as notices


def propose(actor: Actor, subject: Subject, new: Times | None, *, reason: str, now: datetime) -> Correction:
    """Propose other times for credited hours, or None for nobody served. Nothing changes yet.

    Raises Denied for one's own hours, and DomainError where nothing is credited, another proposal waits,
    the reason is empty, or the times cannot be.
    """
    if actor.account_id is None or subject.volunteer.account_id == actor.account_id:
        raise Denied("own_hours", N_("不能更正自己的时长。"))
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    own_turn(subject.volunteer.id)
    if not subject.is_credited:
        raise DomainError("nothing_credited", N_("这段时长现在没有计入，没有可更正的。"))
    if queries.find_pending(subject) is not None:
        raise DomainError("already_proposed", N_("这段时长已有一条更正在等待审核。"))
    if new is not None:
        check_new_times(new, old=subject.times, within=longest(subject, now), now=now)
        refuse_nothing(worth(subject, new, now))
    made = Correction(
        session_id=subject.session.id if subject.session else None,
        make_up_id=subject.make_up.id if subject.make_up else None,
        station_id=subject.station.id,
        volunteer_account_id=subject.volunteer.account_id,
        revision=subject.row.revision,
        old_in_at=subject.times.in_at,
        old_out_at=subject.times.out_at,
        old_minutes=subject.minutes,
        new_in_at=new.in_at if new else None,
        new_out_at=new.out_at if new else None,
        reason=reason,
        requested_by=actor.account_id,
        requested_at=now,
        state=RequestState.PENDING,
    )
    db.session.add(made)
    db.session.flush()
    _record(actor, "reviews.propose_correction", made, subject, now, reason=reason)
    return made


def longest(subject: Subject, now: datetime) -> Times:
    """Return the longest stay that may be proposed for these hours."""
    found = ledger_queries.find_policy(subject.station.region_code, subject.shift.starts_at, now=now)
    return bounds(
        found.policy if found else Policy(),
        scanned=subject.times,
        planned=Times(subject.shift.starts_at, subject.shift.ends_at),
        is_make_up=subject.make_up is not None,
    )


def worth(subject: Subject, new: Times, now: datetime) -> Credit:
    """Return what other times would come to, recomputed under the policy. Raises DomainError `overlap`."""
    policy = _policy(subject, now)
    overlaps.refuse_overlap(
        subject.volunteer.id,
        new.in_at,
        new.out_at,
        but_session=subject.session.id if subject.session else None,
        but_make_up=subject.make_up.id if subject.make_up else None,
    )
    if subject.session is not None:
        return crediting.credit_of(subject.session, subject.shift, policy, in_at=new.in_at, out_at=new.out_at)
    aside = [subject.make_up] if subject.make_up else []
    return overlaps.worth(policy, subject.shift, subject.volunteer.id, new.in_at, new.out_at, set_aside=aside)


def approve(actor: Actor, scope: Scope, correction_id: int, *, now: datetime) -> int:
    """Reverse what stood, enter what the new times come to, and return those minutes.

    Raises NotFound outside the scope, Denied for one's own hours or proposal, and DomainError where the
    hours have changed since they were proposed for, or somebody else decided first.
    """
    file = queries.get_correction(scope, correction_id)
    correction, subject = file.correction, file.subject
    decider = second_person(actor, correction, subject.volunteer)
    own_turn(subject.volunteer.id)
    db.session.refresh(correction)
    db.session.refresh(subject.row, with_for_update=True)
    if correction.state is not RequestState.PENDING:
        raise _decided()
    if file.is_stale:
        raise DomainError("stale", N_("提出更正之后，这段时长又有了变化。请驳回，核对后重新提出。"))
    credit = worth(subject, file.new_times, now) if file.new_times else Credit(0, 0)
    if file.new_times:
        refuse_nothing(credit)
    _settle(correction, RequestState.APPROVED, decider, None, now, new_minutes=credit.credited)
    _carry_out(actor, file, credit, decider, now)
    amended_by(actor, correction, now=now)
    _record(actor, "reviews.approve_correction", correction, subject, now, reason=correction.reason)
    _tell(
        file,
        N_("“%(activity)s”的时长已由 %(old)s 小时更正为 %(new)s 小时：%(reason)s"),
        {
            "activity": subject.activity.title,
            "old": str(hours_of(correction.old_minutes)),
            "new": str(hours_of(credit.credited)),
            "reason": correction.reason,
        },
        "approved",
        now,
    )
    return credit.credited


def reject(actor: Actor, scope: Scope, correction_id: int, *, reason: str, now: datetime) -> None:
    """Leave the hours as they are, for a reason that reaches the person and who proposed. Raises as `approve`."""
    file = queries.get_correction(scope, correction_id)
    decider = second_person(actor, file.correction, file.subject.volunteer)
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    _settle(file.correction, RequestState.REJECTED, decider, reason, now)
    _record(actor, "reviews.reject_correction", file.correction, file.subject, now, reason=reason)
    _tell(
        file,
        N_("有人提出更正“%(activity)s”的时长，没有通过，时长不变：%(reason)s"),
        {"activity": file.subject.activity.title, "reason": reason},
        "rejected",
        now,
    )


def withdraw(actor: Actor, scope: Scope, correction_id: int, *, now: datetime) -> None:
    """Take back one's own proposal while it waits. Raises NotFound for anybody else's."""
    file = queries.get_correction(scope, correction_id)
    if actor.account_id is None or file.correction.requested_by != actor.account_id:
        raise NotFound
    _settle(file.correction, RequestState.WITHDRAWN, actor.account_id, None, now)
    _record(actor, "reviews.withdraw_correction", file.correction, file.subject, now)


def _carry_out(actor: Actor, file: CorrectionFile, credit: Credit, decider: int, now: datetime) -> None:
    subject, correction, new = file.subject, file.correction, file.new_times
    if subject.session is not None:
        _correct_session(actor, subject.session, file, credit, decider, now)
        return
    if subject.make_up is None:
        raise NotFound
    entries.take_back(actor, subject.make_up, reason=correction.reason, now=now)
    if new is not None:
        subject.make_up.in_at, subject.make_up.out_at = new.in_at, new.out_at
        entries.enter(
            subject.make_up,
            _policy(subject, now),
            credit,
            recorded_by=correction.requested_by,
            approved_by=decider,
            reason=correction.reason,
            now=now,
        )


def _correct_session(
    actor: Actor, session: ServiceSession, file: CorrectionFile, credit: Credit, decider: int, now: datetime
) -> None:
    correction, new = file.correction, file.new_times
    crediting.take_back(actor, session, reason=correction.reason, now=now)
    if new is None:
        # A person has decided: no scan that comes later opens the stay again.
        session.closed_by = CloseKind.LEADER
        db.session.flush()
        return
    session.in_at = new.in_at
    crediting.close(
        session,
        _policy(file.subject, now),
        credit,
        out_at=new.out_at,
        closed_by=CloseKind.LEADER,
        hours_class=HoursClass.B,
        now=now,
        recorded_by=correction.requested_by,
        approved_by=decider,
        reason=correction.reason,
    )


def _policy(subject: Subject, now: datetime) -> PolicyVersion:
    return ledger.policy_for(subject.station.region_code, subject.shift.starts_at, now=now)


def _settle(
    correction: Correction,
    state: RequestState,
    by: int,
    reason: str | None,
    now: datetime,
    *,
    new_minutes: int | None = None,
) -> None:
    """Give a pending correction its end: of two who decide at once, one does."""
    settled = db.session.execute(
        update(Correction)
        .where(Correction.id == correction.id, Correction.state == RequestState.PENDING)
        .values(state=state, decided_by=by, decided_at=now, decision_reason=reason, new_minutes=new_minutes)
        .execution_options(synchronize_session=False)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise _decided()
    db.session.refresh(correction)


def _decided() -> DomainError:
    return DomainError("already_decided", N_("这一条已经有人审核过了。"))


def _tell(file: CorrectionFile, subject: str, params: dict[str, str], what: str, now: datetime) -> None:
    key, volunteer = f"correction:{file.correction.id}:{what}", file.subject.volunteer
    if volunteer.account_id is not None:
        notices.tell(volunteer.account_id, subject, params, key=key, link="/me", now=now)
    notices.tell(
        file.correction.requested_by,
        subject,
        params,
        key=f"{key}:asker",
        link=f"/manage/corrections/{file.correction.id}",
        now=now,
    )


def _record(
    actor: Actor, action: str, correction: Correction, subject: Subject, now: datetime, reason: str | None = None
) -> None:
    details: dict[str, Any] = {
        "volunteer": subject.volunteer.number,
        "session" if correction.session_id else "make_up": correction.session_id or correction.make_up_id,
        "old": _moments(correction.old_in_at, correction.old_out_at, correction.old_minutes),
        "new": _moments(correction.new_in_at, correction.new_out_at, correction.new_minutes),
    }
    audit.record(
        actor,
        action,
        "correction",
        correction.id,
        now=now,
        region=subject.station.region_code,
        reason=reason,
        **details,
    )


def _moments(in_at: datetime | None, out_at: datetime | None, minutes: int | None) -> list[str | int | None]:
    return [in_at.isoformat() if in_at else None, out_at.isoformat() if out_at else None, minutes]
