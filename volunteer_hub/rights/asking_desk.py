"""What the doors of this room share: whose pages they are, and the password once more."""

from __future__ import annotations

from flask import request

from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.rights import guarding
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor


def confirm(password: str) -> None:
    """Ask for the password once more; a wrong one counts against the address. Raises DomainError at `password`."""
    try:
        guarding.check_password(actor(), password, now=clock.now())
    except guarding.WrongPassword:
        with transaction():
            accounts.remember_failure(guarding.throttled_as(actor()), request.remote_addr or "", now=clock.now())
        raise


def own_volunteer() -> Volunteer:
    """Return the asker's volunteer. Raises NotFound."""
    return volunteers.get_own(actor().account_id or 0)
