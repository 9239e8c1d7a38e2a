"""Asks the statistics what a month's close has to say, as of an instant."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.month_close import content
from volunteer_hub.month_close.content import Json
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.volunteers.models import Standing


def tables(region_code: str, first: date, as_of: datetime) -> list[Json]:
    """Return the month's tables: each period with all classes and with the scanned ones."""
    return [
        content.table(period, statistics.ratios(question, EVERYTHING))
        for period, question in content.questions(region_code, first, as_of)
    ]


def data_version(as_of: datetime) -> dict[str, int]:
    """Return the last ledger entry and the last standing there were at an instant."""
    entry = select(HoursEntry.id).where(HoursEntry.recorded_at <= as_of).order_by(HoursEntry.id.desc()).limit(1)
    standing = select(Standing.id).where(Standing.since <= as_of).order_by(Standing.id.desc()).limit(1)
    return {"ledger": db.session.scalar(entry) or 0, "standings": db.session.scalar(standing) or 0}
