"""Makes objections through the real service."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.makers.checkin import END
from volunteer_hub.amendments import objections
from volunteer_hub.amendments.objection_models import Objection
from volunteer_hub.amendments.objections import Subject
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer

#: The afternoon of the shift's day, a Thursday.
ASKED = END + timedelta(hours=3)


def make_objection(
    volunteer: Volunteer, subject: Subject, *, reason: str = "我 11 点半才走", now: datetime = ASKED
) -> Objection:
    """Return an objection of the person."""
    with transaction():
        return objections.ask(Actor(volunteer.account_id, volunteer.name), volunteer, subject, reason=reason, now=now)


def fresh_objection(objection: Objection) -> Objection:
    """Return the row as the database holds it now."""
    db.session.rollback()
    return db.session.get_one(Objection, objection.id, populate_existing=True)
