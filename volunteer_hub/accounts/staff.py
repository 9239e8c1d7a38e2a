"""Accounts that work here: who holds what, and giving it within what the giver holds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from volunteer_hub.accounts import passwords, queries, service, subtrees
from volunteer_hub.accounts.models import (
    Account,
    ApiToken,
    Role,
    RoleGrant,
    ScopeKind,
    SignInKind,
    SignInName,
    TokenKind,
)
from volunteer_hub.accounts.roles import FITS, HELD, Grant, may_grant
from volunteer_hub.accounts.subtrees import Subtree
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_

#: Read aloud and typed without mistakes: no 0 o 1 i l.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class HeldGrant:
    """A live grant with the name of its subtree, and whether the asker may take it back."""

    grant: RoleGrant
    place: str
    is_ours: bool


@dataclass(frozen=True)
class StaffMember:
    """An account with those of its live grants that the asker may see."""

    account: Account
    grants: list[HeldGrant]
    #: True where the asker may give everything the account holds, and so may act on the account itself.
    is_ours: bool
    #: False for a volunteer who holds a role.
    is_staff: bool


@dataclass(frozen=True)
class Gift:
    """What is to be given: a role on a subtree, until an instant or for good."""

    role: Role
    kind: ScopeKind
    place: str
    expires_at: datetime | None = None


def page_staff(
    held: Sequence[Grant], words: str, number: int, *, now: datetime, disabled: bool = False
) -> Page[StaffMember]:
    """Return the accounts that hold a role where the asker grants, by name; or those of them that are closed."""
    is_closed = Account.disabled_at.is_not(None) if disabled else Account.disabled_at.is_(None)
    statement = select(Account).where(_visible(held, now), is_closed)
    if words.strip():
        statement = statement.where(Account.display_name.contains(words.strip(), autoescape=True))
    page: Page[Account] = page_of(db.session, statement.order_by(Account.display_name, Account.id), number, 30)
    grants, named = _grants_of([account.id for account in page.items], now)
    return page.map(lambda account: _member(held, account, grants, named))


def get_staff(held: Sequence[Grant], account_id: int, *, now: datetime) -> StaffMember:
    """Return one account. Raises NotFound where the asker grants nothing that it holds."""
    account = db.session.scalar(select(Account).where(Account.id == account_id, _visible(held, now)))
    if account is None:
        raise NotFound
    return _member(held, account, *_grants_of([account.id], now))


def list_tokens(account_id: int) -> list[ApiToken]:
    """Return an account's tokens that are not revoked, newest first."""
    return list(
        db.session.scalars(
            select(ApiToken)
            .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
            .order_by(ApiToken.id.desc())
        )
    )


def create(
    actor: Actor, held: Sequence[Grant], display_name: str, sign_in_name: str, gift: Gift, *, now: datetime
) -> tuple[Account, str]:
    """Create an account for a member of staff with its first role; the password is returned once and not kept.

    Raises DomainError at the field at fault, and Denied beyond what the asker may give.
    """
    password = new_password()
    account = service.create_account(
        display_name.strip(), password, {SignInKind.STAFF_NAME: sign_in_name.strip()}, now=now
    )
    audit.record(actor, "accounts.create", "account", account.id, now=now)
    give(actor, held, account.id, gift, now=now)
    return account, password


def find_one(typed: str) -> Account:
    """Return the account that signs in with what was typed. Raises DomainError at `account`."""
    found = queries.list_by_sign_in_name(typed)
    if not found:
        raise DomainError("account_unknown", N_("没有用这个登录名、编号或手机号的账号。"), field="account")
    if len(found) > 1:
        raise DomainError("account_ambiguous", N_("这个手机号下有多个账号，请填志愿者编号。"), field="account")
    return found[0]


def give(actor: Actor, held: Sequence[Grant], account_id: int, gift: Gift, *, now: datetime) -> RoleGrant:
    """Give a role on a subtree. Raises DomainError at the field at fault, Denied beyond what the asker may give."""
    if gift.kind not in FITS[gift.role]:
        raise DomainError("scope_does_not_fit", N_("这个角色不能授在这种范围上。"), field="kind")
    tree = subtrees.find(gift.kind, gift.place)
    if not may_grant(held, gift.role, tree.kind, tree.value, tree.region_code):
        raise DomainError("beyond_own_scope", N_("您只能在自己的范围内授予这个角色。"), field="place")
    twin = and_(RoleGrant.role == gift.role, RoleGrant.scope_kind == tree.kind, RoleGrant.scope_value == tree.value)
    if db.session.scalar(select(RoleGrant.id).where(RoleGrant.account_id == account_id, twin, _live(now))):
        raise DomainError("held_already", N_("此人已有这个授权。"), field="place")
    return service.grant(actor, account_id, gift.role, tree.kind, tree.value, now=now, expires_at=gift.expires_at)


def take_back(actor: Actor, held: Sequence[Grant], grant_id: int, *, now: datetime) -> int:
    """Revoke a grant that the asker might have given; return whose it was. Raises NotFound for any other."""
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or not _may(held, grant, subtrees.name_all([(grant.scope_kind, grant.scope_value)])):
        raise NotFound
    service.revoke(actor, grant_id, now=now)
    return grant.account_id


def reset_password(actor: Actor, held: Sequence[Grant], account_id: int, *, now: datetime) -> str:
    """Give a member of staff a new password. Raises Denied for an account the asker may not act for."""
    return replace_password(actor, _ours(actor, held, account_id, now).account, now=now)


def replace_password(actor: Actor, account: Account, *, now: datetime, region: str | None = None) -> str:
    """Give an account a new password, ending every login and token; it is returned once and not kept.

    Whether the asker may do that is asked by the caller: for staff above, for a volunteer who stands at
    a desk with a document by the room that knows where volunteers live. `region` is the division whose
    auditor reads of it.
    """
    password = new_password()
    account.password_hash = passwords.hash_password(password)
    service.end_all_logins(account.id, now=now)
    service.revoke_all_tokens(account.id, now=now)
    audit.record(actor, "accounts.reset_password", "account", account.id, now=now, region=region)
    return password


def issue_token(
    actor: Actor,
    held: Sequence[Grant],
    account_id: int,
    kind: TokenKind,
    name: str,
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Issue a token that holds what the account holds, which the asker must be able to give; shown once."""
    _ours(actor, held, account_id, now)
    return service.issue_token(actor, account_id, kind, name.strip(), now=now, expires_at=expires_at)[1]


def revoke_token(actor: Actor, held: Sequence[Grant], account_id: int, token_id: int, *, now: datetime) -> None:
    """Revoke one of an account's tokens."""
    _ours(actor, held, account_id, now)
    service.revoke_token(actor, account_id, token_id, now=now)


def get_disposable(held: Sequence[Grant], account_id: int, *, now: datetime) -> Account:
    """Return an account that holds nothing the asker could not give. Raises NotFound, and Denied for any other."""
    member = get_staff(held, account_id, now=now)
    if not member.is_ours:
        raise Denied("beyond_own_scope", N_("此账号的权限超出您的授权范围，不能替它操作。"))
    return member.account


def may_act_for(held: Sequence[Grant], account_id: int, *, now: datetime) -> bool:
    """Tell whether an account holds nothing that the asker could not give; a volunteer's most often holds nothing."""
    grants, named = _grants_of([account_id], now)
    return all(_may(held, grant, named) for grant in grants)


def new_password() -> str:
    """Return a random password of twelve letters in three groups: 59 bits, easy to read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _ours(actor: Actor, held: Sequence[Grant], account_id: int, now: datetime) -> StaffMember:
    """Return an account the asker may act for: one's own, or one that holds nothing the asker could not give.

    Never a volunteer's: its pages are that person's own, whatever role it holds beside.
    """
    member = get_staff(held, account_id, now=now)
    if not member.is_staff:
        raise Denied("not_staff", N_("这是志愿者本人的账号，不能替本人操作。"))
    if not member.is_ours and account_id != actor.account_id:
        raise Denied("beyond_own_scope", N_("此账号的权限超出您的授权范围，不能替它操作。"))
    return member


def _live(now: datetime) -> ColumnElement[bool]:
    return and_(RoleGrant.revoked_at.is_(None), or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > now))


def _visible(held: Sequence[Grant], now: datetime) -> ColumnElement[bool]:
    """Return the condition on Account: it holds something where the asker grants; anywhere, all staff."""
    reaches = [(kind, value) for role, kind, value in held if Permission.GRANT_ROLES in HELD[role]]
    has_grant = exists().where(RoleGrant.account_id == Account.id, _live(now))
    if any(kind is ScopeKind.EVERYTHING for kind, _ in reaches):
        is_staff = exists().where(SignInName.account_id == Account.id, SignInName.kind == SignInKind.STAFF_NAME)
        return or_(has_grant, is_staff)
    return has_grant.where(_inside(reaches, now)) if reaches else ~true()


def _inside(reaches: list[tuple[ScopeKind, str]], now: datetime) -> ColumnElement[bool]:
    """Return the condition on RoleGrant: its subtree lies in one of the reaches."""
    ways: list[ColumnElement[bool]] = [
        and_(RoleGrant.scope_kind == kind, RoleGrant.scope_value.like(f"{value}%")) for kind, value in reaches
    ]
    prefixes = tuple(value for kind, value in reaches if kind is ScopeKind.REGION)
    if prefixes:
        rows = db.session.execute(
            select(RoleGrant.scope_kind, RoleGrant.scope_value)
            .where(RoleGrant.scope_kind.in_((ScopeKind.STATION, ScopeKind.TEAM)), _live(now))
            .distinct()
        )
        for (kind, value), tree in subtrees.name_all([(kind, value) for kind, value in rows]).items():
            if tree.region_code and tree.region_code.startswith(prefixes):
                ways.append(and_(RoleGrant.scope_kind == kind, RoleGrant.scope_value == value))
    return or_(*ways)


Named = dict[tuple[ScopeKind, str], Subtree]


def _grants_of(account_ids: list[int], now: datetime) -> tuple[list[RoleGrant], Named]:
    grants = list(
        db.session.scalars(
            select(RoleGrant).where(RoleGrant.account_id.in_(account_ids), _live(now)).order_by(RoleGrant.id)
        )
    )
    return grants, subtrees.name_all([(grant.scope_kind, grant.scope_value) for grant in grants])


def _member(held: Sequence[Grant], account: Account, grants: list[RoleGrant], named: Named) -> StaffMember:
    own = [grant for grant in grants if grant.account_id == account.id]
    shown = [
        HeldGrant(grant, _place(grant, named), _may(held, grant, named)) for grant in own if _sees(held, grant, named)
    ]
    ours = all(_may(held, grant, named) for grant in own) and bool(own or _grants_everywhere(held))
    return StaffMember(account, shown, ours, _is_staff(account.id))


def _is_staff(account_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(SignInName.id).where(SignInName.account_id == account_id, SignInName.kind == SignInKind.STAFF_NAME)
        )
    )


def _place(grant: RoleGrant, named: Named) -> str:
    tree = named.get((grant.scope_kind, grant.scope_value))
    return tree.name if tree else grant.scope_value


def _may(held: Sequence[Grant], grant: RoleGrant, named: Named) -> bool:
    tree = named.get((grant.scope_kind, grant.scope_value))
    return may_grant(held, grant.role, grant.scope_kind, grant.scope_value, tree.region_code if tree else None)


def _sees(held: Sequence[Grant], grant: RoleGrant, named: Named) -> bool:
    """Tell whether a grant lies where the asker grants something, if not this very role."""
    tree = named.get((grant.scope_kind, grant.scope_value))
    return may_grant(held, Role.SCANNER, grant.scope_kind, grant.scope_value, tree.region_code if tree else None)


def _grants_everywhere(held: Sequence[Grant]) -> bool:
    return any(kind is ScopeKind.EVERYTHING and role is Role.ADMINISTRATOR for role, kind, _ in held)
