"""Hours, coming shifts and printed cards for the family page: its room stands below them and cannot look itself."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.activities import labels, queries
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.codes import CodeKind, CodeState
from volunteer_hub.core.db import db
from volunteer_hub.families.above import Coming, Glimpse
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.volunteers import queries as volunteers

#: The family page is an overview; the rest stands on the person's own page.
SHOWN = 3


def look(volunteer_id: int, now: datetime) -> Glimpse:
    """Return somebody's minutes and next shifts."""
    balance = db.session.get(HoursBalance, volunteer_id)
    coming = [
        Coming(
            promise.activity.id,
            promise.activity.title,
            promise.shift.starts_at,
            promise.shift.ends_at,
            promise.activity.place,
            labels.SIGN_UP_STATES[promise.sign_up.state],
            labels.TONES[promise.sign_up.state],
        )
        for promise in queries.list_next_shifts(volunteer_id, now)[:SHOWN]
    ]
    return Glimpse(balance.minutes if balance else 0, coming)


def read_card(text: str, now: datetime) -> int | None:
    """Return whose live printed card carries this text; None for a rotating code, and for anything else."""
    reading = codes.read(text.strip(), now)
    if reading.kind is not CodeKind.CARD or reading.state is not CodeState.VALID or reading.subject_id is None:
        return None
    volunteer_id, is_dead = volunteers.find_card(reading.subject_id)
    return None if is_dead else volunteer_id
