"""What becomes of the second account of a person who had registered twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from volunteer_hub.accounts import service
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import tokens
from volunteer_hub.core.db import db


def give_up(account_id: int, leads_to_id: int | None, reason: str, *, now: datetime) -> dict[str, Any]:
    """End an account's own life: its names and password sign in to another, or to nothing.

    Its logins and tokens end at once. Return how it was, for `take_up`.
    """
    account = db.session.get_one(Account, account_id, populate_existing=True)
    before = {
        "id": account.id,
        "leads_to_id": account.leads_to_id,
        "was_disabled": account.disabled_at is not None,
        "disabled_reason": account.disabled_reason,
        "password": _mark(account),
    }
    account.leads_to_id = leads_to_id
    if leads_to_id is None and account.disabled_at is None:
        account.disabled_at, account.disabled_reason = now, reason
    service.end_all_logins(account.id, now=now)
    service.revoke_all_tokens(account.id, now=now)
    db.session.flush()
    return before


def take_up(before: dict[str, Any], *, now: datetime) -> None:
    """Give an account its own life back, as `give_up` found it.

    A password that was changed meanwhile was chosen at the other account, maybe by somebody else: it is gone, and
    the desk has slips for a new one.
    """
    account = db.session.get_one(Account, before["id"], populate_existing=True)
    account.leads_to_id = before["leads_to_id"]
    if not before["was_disabled"]:
        account.disabled_at = None
    account.disabled_reason = before["disabled_reason"]
    if before.get("password", _mark(account)) != _mark(account):
        account.password_hash = None
    service.end_all_logins(account.id, now=now)
    db.session.flush()


def _mark(account: Account) -> str:
    return tokens.digest(account.password_hash or "")
