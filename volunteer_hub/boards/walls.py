"""Screens on walls: each opened by a link of its own, which shows figures of one division and opens nothing else.

A wall is kept as a token whose secret nobody was ever told: what the link carries is the token's number,
signed. So the link is worth nothing as a bearer's, and taking the token back turns the screen off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from volunteer_hub.accounts import queries as accounts_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, ApiToken, TokenKind
from volunteer_hub.accounts.roles import scope_of
from volunteer_hub.core import tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_

PURPOSE = "boards.wall"
LIFETIME = timedelta(days=366)
MOST = 50
LONGEST_NAME = 60
#: In the token's name: the mark, the division, and where the screen hangs.
_MARK = "wall:"
_CODE = 12


@dataclass(frozen=True)
class Wall:
    """A screen that is switched on."""

    id: int
    region: str
    name: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    link: str


def make(actor: Actor, region: str, name: str, scope: Scope, *, now: datetime) -> int:
    """Make a wall for a division and return its number; recorded as a token's issue is.

    Raises NotFound outside the scope or without an account, DomainError at `name` for none or too long a
    one, `too_many_walls` where a division has fifty.
    """
    if actor.account_id is None or not scope.covers(region=region):
        raise NotFound
    place = " ".join(name.split())
    if not place or len(place) > LONGEST_NAME:
        raise DomainError("wall_name", N_("请写明屏幕挂在哪里，不超过 %(n)s 个字。"), field="name", n=LONGEST_NAME)
    if len(list_live(region, scope, now=now)) >= MOST:
        raise DomainError("too_many_walls", N_("已经有 %(n)s 块屏幕，请先停用不用的。"), field="name", n=MOST)
    token, _ = accounts.issue_token(
        actor, actor.account_id, TokenKind.DEVICE, f"{_MARK}{region}:{place}", now=now, expires_at=now + LIFETIME
    )
    return token.id


def revoke(actor: Actor, wall_id: int, scope: Scope, *, now: datetime) -> str:
    """Turn a wall off, whoever made it, and return its division. Raises NotFound outside the scope."""
    token = db.session.scalar(select(ApiToken).where(ApiToken.id == wall_id, *_live(now), _within(scope)))
    if token is None:
        raise NotFound
    accounts.revoke_token(actor, token.account_id, token.id, now=now)
    return _region_of(token)


def list_live(region: str, scope: Scope, *, now: datetime) -> list[Wall]:
    """Return the walls of a division that are switched on, the newest first."""
    rows = db.session.execute(
        select(ApiToken, Account.display_name)
        .join(Account, Account.id == ApiToken.account_id)
        .where(*_live(now), _within(scope), _REGION.in_([region]))
        .order_by(ApiToken.id.desc())
        .limit(MOST)
    )
    return [
        Wall(
            token.id,
            _region_of(token),
            token.name[len(_MARK) + _CODE + 1 :],
            made_by,
            token.created_at,
            _end_of(token),
            _link_of(token, now),
        )
        for token, made_by in rows
    ]


def open_by_link(link: str, *, now: datetime) -> str:
    """Return the division a wall's link shows. Raises NotFound for a link that is foreign, over or taken back.

    Its maker must still be allowed to see that division's figures: a wall never shows more than its maker sees.
    """
    claims = tokens.unseal(PURPOSE, link)
    token = db.session.get(ApiToken, claims["wall"]) if claims else None
    if token is None or token.revoked_at is not None or _end_of(token) <= now or not token.name.startswith(_MARK):
        raise NotFound
    held = scope_of(accounts_queries.list_grants(token.account_id, now), Permission.SEE_STATISTICS, None)
    maker = accounts_queries.get_account(token.account_id)
    if maker.disabled_at is not None or not held.covers(region=_region_of(token)):
        raise NotFound
    return _region_of(token)


_REGION: ColumnElement[str] = func.substr(ApiToken.name, len(_MARK) + 1, _CODE)


def _live(now: datetime) -> list[ColumnElement[bool]]:
    return [ApiToken.name.startswith(_MARK), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now]


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.where(region=_REGION)


def _region_of(token: ApiToken) -> str:
    return token.name[len(_MARK) :][:_CODE]


def _end_of(token: ApiToken) -> datetime:
    return token.expires_at or token.created_at + LIFETIME


def _link_of(token: ApiToken, now: datetime) -> str:
    """Return the signed number of a wall: the same text whenever it is asked for."""
    left = int(_end_of(token).timestamp()) - int(now.timestamp())
    return tokens.seal(PURPOSE, {"wall": token.id}, left)
