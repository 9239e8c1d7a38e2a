"""Services that a merge carried to another registration were entered when they first were, not on that day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from volunteer_hub.amendments.working_days import delay
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.statistics.facts_counting import counted, lived_in
from volunteer_hub.statistics.question import Question


def late_by_merges(question: Question) -> int:
    """Return how many services of a division look late only because a merge carried them there since.

    Few lines are carried, and an index knows them.
    """
    first = aliased(HoursEntry)
    carried = (
        select(HoursEntry.service_on, HoursEntry.recorded_at, first.recorded_at)
        .join(first, first.id == HoursEntry.origin_id)
        .where(
            HoursEntry.origin_id.is_not(None),
            HoursEntry.hours_class != HoursClass.D,
            lived_in(question.region),
            *counted(question),
        )
    )
    return sum(
        _is_late(served_on, carried_at) - _is_late(served_on, entered_at)
        for served_on, carried_at, entered_at in db.session.execute(carried)
    )


def _is_late(served_on: date, recorded_at: datetime) -> bool:
    return delay(served_on, clock.civil_date(recorded_at)).is_late
