"""Makes accounts of staff, and signs them, or anybody, in with a test client."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from flask.testing import FlaskClient

from volunteer_hub.accounts import service
from volunteer_hub.accounts.models import Account, Role, ScopeKind, SignInKind
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.volunteers.models import Volunteer

GRANTED = datetime(2025, 1, 1, tzinfo=UTC)
_serial = itertools.count(1)


def make_account(name: str = "王主任", *, password: str | None = None) -> Account:
    """Return an account with a sign-in name of its own and no role."""
    with transaction():
        return service.create_account(name, password, {SignInKind.STAFF_NAME: f"staff{next(_serial)}"}, now=GRANTED)


def make_staff(
    role: Role, scope_kind: ScopeKind = ScopeKind.EVERYTHING, scope_value: str = "", *, name: str = "王主任"
) -> Account:
    """Return an account that holds a role on a subtree.

    `scope_value` is a division code or prefix (either will do), or the path of a station or team.
    """
    account = make_account(name)
    value = region_prefix(scope_value) if scope_kind is ScopeKind.REGION and len(scope_value) == 12 else scope_value
    with transaction():
        service.grant(COMMAND_LINE, account.id, role, scope_kind, value, now=GRANTED)
    return account


def sign_in(client: FlaskClient, account: Account | Volunteer) -> FlaskClient:
    """Open a real login for an account, or for the account of a volunteer, and return the client that holds it."""
    account_id = account.account_id if isinstance(account, Volunteer) else account.id
    with transaction():
        held = db.session.get(Account, account_id)
        assert held is not None
        secret = service.open_login(held, "tests", now=clock.now())
    with client.session_transaction() as session:
        session["_user_id"] = secret
        session["_fresh"] = True
    return client
