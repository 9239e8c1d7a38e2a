"""Makes make-ups and corrections through the real services, with pictures as evidence."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from PIL import Image

from tests.makers.checkin import END, START, Door
from volunteer_hub.amendments import correction_queries, corrections, make_up_decisions, make_ups
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.finding import Who
from volunteer_hub.amendments.make_ups import Asked
from volunteer_hub.amendments.models import Correction, MakeUp
from volunteer_hub.core import pictures
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.volunteers.models import Volunteer

#: Some hours after the shift, on a day that is the same in Shanghai and in UTC.
AFTER = END + timedelta(hours=2)
COOLED = AFTER + timedelta(hours=24)


def make_photo(size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> bytes:
    """Return a small picture as a phone would send it."""
    written = io.BytesIO()
    Image.new("RGB", size, "firebrick").save(written, kind)
    return written.getvalue()


def make_asked(
    volunteer: Volunteer, *, in_at: datetime = START, out_at: datetime = END, reason: str = "手机没电，现场手工登记"
) -> Asked:
    """Return what a manager states of somebody."""
    picture = pictures.re_encode(make_photo(), field="picture")
    return Asked(Who(number=volunteer.number), in_at, out_at, reason, picture)


def make_make_up(
    door: Door,
    volunteer: Volunteer,
    *,
    in_at: datetime = START,
    out_at: datetime = END,
    actor: Actor | None = None,
    scope: Scope = EVERYTHING,
    now: datetime = AFTER,
) -> MakeUp:
    """Return a make-up asked for by the door's operator."""
    with transaction():
        return make_ups.ask(
            actor or door.actor, scope, door.shift.id, make_asked(volunteer, in_at=in_at, out_at=out_at), now=now
        )


def approve_make_up(actor: Actor, make_up: MakeUp, *, scope: Scope = EVERYTHING, now: datetime = COOLED) -> int:
    """Approve a make-up and return the minutes credited."""
    with transaction():
        return make_up_decisions.approve(actor, scope, make_up.id, now=now).credited


def make_correction(
    door: Door, session_id: int, new: Times | None, *, actor: Actor | None = None, now: datetime = AFTER
) -> Correction:
    """Return a correction of a session, proposed by the door's operator."""
    with transaction():
        subject = correction_queries.get_session_subject(EVERYTHING, session_id)
        return corrections.propose(actor or door.actor, subject, new, reason="值守人员记错了时间", now=now)


def fresh(row: MakeUp | Correction) -> MakeUp | Correction:
    """Return the row as the database holds it now."""
    db.session.rollback()
    return db.session.get_one(type(row), row.id, populate_existing=True)
