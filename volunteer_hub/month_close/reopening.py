"""Closes a month anew: asked for by one person with a reason, granted by another, and the first version kept.

A late entry never needs it: that is restated. It is for a close whose own statement was wrong.
"""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.month_close import composing, labels, months, queries, service, telling
from volunteer_hub.month_close.composing import Composed
from volunteer_hub.month_close.models import CloseState, MonthClose, Reopening


def ask(actor: Actor, close_id: int, scope: Scope, *, reason: str, now: datetime) -> Reopening:
    """Ask for a month to be closed anew. The close stays in force until another version of it is closed.

    Raises NotFound, Denied, and DomainError `reason_missing` at `reason`, `not_in_force`, `asked_already`.
    """
    if actor.account_id is None:
        raise Denied
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    close = service.in_turn(actor, close_id, scope, now=now)
    open_now = any(
        each.month == close.month and each.state is not CloseState.CLOSED
        for each in queries.list_closes(close.region_code)
    )
    if open_now or not queries.in_force(close, at=now):
        raise DomainError("not_in_force", N_("只能申请重新月结现行的版本。"))
    if queries.find_waiting(close.id):
        raise DomainError("asked_already", N_("已经有人申请重新月结，等待另一人决定。"))
    asked = Reopening(close_id=close.id, reason=reason.strip(), asked_by=actor.account_id, asked_at=now)
    db.session.add(asked)
    db.session.flush()
    _record(actor, "ask_anew", close, asked, now=now)
    others = [one for one in queries.list_signers(close.region_code, now) if one != actor.account_id]
    name = {"name": queries.name_of(actor.account_id)}
    telling.tell(close, others, labels.ASKED_ANEW, f"anew:{asked.id}", name, now=now)
    return asked


def compose_anew(close: MonthClose, *, now: datetime) -> Composed | None:
    """Return the content of the version that granting would begin, or None where nothing was asked."""
    asked = queries.find_waiting(close.id)
    if asked is None:
        return None
    supersedes = composing.taken_place_of(close, asked)
    as_of = max(composing.cut_off(now), close.as_of)
    return composing.compose(
        close.region_code, close.month, version=close.version + 1, as_of=as_of, supersedes=supersedes
    )


def decide(
    actor: Actor, close_id: int, scope: Scope, *, grant: bool, composed: Composed | None, now: datetime
) -> MonthClose | None:
    """Decide once whether a month is closed anew; return the new version's draft if it was granted.

    Raises NotFound, Denied (`same_person` for who asked), and DomainError `nothing_asked`.
    """
    close = service.in_turn(actor, close_id, scope, now=now)
    asked = queries.find_waiting(close.id)
    if asked is None or composed is None:
        raise DomainError("nothing_asked", N_("没有等待决定的重新月结申请。"))
    if actor.account_id is None or asked.asked_by == actor.account_id:
        raise Denied("same_person", N_("申请人和批准人不能是同一个人，请另一人决定。"))
    asked.decided_by, asked.decided_at, asked.is_granted = actor.account_id, now, grant
    db.session.flush()
    _record(actor, "grant_anew" if grant else "decline_anew", close, asked, now=now)
    begun = service.prepare(composed, now=now, actor=actor) if grant else None
    sentence = labels.GRANTED_ANEW if grant else labels.DECLINED_ANEW
    telling.tell(close, [asked.asked_by], sentence, f"anew-decided:{asked.id}", {}, now=now)
    return begun


def _record(actor: Actor, act: str, close: MonthClose, asked: Reopening, *, now: datetime) -> None:
    audit.record(
        actor,
        f"month_close.{act}",
        "month_close",
        close.id,
        now=now,
        region=close.region_code,
        reason=asked.reason,
        month=months.named(close.month),
        version=close.version,
    )
