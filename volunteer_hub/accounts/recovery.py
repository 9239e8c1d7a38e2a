"""A one-time code on paper, given at a desk to who lost the way in, and the new password it is good for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from volunteer_hub.accounts import passwords, service, staff
from volunteer_hub.accounts.models import Account, RecoveryCode
from volunteer_hub.accounts.roles import Grant
from volunteer_hub.audit import service as audit
from volunteer_hub.core import tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.text import N_

GOOD_FOR = timedelta(hours=24)
#: What a wrong code is kept under for the throttle: the same for everybody, so that an address guesses few.
THROTTLED_AS = "recovery code"


def give_code(
    actor: Actor, held: Sequence[Grant], account: Account, *, now: datetime, region: str | None = None
) -> tuple[str, datetime]:
    """Return a code and until when it is good; every login ends at once, and an earlier code is dead.

    The code is kept nowhere. Raises Denied for one's own account, and for one that holds what the giver could
    not give: a desk must not open the door to an office.
    """
    if actor.account_id is None or account.id == actor.account_id:
        raise Denied("own_account", N_("不能给自己的账号办理，请由另一位工作人员办理。"))
    if not staff.may_act_for(held, account.id, now=now):
        raise Denied("beyond_own_scope", N_("此账号的权限超出您的授权范围，不能替它操作。"))
    db.session.get_one(Account, account.id, with_for_update=True, populate_existing=True)
    db.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.ended_at.is_(None))
        .values(ended_at=now)
    )
    code = staff.new_password()
    until = now + GOOD_FOR
    db.session.add(
        RecoveryCode(
            account_id=account.id,
            code_digest=tokens.digest(plain(code)),
            created_at=now,
            created_by=actor.account_id,
            expires_at=until,
        )
    )
    service.end_all_logins(account.id, now=now)
    service.revoke_all_tokens(account.id, now=now)
    audit.record(actor, "accounts.give_recovery_code", "account", account.id, now=now, region=region)
    db.session.flush()
    return code, until


def use_code(code: str, password: str, *, now: datetime) -> Account:
    """Set a new password with a code, once, and return the account.

    Spent by one compare-and-set, so that of two at once one wins. Raises DomainError at `code`, the same for
    one that is wrong, spent or too old; and for a weak password, which spends nothing.
    """
    hashed = passwords.hash_password(password)
    digest = tokens.digest(plain(code))
    spent = db.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.code_digest == digest, RecoveryCode.ended_at.is_(None), RecoveryCode.expires_at > now)
        .values(ended_at=now, used_at=now)
        .execution_options(synchronize_session=False)
    )
    if not spent.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("code_wrong", N_("凭条上的代码不对，或已经用过、过期。"), field="code")
    account = db.session.scalars(select(Account).join(RecoveryCode).where(RecoveryCode.code_digest == digest)).one()
    # What leads here would else still open the account with the password that was lost.
    for one in (account, *db.session.scalars(select(Account).where(Account.leads_to_id == account.id))):
        one.password_hash = hashed
    service.end_all_logins(account.id, now=now)
    audit.record(
        Actor(account.id, account.display_name), "accounts.use_recovery_code", "account", account.id, now=now
    )
    db.session.flush()
    return account


def plain(code: str) -> str:
    """Return a code as it was given, however it was typed."""
    return "".join(sign for sign in code.lower() if sign.isalnum())
