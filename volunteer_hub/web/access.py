"""The question "may this request do that?"; the accounts room answers it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from volunteer_hub.core.actor import Actor
from volunteer_hub.core.errors import Denied
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import NOTHING, Scope
from volunteer_hub.core.text import N_
from volunteer_hub.web.csrf import protect_this_request

View = TypeVar("View", bound=Callable[..., Any])


class Access(Protocol):
    """Who asks, and what they hold."""

    actor: Actor
    signed_in: bool
    #: True where the request carries a bearer token, which a foreign page cannot make a browser send.
    by_token: bool

    @property
    def acting_for(self) -> str | None:
        """Return the name of whom the asker acts for; None for oneself."""

    def reaches(self, endpoint: str) -> bool:
        """Tell whether an own page may be opened: all of one's own, of another's only some."""

    def can(self, permission: Permission) -> bool:
        """Tell whether any role of the asker holds the permission, anywhere."""

    def scope(self, permission: Permission) -> Scope:
        """Return where the asker holds the permission."""


class Visitor:
    """Nobody signed in."""

    signed_in = False
    by_token = False
    acting_for = None

    def __init__(self) -> None:
        self.actor = Actor(None, "visitor", address=request.remote_addr)

    def reaches(self, endpoint: str) -> bool:
        """Act for nobody."""
        return True

    def can(self, permission: Permission) -> bool:
        """Hold nothing."""
        return False

    def scope(self, permission: Permission) -> Scope:
        """Hold nothing anywhere."""
        return NOTHING


def init_app(app: Flask, load: Callable[[], Access | None]) -> None:
    """Tell the application who answers. `load` reads the request and returns None for a visitor."""
    app.extensions["access"] = load


def access() -> Access:
    """Return the asker of this request, loaded once."""
    if "access" not in g:
        load = cast(Callable[[], Access | None], current_app.extensions["access"])
        g.access = load() or Visitor()
    return cast(Access, g.access)


def actor() -> Actor:
    """Return who acts in this request."""
    return access().actor


def scope(permission: Permission) -> Scope:
    """Return where the asker holds the permission."""
    return access().scope(permission)


def is_open(endpoint: str) -> bool:
    """Tell whether a page is there for this asker, as far as one knows without its object."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return False
    return getattr(view, "access", None) is not Permission.OWN_PAGES or access().reaches(endpoint)


def is_api() -> bool:
    """Tell whether the request is for the JSON interface."""
    return request.path.startswith("/api/")


def public(view: View) -> View:
    """State that anybody may open this route."""
    view.access = "public"  # type: ignore[attr-defined]  # read by the house tests and by nobody else
    return view


def require(permission: Permission) -> Callable[[View], View]:
    """State that a route needs a permission: 401 or the sign-in page for a visitor, 403 for others.

    Where the permission holds is the query's business: it takes `scope(permission)`, and outside is 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            asker = access()
            if not asker.signed_in:
                return _ask_to_sign_in()
            if not asker.can(permission):
                abort(403)
            if permission is Permission.OWN_PAGES and not asker.reaches(request.endpoint or ""):
                raise Denied("not_on_behalf", N_("代他人操作时不能打开这个页面。请先回到自己的账号。"))
            if is_api() and not asker.by_token:
                protect_this_request()
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]  # read by the house tests and by nobody else
        return cast(View, guarded)

    return decorate


def _ask_to_sign_in() -> Response:
    if is_api():
        abort(401)
    target = request.full_path if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target.rstrip("?") if target else None))
