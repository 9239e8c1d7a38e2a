"""The timetable's share of objections: what nobody answered in time goes to the next level, once."""

from __future__ import annotations

import logging

from volunteer_hub.amendments import objection_queries as queries
from volunteer_hub.amendments import objections
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.one_by_one import each

log = logging.getLogger(__name__)
BATCH = 100


def escalate_overdue() -> None:
    """Hand on what is overdue, each in a transaction of its own."""
    handed, _ = each(queries.list_overdue(clock.today(), BATCH), _escalate)
    if handed:
        log.info("handed %d overdue objections to the next level", handed)


def _escalate(objection_id: int) -> bool:
    with transaction():
        return objections.escalate(objection_id, now=clock.now())
