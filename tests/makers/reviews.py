"""Makes people whose hours may be published, and hours of theirs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.makers.checkin import START, Door, make_signed_up
from volunteer_hub.activities.models import Shift
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Consent, Volunteer
from volunteer_hub.volunteers.registration import REGISTRATION, SELF


def tell_of_publication(volunteer: Volunteer, *, version: str = "v2") -> None:
    """Let a volunteer have agreed to a consent text; the second version says that hours are published."""
    with transaction():
        db.session.add(
            Consent(
                volunteer_id=volunteer.id,
                kind=REGISTRATION,
                version=version,
                text_digest="0" * 64,
                given_by=SELF,
                given_at=START - timedelta(days=90),
            )
        )


def make_served(
    door: Door,
    name: str = "张三丰",
    *,
    minutes: int = 60,
    birth_on: date | None = None,
    version: str | None = "v2",
    come_at: datetime | None = None,
) -> Volunteer:
    """Return somebody who served so long at the door's shift, having agreed to that version of the consent text."""
    volunteer = make_signed_up(door)
    with transaction():
        kept = db.session.get_one(Volunteer, volunteer.id)
        kept.name, kept.birth_on = name, birth_on
    if version:
        tell_of_publication(volunteer, version=version)
    begin = come_at or door.shift.starts_at
    door.come(volunteer, begin)
    door.go(volunteer, begin + timedelta(minutes=minutes))
    return volunteer


def out_closed(shift: Shift) -> datetime:
    """Return an instant at which nobody can scan out of a shift any more."""
    return shift.ends_at + timedelta(minutes=61)
