"""Reads accounts, logins, grants and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account, ApiToken, Login, Role, RoleGrant, ScopeKind, SignInName, TokenKind
from volunteer_hub.accounts.roles import Grant
from volunteer_hub.core import crypto
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.spelling import fold

#: Of accounts that lead to one another; a circle ends here.
LONGEST_CHAIN = 5


@dataclass(frozen=True)
class Bearer:
    """What one statement tells about a login or a token: whose it is, and what they hold."""

    account_id: int
    display_name: str
    #: The login's id or the token's.
    holder_id: int
    grants: tuple[Grant, ...]
    #: True for a scanner's token: it may scan and nothing else, whatever its account holds.
    only_scans: bool = False
    #: The station whose kiosk this browser shows, and nothing else.
    kiosk_station_id: int | None = None
    #: By which link this browser acts for somebody, if the link still holds.
    acting_link_id: int | None = None


_live = and_(
    RoleGrant.account_id == Account.id,
    RoleGrant.revoked_at.is_(None),
    or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > bindparam("now")),
)
_GRANT_COLUMNS = (RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_value)
_BY_LOGIN = (
    select(Account.id, Account.display_name, Login.id, *_GRANT_COLUMNS, Login.kiosk_station_id, Login.acting_link_id)
    .join(Login, Login.account_id == Account.id)
    .outerjoin(RoleGrant, _live)
    .where(
        Login.token_digest == bindparam("digest"),
        Login.ended_at.is_(None),
        Login.expires_at > bindparam("now"),
        Account.disabled_at.is_(None),
    )
)
_BY_TOKEN = (
    select(Account.id, Account.display_name, ApiToken.id, *_GRANT_COLUMNS, ApiToken.kind)
    .join(ApiToken, ApiToken.account_id == Account.id)
    .outerjoin(RoleGrant, _live)
    .where(
        ApiToken.token_digest == bindparam("digest"),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now")),
        Account.disabled_at.is_(None),
    )
)


def find_by_login(digest: str, now: datetime) -> Bearer | None:
    """Return who is behind a login cookie, with live grants, in one statement."""
    return _bearer(_BY_LOGIN, digest, now)


def find_by_token(digest: str, now: datetime) -> Bearer | None:
    """Return who is behind an API token, with live grants, in one statement."""
    return _bearer(_BY_TOKEN, digest, now, is_token=True)


def _bearer(statement: object, digest: str, now: datetime, *, is_token: bool = False) -> Bearer | None:
    rows = db.session.connection().execute(statement, {"digest": digest, "now": now}).all()  # type: ignore[call-overload]  # both are SELECTs with bound values
    if not rows:
        return None
    account_id, name, holder_id = rows[0][:3]
    grants = tuple(tuple(row[3:6]) for row in rows if row[3] is not None)
    if is_token:
        return Bearer(account_id, name, holder_id, grants, only_scans=rows[0][6] is TokenKind.DEVICE)
    return Bearer(account_id, name, holder_id, grants, kiosk_station_id=rows[0][6], acting_link_id=rows[0][7])


def sign_in_index(typed: str) -> str:
    """Return the keyed hash under which a typed sign-in name is looked up.

    Case, spaces, hyphens, full-width letters and the +86 of a mobile do not matter.
    """
    return crypto.blind_index("sign-in-name", fold(typed).upper())


def list_by_sign_in_name(typed: str) -> list[Account]:
    """Return the live accounts that sign in with this name: one, or a family's few behind one mobile."""
    return list(
        db.session.scalars(
            select(Account)
            .join(SignInName)
            .where(SignInName.name_index == sign_in_index(typed), Account.disabled_at.is_(None))
            .order_by(Account.id)
            .limit(8)
        )
    )


def find_led_to(account: Account) -> Account | None:
    """Return the account that is signed in to by this one's name and password; None where that is closed."""
    for _ in range(LONGEST_CHAIN):
        if account.leads_to_id is None:
            break
        account = get_account(account.leads_to_id)
    return account if account.disabled_at is None else None


def get_account(account_id: int) -> Account:
    """Return an account or raise NotFound."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def list_logins(account_id: int, now: datetime) -> list[Login]:
    """Return an account's live logins, newest first."""
    return list(
        db.session.scalars(
            select(Login)
            .where(Login.account_id == account_id, Login.ended_at.is_(None), Login.expires_at > now)
            .order_by(Login.created_at.desc())
        )
    )


def list_grants(account_id: int, now: datetime) -> list[Grant]:
    """Return an account's live grants."""
    rows = db.session.execute(
        select(*_GRANT_COLUMNS).select_from(Account).join(RoleGrant, _live).where(Account.id == account_id),
        {"now": now},
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]  # rows of the three columns


def has_administrator(now: datetime) -> bool:
    """Tell whether anybody can administer all of this deployment at an instant; one region's is not enough."""
    grant = aliased(RoleGrant)
    return bool(
        db.session.scalar(
            select(func.count())
            .select_from(Account)
            .join(grant, grant.account_id == Account.id)
            .where(
                grant.role == Role.ADMINISTRATOR,
                grant.scope_kind == ScopeKind.EVERYTHING,
                or_(grant.expires_at.is_(None), grant.expires_at > now),
                grant.revoked_at.is_(None),
                Account.disabled_at.is_(None),
            )
        )
    )
