"""Closing an account, and opening it again: for those who grant roles."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_


def disable(actor: Actor, account: Account, reason: str, *, now: datetime, region: str | None = None) -> None:
    """Close an account: from its next request on it is nobody's, by login or by token.

    Raises Denied for one's own, DomainError without a reason and for the last administrator.
    """
    if actor.account_id == account.id:
        raise Denied("own_account", N_("不能停用自己的账号。"))
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    # Those who close administrators, or revoke them, take turns: two who close one another would leave nobody.
    take_turn(db.session, "administrators")
    db.session.refresh(account, with_for_update=True)
    if account.disabled_at is not None:
        raise DomainError("disabled_already", N_("这个账号已经停用。"))
    had = queries.has_administrator(now)
    account.disabled_at, account.disabled_reason = now, reason.strip()
    db.session.flush()
    if had and not queries.has_administrator(now):
        raise DomainError("last_administrator", N_("这是最后一位管理员，不能停用。"))
    service.end_all_logins(account.id, now=now)
    audit.record(
        actor, "accounts.disable", "account", account.id, now=now, region=region, reason=account.disabled_reason
    )


def enable(actor: Actor, account: Account, *, now: datetime, region: str | None = None) -> None:
    """Open a closed account again, with the roles and tokens it still holds. Raises Denied for one's own."""
    if actor.account_id == account.id:
        raise Denied("own_account", N_("不能停用自己的账号。"))
    db.session.refresh(account, with_for_update=True)
    if account.disabled_at is None:
        raise DomainError("not_disabled", N_("这个账号没有停用。"))
    account.disabled_at = account.disabled_reason = None
    db.session.flush()
    audit.record(actor, "accounts.enable", "account", account.id, now=now, region=region)
