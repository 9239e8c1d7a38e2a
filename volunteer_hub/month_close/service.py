"""Prepares months, takes the two signatures, and lets a month be closed anew: every change this room makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn, upsert
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.month_close import checking, labels, months, queries, telling
from volunteer_hub.month_close.checking import Checked
from volunteer_hub.month_close.composing import Composed
from volunteer_hub.month_close.models import ClosedDocument, CloseState, MonthClose
from volunteer_hub.month_close.months import Stage
from volunteer_hub.month_close.sealing import Sealed

NOT_FILED = N_("这个月还没有填报，或已经审核，请刷新页面。")
SAME_PERSON = N_("填报人和审核人不能是同一个人，请另一人审核。")


@dataclass(frozen=True)
class Signed:
    """What became of a signature: given, or refused because the figures had changed (and prepared anew)."""

    close: MonthClose
    given: bool


def prepare(composed: Composed, *, now: datetime, actor: Actor) -> MonthClose | None:
    """Keep a draft; None if the month has this version, or one that is open, already.

    The database decides (a unique key, and a partial one for what is open), so that several workers and
    repeated runs make one draft.
    """
    table = table_of(MonthClose)
    close_id = db.session.scalar(
        upsert(db.session, table)
        .values(
            region_code=composed.region_code,
            month=composed.month,
            version=composed.version,
            state=CloseState.DRAFT,
            as_of=composed.as_of,
            prepared_at=now,
            content=composed.content,
            digest=composed.digest,
        )
        .on_conflict_do_nothing()
        .returning(table.c.id)
    )
    if close_id is None:
        return None
    close = db.session.get_one(MonthClose, close_id)
    _record(actor, "prepare", close, now=now)
    if composed.version == 1:
        telling.remind(close, Stage.PREPARED, now=now)
    return close


def refresh(actor: Actor, close_id: int, scope: Scope, composed: Composed, *, now: datetime) -> MonthClose:
    """Replace an open month's figures by those of now; a first signature is thereby taken back.

    Raises NotFound, and DomainError `closed_already`.
    """
    close = in_turn(actor, close_id, scope, now=now)
    if close.state is CloseState.CLOSED:
        raise _closed_already()
    _replace(actor, close, composed, None, now=now)
    return close


def file(actor: Actor, close_id: int, scope: Scope, checked: Checked, *, shown: str, now: datetime) -> Signed:
    """Sign as the first person for the figures that were shown (their sum). What changed is prepared anew instead.

    Raises NotFound, Denied, and DomainError `not_a_draft` and those of `_stands`.
    """
    close = in_turn(actor, close_id, scope, now=now)
    if close.state is not CloseState.DRAFT:
        raise DomainError("not_a_draft", N_("这个月已经有人填报了，请刷新页面。"))
    if not _stands(actor, close, checked, shown, now=now):
        return Signed(close, given=False)
    _move(close, CloseState.DRAFT, state=CloseState.FILED, filed_by=_who(actor), filed_at=now, changes=None)
    _record(actor, "file", close, now=now)
    others = [one for one in queries.list_signers(close.region_code, now) if one != actor.account_id]
    name = {"name": queries.name_of(_who(actor))}
    telling.tell(close, others, labels.FILED, f"filed:{close.digest[:16]}", name, now=now)
    return Signed(close, given=True)


def review(
    actor: Actor, close_id: int, scope: Scope, checked: Checked, sealed: Sealed, *, shown: str, now: datetime
) -> Signed:
    """Sign as the second person, which closes the month. What changed is prepared anew and asked for again.

    Raises NotFound, Denied (`same_person` for who signed first), and DomainError `not_filed`, `moved_on` if
    another month of the division was closed or signed anew meanwhile, and those of `_stands`.
    """
    close = in_turn(actor, close_id, scope, now=now)
    if close.state is not CloseState.FILED:
        raise DomainError("not_filed", NOT_FILED)
    if close.filed_by == actor.account_id:
        raise Denied("same_person", SAME_PERSON)
    if not _stands(actor, close, checked, shown, now=now):
        return Signed(close, given=False)
    last = queries.last_document(close.region_code)
    follows = (last.sha256 if last else None) == sealed.previous_sha256
    if not follows or sealed.digest != close.digest or sealed.signers != (close.filed_by, actor.account_id):
        raise _moved_on()
    _move(close, CloseState.FILED, state=CloseState.CLOSED, reviewed_by=_who(actor), closed_at=now)
    _keep(close, sealed, now=now)
    _record(actor, "close", close, now=now, sha256=sealed.sha256, pdf_sha256=sealed.pdf_sha256)
    name = {"name": queries.name_of(_who(actor))}
    telling.tell(close, [close.filed_by or 0], labels.CLOSED, "closed", name, now=now)
    return Signed(close, given=True)


def record_download(actor: Actor, close: MonthClose, kind: str, *, now: datetime) -> None:
    """Record that somebody took a closed document out: `kind` is pdf or json."""
    _record(actor, "download", close, now=now, kind=kind)


def _stands(actor: Actor, close: MonthClose, checked: Checked, shown: str, *, now: datetime) -> bool:
    """Tell whether the figures shown may be signed; if they have changed, prepare them anew and say False.

    Raises DomainError `other_figures` if the page showed others than are to be signed, and `moved_on` if
    something came while they were looked at again.
    """
    if shown != close.digest or checked.digest != close.digest:
        raise DomainError("other_figures", N_("您看到的数字不是最新的，请刷新页面重新核对。"))
    if checked.latest is not None:
        _replace(actor, close, checked.latest, checked.changes, now=now)
        return False
    if checking.count_arrived(close):
        raise _moved_on()
    return True


def _replace(
    actor: Actor, close: MonthClose, composed: Composed, changes: dict[str, Any] | None, *, now: datetime
) -> None:
    filer = close.filed_by
    close.content, close.digest = composed.content, composed.digest
    close.as_of, close.prepared_at = composed.as_of, now
    close.state, close.filed_by, close.filed_at, close.changes = CloseState.DRAFT, None, None, changes
    db.session.flush()
    _record(actor, "refresh", close, now=now, changed=changes is not None)
    if filer is not None:
        telling.tell(close, [filer], labels.TAKEN_BACK, f"taken-back:{close.digest[:16]}", {}, now=now)


def _move(close: MonthClose, since: CloseState, **values: Any) -> None:
    """Move a month on from a state it must still be in: of two signers at once the second finds it moved."""
    moved = db.session.execute(
        update(MonthClose).where(MonthClose.id == close.id, MonthClose.state == since).values(**values)
    )
    if not moved.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise _moved_on()


def _keep(close: MonthClose, sealed: Sealed, *, now: datetime) -> None:
    db.session.add(
        ClosedDocument(
            close_id=close.id,
            region_code=close.region_code,
            sequence=sealed.sequence,
            document=sealed.document,
            sha256=sealed.sha256,
            previous_sha256=sealed.previous_sha256,
            pdf=sealed.pdf,
            pdf_sha256=sealed.pdf_sha256,
            closed_at=now,
        )
    )
    db.session.flush()


def in_turn(actor: Actor, close_id: int, scope: Scope, *, now: datetime) -> MonthClose:
    """Return a close as it is now, its division's signers taking turns.

    Who may sign is read here once more: the figures were looked at for a while since the page was asked for.
    Raises NotFound outside the scope, and for who has lost the role meanwhile.
    """
    close = queries.get_close(close_id, scope)
    if actor.account_id not in queries.list_signers(close.region_code, now):
        raise NotFound
    take_turn(db.session, f"month-close:{close.region_code}")
    db.session.refresh(close)
    return close


def _who(actor: Actor) -> int:
    if actor.account_id is None:
        raise Denied
    return actor.account_id


def _record(actor: Actor, act: str, close: MonthClose, *, now: datetime, **details: Any) -> None:
    audit.record(
        actor,
        f"month_close.{act}",
        "month_close",
        close.id,
        now=now,
        region=close.region_code,
        month=months.named(close.month),
        version=close.version,
        digest=close.digest,
        **details,
    )


def _closed_already() -> DomainError:
    return DomainError("closed_already", N_("这个月已经月结，不能再改。"))


def _moved_on() -> DomainError:
    return DomainError("moved_on", N_("核对期间数据又有变化，请再试一次。"))
