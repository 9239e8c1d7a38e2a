"""Reads closes, their documents, who may sign, and which divisions are closed each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from volunteer_hub.accounts.models import Account, RoleGrant, ScopeKind
from volunteer_hub.accounts.roles import HELD
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope, region_prefix
from volunteer_hub.month_close.models import ClosedDocument, CloseState, MonthClose, Reopening
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region

SIGNING = tuple(role for role, held in HELD.items() if Permission.SIGN_FIGURES in held)


@dataclass(frozen=True)
class Signers:
    """Who signed, by name; None where nobody did."""

    filed: str | None
    reviewed: str | None


def get_close(close_id: int, scope: Scope) -> MonthClose:
    """Return a close inside the scope. Raises NotFound."""
    inside = scope.where(region=MonthClose.region_code)
    close = db.session.scalar(select(MonthClose).where(MonthClose.id == close_id, inside))
    if close is None:
        raise NotFound
    return close


def get_document(close_id: int, scope: Scope) -> ClosedDocument:
    """Return what a close left behind. Raises NotFound outside the scope and for a month that is still open."""
    get_close(close_id, scope)
    document = db.session.get(ClosedDocument, close_id)
    if document is None:
        raise NotFound
    return document


def find_document(close_id: int) -> ClosedDocument | None:
    """Return the document of a close, if it is closed."""
    return db.session.get(ClosedDocument, close_id)


def list_regions(scope: Scope) -> list[Region]:
    """Return the divisions inside the scope of which months are closed, by code."""
    statement = select(Region).where(Region.code.in_(select(MonthClose.region_code)), scope.where(region=Region.code))
    return list(db.session.scalars(statement.order_by(Region.code)))


def list_closes(region_code: str) -> list[MonthClose]:
    """Return every version of every month of a division, the latest first."""
    order = (MonthClose.month.desc(), MonthClose.version.desc())
    return list(db.session.scalars(select(MonthClose).where(MonthClose.region_code == region_code).order_by(*order)))


def current_closes(region_code: str, *, at: datetime, before: date | None = None) -> list[MonthClose]:
    """Return the version in force at an instant of each closed month (before one, if named), earliest first."""
    conditions = [MonthClose.region_code == region_code, MonthClose.closed_at <= at]
    if before is not None:
        conditions.append(MonthClose.month < before)
    rows = db.session.scalars(select(MonthClose).where(*conditions).order_by(MonthClose.month, MonthClose.version))
    return list({row.month: row for row in rows}.values())


def in_force(close: MonthClose, *, at: datetime) -> bool:
    """Tell whether a close is the latest closed version of its month."""
    later = select(MonthClose.id).where(
        MonthClose.region_code == close.region_code,
        MonthClose.month == close.month,
        MonthClose.version > close.version,
        MonthClose.closed_at <= at,
    )
    return close.closed_at is not None and db.session.scalar(later.limit(1)) is None


def last_document(region_code: str) -> ClosedDocument | None:
    """Return the document a division's next one is chained to."""
    statement = select(ClosedDocument).where(ClosedDocument.region_code == region_code)
    return db.session.scalar(statement.order_by(ClosedDocument.sequence.desc()).limit(1))


def latest_month(region_code: str) -> date | None:
    """Return the last month of a division of which there is a draft or more."""
    return db.session.scalar(select(func.max(MonthClose.month)).where(MonthClose.region_code == region_code))


def list_open() -> list[MonthClose]:
    """Return every month that waits for a signature."""
    waiting = MonthClose.state != CloseState.CLOSED
    return list(db.session.scalars(select(MonthClose).where(waiting).order_by(MonthClose.id)))


def get_signers(close: MonthClose) -> Signers:
    """Return the names of who signed, as their accounts say now; a closed document keeps them as they were."""
    wanted = [one for one in (close.filed_by, close.reviewed_by) if one is not None]
    found = db.session.execute(select(Account.id, Account.display_name).where(Account.id.in_(wanted)))
    names = {row.id: row.display_name for row in found}
    return Signers(names.get(close.filed_by or 0), names.get(close.reviewed_by or 0))


def name_of(account_id: int) -> str:
    """Return an account's name."""
    return db.session.get_one(Account, account_id).display_name


def list_reopenings(close_ids: Sequence[int]) -> list[Reopening]:
    """Return the requests to close these anew, earliest first."""
    return list(db.session.scalars(select(Reopening).where(Reopening.close_id.in_(close_ids)).order_by(Reopening.id)))


def find_waiting(close_id: int) -> Reopening | None:
    """Return the request about a close that nobody has decided, if there is one."""
    return db.session.scalar(select(Reopening).where(Reopening.close_id == close_id, Reopening.decided_at.is_(None)))


def find_granted(region_code: str, month: date, version: int) -> tuple[MonthClose, Reopening] | None:
    """Return the close that a version takes the place of, and the request that was granted for it."""
    statement = (
        select(MonthClose, Reopening)
        .join(Reopening, and_(Reopening.close_id == MonthClose.id, Reopening.is_granted.is_(True)))
        .where(MonthClose.region_code == region_code, MonthClose.month == month, MonthClose.version == version - 1)
        .order_by(Reopening.id.desc())
    )
    row = db.session.execute(statement.limit(1)).first()
    return (row[0], row[1]) if row else None


def list_signers(region_code: str, now: datetime) -> list[int]:
    """Return the accounts that may sign for a division at an instant."""
    prefix = region_prefix(region_code)
    above = [prefix[:length] for length in range(2, len(prefix) + 1)]
    covers = or_(
        RoleGrant.scope_kind == ScopeKind.EVERYTHING,
        and_(RoleGrant.scope_kind == ScopeKind.REGION, RoleGrant.scope_value.in_(above)),
    )
    statement = select(Account.id).join(RoleGrant).where(*_live(now), covers)
    return list(db.session.scalars(statement.distinct().order_by(Account.id)))


def list_responsible(home: str, now: datetime) -> list[str]:
    """Return the codes of the divisions closed each month: the deployment's home, and each one's that may sign."""
    prefixes = db.session.scalars(
        select(RoleGrant.scope_value)
        .join(Account)
        .where(*_live(now), RoleGrant.scope_kind == ScopeKind.REGION)
        .distinct()
    )
    found = [regions.home_region(home), *(regions.find_region(prefix) for prefix in prefixes)]
    return sorted({region.code for region in found if region is not None})


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        RoleGrant.role.in_(SIGNING),
        RoleGrant.revoked_at.is_(None),
        or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > now),
        Account.disabled_at.is_(None),
    )
