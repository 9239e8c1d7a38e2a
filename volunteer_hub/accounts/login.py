"""The one file that touches Flask-Login: reads the login cookie or bearer token of a request."""

from __future__ import annotations

from flask import Flask, current_app, g, has_request_context, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from volunteer_hub.accounts import acting, queries
from volunteer_hub.accounts.acting import Acting
from volunteer_hub.accounts.queries import Bearer
from volunteer_hub.accounts.roles import permissions_of, scope_of
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import before_commit
from volunteer_hub.core.errors import Denied
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import NOTHING, Scope
from volunteer_hub.core.text import N_

manager = LoginManager()
#: What a browser's session keeps when somebody signs in: the language, and that it stood at a station's door.
KEPT = ("language", "device", "arrival")


class SignedIn:
    """Somebody with an account: by login cookie or by token.

    Who acts for somebody has neither the own roles nor the other's: only those of the other's own pages
    that the link allows.
    """

    signed_in = True

    def __init__(self, bearer: Bearer, *, by_token: bool, acting: Acting | None = None) -> None:
        self.bearer = bearer
        self.by_token = by_token
        self.acting = acting
        self.actor = Actor(
            acting.account_id if acting else bearer.account_id,
            bearer.display_name,
            device_id=bearer.holder_id if by_token else None,
            address=request.remote_addr,
            by_account_id=bearer.account_id if acting else None,
        )
        held = permissions_of(() if acting else bearer.grants)
        self._permissions = held & {Permission.SCAN} if bearer.only_scans else held

    @property
    def acting_for(self) -> str | None:
        """Return the name of whom the asker acts for; None for oneself."""
        return self.acting.name if self.acting else None

    def reaches(self, endpoint: str) -> bool:
        """Tell whether an own page may be opened: all of one's own, of another's those the link allows."""
        return self.acting is None or self.acting.may_open(endpoint)

    @property
    def login_id(self) -> int | None:
        """Return the id of the login row, or None for a token."""
        return None if self.by_token else self.bearer.holder_id

    def can(self, permission: Permission) -> bool:
        """Tell whether any grant holds the permission."""
        return permission in self._permissions

    def scope(self, permission: Permission) -> Scope:
        """Return where the permission is held."""
        if permission not in self._permissions or self.acting:
            return NOTHING
        return scope_of(self.bearer.grants, permission, None)


class _Browser(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """What Flask-Login carries: the login's secret, in the signed cookie, and whom it stands for."""

    def __init__(self, secret: str, bearer: Bearer | None = None) -> None:
        self.id = secret
        self.bearer = bearer


def init_app(app: Flask) -> None:
    """Attach the login manager."""
    manager.session_protection = None
    manager.init_app(app)
    before_commit(_say_who_acted)


@manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login is untyped
def _load(secret: str) -> _Browser | None:
    bearer = queries.find_by_login(tokens.digest(secret), clock.now())
    return _Browser(secret, bearer) if bearer else None


def load_access() -> SignedIn | None:
    """Return who asks: a bearer token wins over a cookie; a bad token is nobody."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        bearer = queries.find_by_token(tokens.digest(secret.strip()), clock.now())
        return SignedIn(bearer, by_token=True) if bearer else None
    if current_user.is_authenticated and current_user.bearer:
        return SignedIn(current_user.bearer, by_token=False, acting=_acting_of(current_user.bearer))
    return None


def _acting_of(bearer: Bearer) -> Acting | None:
    """Return for whom a browser acts: asked anew at each request, so a link that has ended ends it at once."""
    if bearer.acting_link_id is None or bearer.kiosk_station_id is not None:
        return None
    return acting.find(bearer.acting_link_id, bearer.account_id, clock.now(), current_app.config["AGE_ADULT"])


def _say_who_acted() -> None:
    """Write into the trail whatever a request changes on behalf of somebody, in the same transaction.

    It stands at the one place that commits, so that no page can forget it. What was begun by a link that
    has been ended meanwhile is undone: raises Denied.
    """
    asker = g.get("access") if has_request_context() else None
    if not isinstance(asker, SignedIn) or asker.acting is None:
        return
    if acting.has_ended(asker.acting):
        raise Denied("no_longer_acting", N_("代办关系已结束，没有保存。"))
    audit.record(
        asker.actor,
        "families.acted",
        "volunteer",
        asker.acting.volunteer_id,
        now=clock.now(),
        region=asker.acting.region_code,
        page=request.endpoint,
        of={name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)},
    )


def kiosk_of_this_browser() -> int | None:
    """Return the station whose kiosk this browser shows, or None.

    Asked of the cookie, whatever token a request carries beside it: a scanner that was prepared in the
    same browser has one, and must not open a way round the kiosk.
    """
    if current_user.is_authenticated and current_user.bearer:
        station_id: int | None = current_user.bearer.kiosk_station_id
        return station_id
    return None


def remember(secret: str) -> None:
    """Put a fresh login's secret into the cookie of this browser, in a session where nothing planted survives."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    login_user(_Browser(secret))


def forget() -> None:
    """Take the login out of the cookie of this browser."""
    logout_user()
