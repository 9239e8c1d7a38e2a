"""Merges two registrations of one person, and takes a merge apart again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts import leading
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turns
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.merging import belongings, hours, queries
from volunteer_hub.merging.models import Merge, MergeState
from volunteer_hub.merging.obstacles import refuse_obstacles
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer

#: What an erased person's document is found by: nobody is brought back from there.
TOMB = "erased:"
CLOSED = N_("此登记已并入另一个登记。")


@dataclass(frozen=True)
class Limits:
    """What one person alone may move, in hours, and within how many days a merge can be undone."""

    alone_hours: int = 50
    undo_days: int = 30


def ask(
    actor: Actor, scope: Scope, kept_id: int, merged_id: int, reason: str, *, now: datetime, limits: Limits
) -> Merge:
    """Merge two registrations, or ask a second person to where many hours would move.

    Raises NotFound outside the scope, Denied for one's own registration, and DomainError for what has to be
    settled first, or where somebody else was quicker.
    """
    kept, merged = _hold(actor, scope, kept_id, merged_id)
    refuse_obstacles(kept, merged, now=now)
    moves = hours.plan(kept.id, merged.id)
    needs_second = sum(moved.minutes for moved in moves) > limits.alone_hours * 60
    merge = Merge(
        kept_id=kept.id,
        merged_id=merged.id,
        state=MergeState.REQUESTED,
        reason=_reason(reason),
        requested_at=now,
        requested_by=_account(actor),
        needs_second=needs_second,
        before={},
    )
    _insert(merge)
    if needs_second:
        _record(actor, "volunteers.ask_merge", merge, kept, now=now, reason=merge.reason)
    else:
        _carry_out(actor, merge, kept, merged, now=now)
    return merge


def approve(actor: Actor, scope: Scope, merge_id: int, *, now: datetime) -> Merge:
    """Merge as the second person. Raises NotFound, Denied for who asked or is one of the two, DomainError."""
    merge = _waiting(scope, merge_id)
    if _account(actor) == merge.requested_by:
        raise Denied("same_person", N_("要由另一位工作人员批准，申请人不能批准。"))
    kept, merged = _hold(actor, scope, merge.kept_id, merge.merged_id)
    db.session.refresh(merge, with_for_update=True)
    _require_waiting(merge)
    refuse_obstacles(kept, merged, now=now, but=merge.id)
    merge.decided_at, merge.decided_by = now, _account(actor)
    _carry_out(actor, merge, kept, merged, now=now)
    return merge


def refuse(actor: Actor, scope: Scope, merge_id: int, reason: str, *, now: datetime) -> None:
    """Say no as the second person, or take back what one asked for oneself. Raises NotFound, DomainError."""
    merge = _waiting(scope, merge_id)
    merge.state, merge.decided_at, merge.decided_by = MergeState.REFUSED, now, _account(actor)
    merge.decision_reason = _reason(reason)
    kept = db.session.get_one(Volunteer, merge.kept_id)
    _record(actor, "volunteers.refuse_merge", merge, kept, now=now, reason=merge.decision_reason)
    db.session.flush()


def tell_apart(actor: Actor, scope: Scope, one_id: int, other_id: int, reason: str, *, now: datetime) -> None:
    """Note that two registrations are two people's, so that the pair is not shown again. Raises NotFound."""
    kept, merged = queries.get_pair(scope, one_id, other_id)
    _refuse_own(actor, kept, merged)
    merge = Merge(
        kept_id=kept.id,
        merged_id=merged.id,
        state=MergeState.DISTINCT,
        reason=_reason(reason),
        requested_at=now,
        requested_by=_account(actor),
        needs_second=False,
        before={},
    )
    db.session.add(merge)
    db.session.flush()
    _record(actor, "volunteers.tell_apart", merge, kept, now=now, reason=merge.reason)


def undo(actor: Actor, scope: Scope, merge_id: int, reason: str, *, now: datetime, limits: Limits) -> Merge:
    """Take a merge apart: hours, sign-ups, memberships and account as they were; the trail keeps both acts.

    Raises NotFound, Denied for one's own, and DomainError after the time for it, while a later merge of one of the
    two stands, or once the person is erased.
    """
    merge = queries.get_merge(scope, merge_id)
    _take_turns(merge.kept_id, merge.merged_id)
    db.session.refresh(merge, with_for_update=True)
    if merge.state is not MergeState.MERGED:
        raise DomainError("not_merged", N_("这次合并已经撤销，或还没有办理。"))
    until = undo_until(merge, limits)
    if until is None or now > until:
        raise DomainError(
            "too_late_to_undo", N_("合并已超过 %(n)d 天，不能撤销。"), field="reason", n=limits.undo_days
        )
    if queries.find_later(merge) is not None:
        raise DomainError("later_merge", N_("此后又有涉及同一人的合并，请先撤销那一次。"), field="reason")
    merge.undo_reason = _reason(reason)
    people = db.session.scalars(select(Volunteer).where(Volunteer.id.in_([merge.kept_id, merge.merged_id]))).all()
    found = {one.id: one for one in people}
    _refuse_own(actor, *found.values())
    if any(one.document_index.startswith(TOMB) for one in people):
        raise DomainError("erased", N_("此人已注销并抹去资料，不能撤销合并。"), field="reason")
    _take_apart(actor, merge, found[merge.merged_id], now=now)
    merge.state, merge.undone_at, merge.undone_by = MergeState.UNDONE, now, _account(actor)
    db.session.flush()
    kept = found[merge.kept_id]
    _record(actor, "volunteers.undo_merge", merge, kept, now=now, reason=merge.undo_reason)
    _tell(kept, N_("与您有关的一次登记合并已撤销，时长和报名已恢复原状。"), merge, "undone", now)
    return merge


def undo_until(merge: Merge, limits: Limits) -> datetime | None:
    """Return until when a merge can be undone; None where it is not merged."""
    if merge.state is not MergeState.MERGED or merge.merged_at is None:
        return None
    return merge.merged_at + timedelta(days=limits.undo_days)


def _carry_out(actor: Actor, merge: Merge, kept: Volunteer, merged: Volunteer, *, now: datetime) -> None:
    standing = volunteers.current_standing(merged.id)
    there = volunteers.current_standing(kept.id)
    if standing is None:
        raise RuntimeError(f"volunteer {merged.id} has no standing")
    before: dict[str, Any] = {"standing": {"region": standing.region_code, "assurance": standing.assurance}}
    hours.move(actor, merge, hours.plan(kept.id, merged.id), now=now)
    before["sign_ups"] = belongings.move_sign_ups(kept.id, merged.id, now=now)
    before["memberships"] = belongings.move_memberships(kept.id, merged.id, now=now)
    before["followers"] = list(
        db.session.scalars(select(Volunteer.id).where(Volunteer.merged_into_id == merged.id).order_by(Volunteer.id))
    )
    if merged.account_id is not None:
        leads_to = kept.account_id if queries.leads_on(kept, there, merged, standing, now=now) else None
        before["account"] = leading.give_up(merged.account_id, leads_to, CLOSED, now=now)
    _close(standing, now)
    merged.merged_into_id = kept.id
    _point(before["followers"], kept.id)
    merge.state, merge.merged_at, merge.before = MergeState.MERGED, now, before
    db.session.flush()
    _record(actor, "volunteers.merge", merge, kept, now=now, reason=merge.reason, minutes=merge.moved_minutes)
    _tell(kept, N_("您的另一个登记 %(number)s 已并入本登记，时长已合在一起。"), merge, "merged", now, merged.number)


def _take_apart(actor: Actor, merge: Merge, merged: Volunteer, *, now: datetime) -> None:
    before = merge.before
    merged.merged_into_id = None
    _point(before["followers"], merged.id)
    db.session.flush()
    hours.move_back(actor, merge, now=now)
    belongings.return_sign_ups(before["sign_ups"], merged.id, now=now)
    belongings.return_memberships(before["memberships"], merged.id)
    if "account" in before:
        leading.take_up(before["account"], now=now)
    db.session.add(
        Standing(
            volunteer_id=merged.id,
            region_code=before["standing"]["region"],
            assurance=before["standing"]["assurance"],
            since=now,
            until=STILL,
        )
    )
    db.session.flush()


def _close(standing: Standing, now: datetime) -> None:
    if standing.since < now:
        standing.until = now
    else:
        db.session.delete(standing)
    db.session.flush()


def _point(followers: list[int], volunteer_id: int) -> None:
    """Let registrations merged earlier follow to whom they belong now: one step always leads to the kept one."""
    db.session.execute(
        update(Volunteer)
        .where(Volunteer.id.in_(followers))
        .values(merged_into_id=volunteer_id)
        .execution_options(synchronize_session=False)
    )


def _hold(actor: Actor, scope: Scope, kept_id: int, merged_id: int) -> tuple[Volunteer, Volunteer]:
    """Return both registrations as they are now, held: scans, sign-ups and other merges of them wait."""
    _take_turns(kept_id, merged_id)
    kept, merged = queries.get_pair(scope, kept_id, merged_id)
    for one in sorted((kept, merged), key=lambda one: one.id):
        db.session.refresh(one, with_for_update=True)
    _refuse_own(actor, kept, merged)
    return kept, merged


def _take_turns(kept_id: int, merged_id: int) -> None:
    take_turns(db.session, [f"{what}:{one}" for what in ("person", "sign-up") for one in (kept_id, merged_id)])


def _refuse_own(actor: Actor, *people: Volunteer) -> None:
    if actor.account_id is not None and actor.account_id in {one.account_id for one in people}:
        raise Denied("own_registration", N_("不能合并自己的登记，请由另一位工作人员办理。"))


def _waiting(scope: Scope, merge_id: int) -> Merge:
    merge = queries.get_merge(scope, merge_id)
    db.session.refresh(merge, with_for_update=True)
    _require_waiting(merge)
    return merge


def _require_waiting(merge: Merge) -> None:
    if merge.state is not MergeState.REQUESTED:
        raise DomainError("already_decided", N_("这份申请已经处理过了。"))


def _insert(merge: Merge) -> None:
    """Write the row. A registration is merged, or asked to be, once at a time."""
    merged_id = merge.merged_id
    try:
        with db.session.begin_nested():
            db.session.add(merge)
            db.session.flush()
    except IntegrityError:
        live = (MergeState.REQUESTED, MergeState.MERGED)
        if db.session.scalar(select(Merge.id).where(Merge.merged_id == merged_id, Merge.state.in_(live))):
            raise DomainError("merge_waits", N_("这个登记已经合并，或已有合并申请。")) from None
        raise


def _reason(typed: str) -> str:
    if not typed.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    return typed.strip()


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise Denied("nobody", N_("请先登录。"))
    return actor.account_id


def _record(actor: Actor, action: str, merge: Merge, kept: Volunteer, *, now: datetime, **more: Any) -> None:
    standing = volunteers.current_standing(kept.id)
    audit.record(
        actor,
        action,
        "volunteer",
        kept.id,
        now=now,
        region=standing.region_code if standing else None,
        merge=merge.id,
        other=merge.merged_id,
        **more,
    )


def _tell(kept: Volunteer, subject: str, merge: Merge, what: str, now: datetime, number: str = "") -> None:
    if kept.account_id is not None:
        notices.tell(kept.account_id, subject, {"number": number}, key=f"merge:{merge.id}:{what}", now=now)
