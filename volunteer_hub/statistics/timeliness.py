"""How much of what was served was recorded in time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String as Text
from sqlalchemy import and_, case, cast, func, select
from sqlalchemy.orm import aliased

from volunteer_hub.amendments.working_days import LIMIT, delay
from volunteer_hub.core import clock, reading
from volunteer_hub.core.db import db
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.statistics.carried import late_by_merges
from volunteer_hub.statistics.definitions import Ratio
from volunteer_hub.statistics.facts_counting import known, lived_in
from volunteer_hub.statistics.question import Question

NO_SERVICES = N_("周期内没有服务")


def on_time(question: Question) -> Ratio:
    """Count services entered within ten working days of the day of service.

    What was entered within ten days of any kind is in time; of the rest only the day of entry matters, so that
    they come in groups: as many as there are days of service and entry, never as there are services.
    """
    entered = [lived_in(question.region), HoursEntry.hours_class != HoursClass.D, *known(question)]
    reversal = aliased(HoursEntry)
    taken_back = and_(reversal.reverses_id == HoursEntry.id, reversal.recorded_at <= question.as_of)
    hour = func.substr(cast(HoursEntry.recorded_at, Text), 1, 13)
    soon = reading.days_later(db.session, HoursEntry.service_on, LIMIT - 1)
    # The day in UTC may be one before the civil one.
    afterwards = case((func.substr(hour, 1, 10) > cast(soon, Text), hour)).label("hour")
    counts = select(HoursEntry.service_on, afterwards, func.count())
    # Few lines are reversals. Told so, PostgreSQL takes those by their index, not the whole ledger once more.
    back = counts.join(reversal, taken_back).where(*entered, reversal.reverses_id.is_not(None))
    groups = [
        (sign, statement.group_by(HoursEntry.service_on, afterwards))
        for sign, statement in ((1, counts.where(*entered, HoursEntry.minutes > 0)), (-1, back))
    ]
    services = late = 0
    for sign, statement in groups:
        for served_on, recorded, count in db.session.execute(statement):
            services += sign * count
            late += sign * count if recorded and _is_late(served_on, recorded) else 0
    late -= late_by_merges(question)
    return Ratio(services - late, services, NO_SERVICES)


def _is_late(served_on: date, hour: str) -> bool:
    recorded_on = clock.civil_date(datetime.fromisoformat(f"{hour}:00:00+00:00"))
    return delay(served_on, recorded_on).is_late
