"""Signs people in and out, grants roles, issues tokens."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from volunteer_hub.accounts import passwords, queries
from volunteer_hub.accounts.models import (
    Account,
    ApiToken,
    FailedSignIn,
    Login,
    RecoveryCode,
    Role,
    RoleGrant,
    ScopeKind,
    SetupToken,
    SignInKind,
    SignInName,
    TokenKind,
)
from volunteer_hub.audit import service as audit
from volunteer_hub.core import crypto, tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_

THROTTLE_WINDOW = timedelta(minutes=15)
#: From one address against one name, and against all names. A stranger elsewhere cannot lock the owner out.
TRIES_PER_NAME_AND_ADDRESS = 5
TRIES_PER_ADDRESS = 50
LOGIN_LIFETIME = timedelta(days=30)
STAFF_LOGIN_LIFETIME = timedelta(hours=12)
SETUP_LIFETIME = timedelta(minutes=30)


def create_account(
    display_name: str,
    password: str | None,
    names: dict[SignInKind, str],
    *,
    now: datetime,
    demonstration: bool = False,
) -> Account:
    """Create an account that signs in with the given names. Raises DomainError for a weak password."""
    account = Account(
        display_name=display_name,
        password_hash=passwords.hash_password(password) if password else None,
        created_at=now,
        is_demonstration=demonstration,
    )
    db.session.add(account)
    db.session.flush()
    for kind, typed in names.items():
        index = queries.sign_in_index(typed)
        if kind is not SignInKind.MOBILE and db.session.scalar(
            select(SignInName.id).where(SignInName.name_index == index, SignInName.kind != SignInKind.MOBILE)
        ):
            raise DomainError("name_taken", N_("这个登录名已被使用。"), field="sign_in_name")
        db.session.add(SignInName(account_id=account.id, kind=kind, name_index=index))
    db.session.flush()
    return account


def change_sign_in_name(account_id: int, kind: SignInKind, typed: str) -> None:
    """Let an account sign in with another name of a kind, in place of the old one; a new kind is added."""
    held = db.session.scalar(select(SignInName).where(SignInName.account_id == account_id, SignInName.kind == kind))
    if held is None:
        db.session.add(SignInName(account_id=account_id, kind=kind, name_index=queries.sign_in_index(typed)))
    else:
        held.name_index = queries.sign_in_index(typed)
    db.session.flush()


def too_many_failures(typed: str, address: str, *, now: datetime) -> bool:
    """Tell whether this address has failed too often lately, with this name or at all."""
    since = now - THROTTLE_WINDOW
    place = crypto.blind_index("address", address)
    total, with_name = db.session.execute(
        select(
            func.count(),
            func.count().filter(FailedSignIn.name_index == queries.sign_in_index(typed)),
        ).where(FailedSignIn.address_index == place, FailedSignIn.at > since)
    ).one()
    return total >= TRIES_PER_ADDRESS or with_name >= TRIES_PER_NAME_AND_ADDRESS


def remember_failure(typed: str, address: str, *, now: datetime) -> None:
    """Keep a failed attempt for the throttle, and forget those that no longer count."""
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - 4 * THROTTLE_WINDOW))
    db.session.add(
        FailedSignIn(
            name_index=queries.sign_in_index(typed),
            address_index=crypto.blind_index("address", address),
            at=now,
        )
    )


def check_password(typed: str, password: str) -> Account:
    """Return the account. Raises DomainError `wrong_sign_in`, the same whether the name or the password is wrong.

    An account that leads to another is signed in to there.
    """
    candidates = queries.list_by_sign_in_name(typed)
    opened = [
        queries.find_led_to(account) for account in candidates if passwords.matches(account.password_hash, password)
    ]
    fitting = list({account.id: account for account in opened if account is not None}.values())
    if not candidates:
        passwords.matches(None, password)
    if len(fitting) > 1:
        raise DomainError(
            "ambiguous_sign_in",
            N_("这个手机号下有多个账号使用相同密码，请改用志愿者编号登录。"),
            field="name",
        )
    if not fitting:
        raise DomainError("wrong_sign_in", N_("登录名或密码不对。"), field="password")
    return fitting[0]


def open_login(account: Account, browser: str, *, now: datetime) -> str:
    """Start a login and return its secret, of which only the digest is kept. Staff logins end sooner."""
    secret = tokens.new_secret()
    staff = bool(queries.list_grants(account.id, now))
    db.session.add(
        Login(
            account_id=account.id,
            token_digest=tokens.digest(secret),
            created_at=now,
            expires_at=now + (STAFF_LOGIN_LIFETIME if staff else LOGIN_LIFETIME),
            browser=browser[:200],
        )
    )
    db.session.flush()
    return secret


def end_login(account_id: int, login_id: int, *, now: datetime) -> None:
    """End one of the account's own logins."""
    db.session.execute(
        update(Login)
        .where(Login.id == login_id, Login.account_id == account_id, Login.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all_logins(account_id: int, *, now: datetime) -> None:
    """Sign out everywhere."""
    db.session.execute(
        update(Login).where(Login.account_id == account_id, Login.ended_at.is_(None)).values(ended_at=now)
    )


def revoke_all_tokens(account_id: int, *, now: datetime) -> None:
    """Revoke every token of an account, as when its password had to be replaced for it."""
    db.session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def change_password(account: Account, old: str, new: str, *, now: datetime) -> None:
    """Change the password and end every login. Raises DomainError at the field at fault."""
    leading = db.session.scalars(select(Account).where(Account.leads_to_id == account.id)).all()
    if not any(passwords.matches(one.password_hash, old) for one in (account, *leading)):
        raise DomainError("wrong_password", N_("原密码不对。"), field="old_password")
    for one in (account, *leading):
        one.password_hash = passwords.hash_password(new)
    end_all_logins(account.id, now=now)


def grant(
    actor: Actor,
    account_id: int,
    role: Role,
    kind: ScopeKind,
    value: str,
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> RoleGrant:
    """Give a role on a subtree; leaves a row in the trail. A slip for a new password ends: it was given for less."""
    slips = update(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.ended_at.is_(None))
    db.session.execute(slips.values(ended_at=now))
    given = RoleGrant(
        account_id=account_id,
        role=role,
        scope_kind=kind,
        scope_value=value,
        granted_at=now,
        granted_by=actor.label,
        expires_at=expires_at,
    )
    db.session.add(given)
    db.session.flush()
    audit.record(
        actor, "accounts.grant", "account", account_id, now=now, role=role.value, scope=kind.value, value=value
    )
    return given


def revoke(actor: Actor, grant_id: int, *, now: datetime) -> None:
    """Take a role back. Raises NotFound; the last administrator cannot be revoked.

    Those who revoke administrators take turns: two who revoke one another would leave nobody.
    """
    held = db.session.get(RoleGrant, grant_id)
    if held is None or held.revoked_at is not None:
        raise NotFound
    held.revoked_at = now
    db.session.flush()
    if held.role is Role.ADMINISTRATOR and held.scope_kind is ScopeKind.EVERYTHING:
        take_turn(db.session, "administrators")
        if not queries.has_administrator(now):
            raise DomainError("last_administrator", N_("这是最后一位管理员，不能收回授权。"))
    audit.record(
        actor,
        "accounts.revoke",
        "account",
        held.account_id,
        now=now,
        role=held.role.value,
        scope=held.scope_kind.value,
        value=held.scope_value,
    )


def issue_token(
    actor: Actor,
    account_id: int,
    kind: TokenKind,
    name: str,
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Issue a token that holds what its account holds; the secret is returned once and not kept."""
    secret = tokens.new_secret()
    token = ApiToken(
        account_id=account_id,
        kind=kind,
        name=name,
        token_digest=tokens.digest(secret),
        created_at=now,
        expires_at=expires_at,
    )
    db.session.add(token)
    db.session.flush()
    audit.record(actor, "accounts.issue_token", "api_token", token.id, now=now, name=name, kind=kind.value)
    return token, secret


def revoke_token(actor: Actor, account_id: int, token_id: int, *, now: datetime) -> None:
    """Revoke one of an account's tokens; it is refused from its next request on."""
    token = db.session.get(ApiToken, token_id)
    if token is None or token.account_id != account_id or token.revoked_at is not None:
        raise NotFound
    token.revoked_at = now
    audit.record(actor, "accounts.revoke_token", "api_token", token.id, now=now, name=token.name)


def offer_setup(*, now: datetime) -> str | None:
    """Return a fresh one-time setup secret if there is no administrator yet, else None. Earlier ones die."""
    if queries.has_administrator(now):
        return None
    db.session.execute(delete(SetupToken).where(SetupToken.used_at.is_(None)))
    secret = tokens.new_secret()
    db.session.add(SetupToken(token_digest=tokens.digest(secret), created_at=now, expires_at=now + SETUP_LIFETIME))
    return secret


def set_up(secret: str, display_name: str, sign_in_name: str, password: str, *, now: datetime) -> Account:
    """Make the first administrator. The token is spent by one compare-and-set, so two posts make one account."""
    spent = db.session.execute(
        update(SetupToken)
        .where(
            SetupToken.token_digest == tokens.digest(secret),
            SetupToken.used_at.is_(None),
            SetupToken.expires_at > now,
        )
        .values(used_at=now)
    )
    if not spent.rowcount or queries.has_administrator(now):  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("setup_token_spent", N_("这个安装链接已失效，请重新启动服务获取新的链接。"))
    account = create_account(display_name, password, {SignInKind.STAFF_NAME: sign_in_name}, now=now)
    grant(Actor(account.id, display_name), account.id, Role.ADMINISTRATOR, ScopeKind.EVERYTHING, "", now=now)
    grant(Actor(account.id, display_name), account.id, Role.AUDITOR, ScopeKind.EVERYTHING, "", now=now)
    return account
