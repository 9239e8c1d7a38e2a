"""What becomes of a make-up: the person's answer, a second person's decision, a withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, update

from volunteer_hub.amendments import make_up_entries as entries
from volunteer_hub.amendments import make_up_queries as queries
from volunteer_hub.amendments import making_up, overlaps
from volunteer_hub.amendments.make_up_queries import MakeUpFile
from volunteer_hub.amendments.make_ups import own_turn, refuse_nothing
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState, TookPart
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.policy import Credit
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.models import Volunteer


def answer(actor: Actor, make_up_id: int, took_part: TookPart, *, now: datetime) -> None:
    """Note what the person says. A no is final and is told to who asked and to the Office.

    Raises NotFound for anybody but the person, and DomainError `already_decided` once it no longer waits.
    """
    file = queries.get_own_make_up(actor.account_id, make_up_id)
    said = (
        update(MakeUp)
        .where(
            MakeUp.id == make_up_id,
            MakeUp.state == RequestState.PENDING,
            or_(MakeUp.took_part.is_(None), MakeUp.took_part == TookPart.YES),
        )
        .values(took_part=took_part, answered_at=now)
    )
    if not _one(said):
        raise DomainError("already_decided", N_("这条补录已经有结果，不能再回答。"))
    _record(actor, f"reviews.make_up_{'confirmed' if took_part is TookPart.YES else 'contested'}", file, now)
    if took_part is TookPart.NO:
        offices = queries.list_offices(file.station.region_code, now)
        for account_id in dict.fromkeys([file.make_up.requested_by, *offices]):
            notices.tell(
                account_id,
                N_("%(name)s 说没有参加“%(activity)s”，这条补录只能驳回。"),
                {"name": file.volunteer.name, "activity": file.activity.title},
                key=f"make-up:{make_up_id}:contested",
                link=f"/manage/make-ups/{make_up_id}",
                now=now,
            )


def approve(actor: Actor, scope: Scope, make_up_id: int, *, now: datetime) -> Credit:
    """Enter the minutes as class C, once, and tell the person and who asked.

    Raises NotFound outside the scope; Denied for one's own hours, one's own request, and below the level
    that a late one needs; DomainError while the person may still answer, once he has said no, where the
    time has been taken or the day is full, and where somebody else decided first.
    """
    file = queries.get_make_up(scope, make_up_id)
    make_up, decider = file.make_up, second_person(actor, file.make_up, file.volunteer)
    if make_up.is_late and not making_up.above_station(scope, file.station.region_code):
        raise Denied("needs_level", N_("服务结束超过 10 个工作日后才申请的补录，须由区划一级（如文明办）批准。"))
    own_turn(make_up.volunteer_id)
    db.session.refresh(make_up)
    if make_up.state is not RequestState.PENDING:
        raise _decided()
    if make_up.took_part is TookPart.NO:
        raise DomainError("contested", N_("本人说没有参加，只能驳回。"))
    if now < make_up.decidable_at:
        raise DomainError(
            "cooling_down",
            N_("本人在 %(until)s 之前可以提出异议，到时才能批准。"),
            until=making_up.wall(make_up.decidable_at),
        )
    overlaps.refuse_overlap(make_up.volunteer_id, make_up.in_at, make_up.out_at, but_make_up=make_up.id, field=None)
    policy = ledger.policy_for(file.station.region_code, file.shift.starts_at, now=now)
    credit = overlaps.worth(policy, file.shift, make_up.volunteer_id, make_up.in_at, make_up.out_at)
    refuse_nothing(credit)
    _settle(make_up, RequestState.APPROVED, decider, None, now)
    entries.enter(
        make_up,
        policy,
        credit,
        recorded_by=make_up.requested_by,
        approved_by=decider,
        reason=make_up.reason,
        now=now,
    )
    _record(actor, "reviews.approve_make_up", file, now, minutes=credit.credited)
    _tell(
        file,
        N_("“%(activity)s”的补录已批准，计入 %(hours)s 小时。"),
        {"activity": file.activity.title, "hours": str(hours_of(credit.credited))},
        "approved",
        now,
    )
    return credit


def reject(actor: Actor, scope: Scope, make_up_id: int, *, reason: str, now: datetime) -> None:
    """Refuse a make-up for a reason, which reaches the person and who asked. Raises as `approve` does."""
    file = queries.get_make_up(scope, make_up_id)
    decider = second_person(actor, file.make_up, file.volunteer)
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    _settle(file.make_up, RequestState.REJECTED, decider, reason, now)
    _record(actor, "reviews.reject_make_up", file, now, reason=reason)
    _tell(
        file,
        N_("“%(activity)s”的补录没有通过：%(reason)s"),
        {"activity": file.activity.title, "reason": reason},
        "rejected",
        now,
    )


def withdraw(actor: Actor, scope: Scope, make_up_id: int, *, now: datetime) -> None:
    """Take back one's own request while it waits. Raises NotFound for anybody else's."""
    file = queries.get_make_up(scope, make_up_id)
    if actor.account_id is None or file.make_up.requested_by != actor.account_id:
        raise NotFound
    _settle(file.make_up, RequestState.WITHDRAWN, actor.account_id, None, now)
    _record(actor, "reviews.withdraw_make_up", file, now)
    _tell(file, N_("“%(activity)s”的补录申请已撤回。"), {"activity": file.activity.title}, "withdrawn", now)


def second_person(actor: Actor, request: MakeUp | Correction, volunteer: Volunteer) -> int:
    """Return the account that may decide a request: neither who asked nor the person. Raises Denied."""
    if actor.account_id is None or actor.account_id in (volunteer.account_id, request.volunteer_account_id):
        raise Denied("own_hours", N_("不能审核自己的时长。"))
    if actor.account_id == request.requested_by:
        raise Denied("own_request", N_("自己提出的申请须由另一人审核。"))
    return actor.account_id


def _decided() -> DomainError:
    return DomainError("already_decided", N_("这一条已经有人审核过了。"))


def _settle(make_up: MakeUp, state: RequestState, by: int, reason: str | None, now: datetime) -> None:
    """Give a pending make-up its end: of two who decide at once, one does."""
    settled = (
        update(MakeUp)
        .where(MakeUp.id == make_up.id, MakeUp.state == RequestState.PENDING)
        .values(state=state, decided_by=by, decided_at=now, decision_reason=reason)
    )
    if state is RequestState.APPROVED:
        settled = settled.where(or_(MakeUp.took_part.is_(None), MakeUp.took_part == TookPart.YES))
    if not _one(settled):
        raise _decided()
    db.session.refresh(make_up)


def _tell(file: MakeUpFile, subject: str, params: dict[str, str], what: str, now: datetime) -> None:
    make_up_id = file.make_up.id
    if file.volunteer.account_id is not None:
        key, own = f"make-up:{make_up_id}:{what}", f"/my/make-ups/{make_up_id}"
        notices.tell(file.volunteer.account_id, subject, params, key=key, link=own, now=now)
    if what != "withdrawn":
        notices.tell(
            file.make_up.requested_by,
            subject,
            params,
            key=f"make-up:{make_up_id}:{what}:asker",
            link=f"/manage/make-ups/{make_up_id}",
            now=now,
        )


def _record(actor: Actor, action: str, file: MakeUpFile, now: datetime, **details: Any) -> None:
    audit.record(
        actor,
        action,
        "make_up",
        file.make_up.id,
        now=now,
        region=file.station.region_code,
        reason=details.pop("reason", None),
        volunteer=file.volunteer.number,
        **details,
    )


def _one(statement: Any) -> bool:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
