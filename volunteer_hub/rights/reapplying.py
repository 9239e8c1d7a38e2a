"""Erases somebody again whom a restored backup has brought back."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.core import crypto
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db
from volunteer_hub.rights import erasing, leaving, queries
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer


def reapply(volunteer_id: int, mark: str, *, now: datetime) -> str:
    """Erase a row again if it is the person erased then; return `erased`, `already`, or `other` for somebody else.

    Who was restored into the register leaves it first, as they did then.
    """
    volunteer = db.session.get(Volunteer, volunteer_id)
    if queries.is_erased(volunteer_id):
        return "already"
    if volunteer is None or not crypto.same(erasing.mark_of(volunteer).encode(), mark.encode()):
        return "other"
    if volunteers.current_standing(volunteer_id) is not None:
        leaving.go(COMMAND_LINE, volunteer, now=now)
    erasing.erase(volunteer, now=now)
    return "erased"
