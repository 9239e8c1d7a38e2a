"""Hours and coming shifts for the family page: the families room stands below both and cannot look there itself."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.activities import labels, queries
from volunteer_hub.core.db import db
from volunteer_hub.families.above import Coming, Glimpse
from volunteer_hub.ledger.models import HoursBalance

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
