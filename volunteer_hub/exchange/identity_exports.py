"""Whole identity numbers leave only when one person asks with a reason and another approves.

Each step reads again, inside its own transaction, who holds what: a page that was opened with a role does
not carry the role along.
"""

from __future__ import annotations

from array import array
from datetime import datetime, timedelta

from sqlalchemy import update

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError, NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import exports
from volunteer_hub.exchange import identity_queries as queries
from volunteer_hub.exchange.export_contents import IDENTITY
from volunteer_hub.exchange.export_queries import scope_now
from volunteer_hub.exchange.identity_queries import PACKED, is_over, pack
from volunteer_hub.exchange.kinds import Request
from volunteer_hub.exchange.models import ExportJob, IdentityExport, IdentityExportPeople, IdentityState, Writing
from volunteer_hub.notices import service as notices

#: How long an approved file may be fetched, from the approval on.
AVAILABLE = timedelta(hours=24)
REASON_LIMIT = 200


def ask(
    actor: Actor, request: Request, writing: Writing, reason: str, *, locale: str, now: datetime
) -> IdentityExport:
    """Ask for the whole identity numbers of a list. Raises Denied and Unprocessable."""
    region = request.question.region
    _check_requester(actor.account_id, region, now)
    if writing is Writing.PDF:
        raise Unprocessable("no_paper", N_("身份信息只能导出为 Excel 或 CSV。"), field="writing")
    if not reason.strip():
        raise Unprocessable("reason_missing", N_("请说明为什么需要完整的证件号码。"), field="reason")
    asked = IdentityExport(
        region_code=region,
        args=request.args(),
        writing=writing,
        locale=locale,
        reason=reason.strip()[:REASON_LIMIT],
        requested_by=actor.account_id or 0,
        requested_at=now,
        state=IdentityState.PENDING,
    )
    db.session.add(asked)
    db.session.flush()
    _record(actor, "ask", asked, now=now, reason=asked.reason, question=asked.args)
    return asked


def approve(actor: Actor, identity_id: int, name: str, *, now: datetime) -> IdentityExport:
    """Approve as the second person, and put the file on the list; it can be fetched for 24 hours from now.

    Raises NotFound outside the approver's scope, Denied for the requester, DomainError once decided or late.
    """
    asked = _decidable(actor, identity_id, now)
    if is_over(asked, now):
        raise DomainError("lapsed", N_("申请超过 7 天无人处理，已失效，请重新申请。"))
    _check_requester(asked.requested_by, asked.region_code, now)
    until = now + AVAILABLE
    _decide(actor, asked, IdentityState.APPROVED, now=now, until=until)
    job = ExportJob(
        account_id=asked.requested_by,
        kind=IDENTITY,
        args=asked.args,
        writing=asked.writing,
        locale=asked.locale,
        region_code=asked.region_code,
        name=name,
        identity_id=asked.id,
    )
    exports.put(actor, job, now=now)
    _tell(asked, N_("您的身份信息导出申请 %(number)s 号已获批准，24 小时内可以下载。"), now=now)
    return asked


def reject(actor: Actor, identity_id: int, reason: str, *, now: datetime) -> IdentityExport:
    """Refuse, for a reason. Raises as `approve` does."""
    if not reason.strip():
        raise Unprocessable("reason_missing", N_("请写明不批准的理由。"), field="reason")
    asked = _decidable(actor, identity_id, now)
    _decide(actor, asked, IdentityState.REJECTED, now=now, reason=reason.strip()[:REASON_LIMIT])
    _tell(asked, N_("您的身份信息导出申请 %(number)s 号未获批准。"), now=now)
    return asked


def withdraw(actor: Actor, identity_id: int, *, now: datetime) -> IdentityExport:
    """Take back one's own request. Raises NotFound for another's, DomainError once decided."""
    asked = queries.get_asked(identity_id)
    if asked.requested_by != actor.account_id:
        raise NotFound
    _decide(actor, asked, IdentityState.WITHDRAWN, now=now)
    return asked


def keep_people(identity_id: int, people: array[int]) -> None:
    """Keep whose numbers a file holds, packed, with their count."""
    ordered = sorted(set(people))
    for start in range(0, len(ordered), PACKED):
        some = array("q", ordered[start : start + PACKED])
        db.session.add(
            IdentityExportPeople(identity_id=identity_id, first_id=some[0], last_id=some[-1], packed=pack(some))
        )
    db.session.execute(update(IdentityExport).where(IdentityExport.id == identity_id).values(people=len(ordered)))


def _check_requester(account_id: int | None, region: str, now: datetime) -> None:
    """Refuse who may not both export and open identity numbers there."""
    needed = (Permission.EXPORT, Permission.OPEN_IDENTITY)
    if not all(scope_now(account_id or 0, permission, now).covers(region=region) for permission in needed):
        raise Denied("requester", N_("申请人没有在该区划导出完整证件号码的权限。"))


def _decidable(actor: Actor, identity_id: int, now: datetime) -> IdentityExport:
    asked = queries.get_asked(identity_id)
    own = asked.requested_by == actor.account_id
    scope = scope_now(actor.account_id or 0, Permission.APPROVE_EXPORT, now)
    if not own and not scope.covers(region=asked.region_code):
        raise NotFound
    if own:
        raise Denied("own_request", N_("自己的申请须由另一人批准。"))
    return asked


def _decide(
    actor: Actor,
    asked: IdentityExport,
    state: IdentityState,
    *,
    now: datetime,
    reason: str | None = None,
    until: datetime | None = None,
) -> None:
    """Decide a pending request; the statement itself finds out whether somebody was faster."""
    decided = db.session.execute(
        update(IdentityExport)
        .where(IdentityExport.id == asked.id, IdentityExport.state == IdentityState.PENDING)
        .values(state=state, decided_by=actor.account_id, decided_at=now, decision_reason=reason, until=until)
    )
    if not decided.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("decided", N_("这个申请已经处理过了。"))
    db.session.refresh(asked)
    _record(actor, state.value, asked, now=now, reason=reason)


def _record(
    actor: Actor, act: str, asked: IdentityExport, *, now: datetime, reason: str | None = None, **more: object
) -> None:
    audit.record(
        actor,
        f"exchange.identity_{act}",
        "identity_export",
        asked.id,
        now=now,
        region=asked.region_code,
        reason=reason,
        **more,
    )


def _tell(asked: IdentityExport, sentence: str, *, now: datetime) -> None:
    notices.tell(
        asked.requested_by,
        sentence,
        {"number": asked.id},
        key=f"identity-export:{asked.id}:{asked.state}",
        link=f"/office/exports/identity/{asked.id}",
        now=now,
    )
