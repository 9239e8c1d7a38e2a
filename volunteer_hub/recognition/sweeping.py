"""Reads who may have reached a level without a new line of hours: after the area has chosen other levels."""

from __future__ import annotations

from sqlalchemy import func, select

from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.recognition.models import StarChoice, StarLevel
from volunteer_hub.recognition.stars import DEFAULT

BATCH = 500


def last_choice() -> int:
    """Return the number of the last choice of levels any area has made; 0 before the first."""
    return db.session.scalar(select(func.max(StarChoice.id))) or 0


def list_people(after: int) -> list[int]:
    """Return people beyond a number whose hours reach the lowest level any area ever had."""
    chosen = db.session.scalar(select(func.min(StarLevel.minutes)))
    lowest = min(DEFAULT.stars[0].minutes, chosen or DEFAULT.stars[0].minutes)
    statement = select(HoursBalance.volunteer_id).where(
        HoursBalance.minutes >= lowest, HoursBalance.volunteer_id > after
    )
    return list(db.session.scalars(statement.order_by(HoursBalance.volunteer_id).limit(BATCH)))
