"""The timetable's share of recognition: points from new lines of hours, and star levels from their sums."""

from __future__ import annotations

import logging
from datetime import timedelta

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.leases import claim_period
from volunteer_hub.recognition import grants, points, sweeping
from volunteer_hub.recognition import point_queries as queries

log = logging.getLogger(__name__)
JOB = "recognition"
#: A line is numbered when written and seen when committed: no transaction takes so long, so none is missed.
LOOK_BACK = timedelta(days=2)


def recognise() -> None:
    """Fold what is new; once a day, and after a choice of levels, look at everybody near a level again."""
    granted = _fold(queries.find_mark(), None)
    again = _claim_second_look()
    if again is not None:
        granted += _fold(*again)
    if _claim_sweep():
        granted += _sweep()
    if granted:
        log.info("granted %d star levels", granted)


def _fold(after: int, until: int | None) -> int:
    granted = 0
    while True:
        with transaction():
            lines = points.fold(after)
            granted += grants.look({line.volunteer_id for line in lines}, now=clock.now())
            if lines:
                after = lines[-1].id
                if until is None:
                    points.mark(clock.today(), after)
        if len(lines) < points.BATCH or (until is not None and after >= until):
            return granted


def _claim_second_look() -> tuple[int, int] | None:
    """Return from where to where to look again today, the first time it is asked today."""
    today = clock.today()
    with transaction():
        if not claim_period(JOB, f"{today.isoformat()}:again", now=clock.now()):
            return None
        return queries.find_mark(today - LOOK_BACK), queries.find_mark()


def _claim_sweep() -> bool:
    with transaction():
        period = f"{clock.today().isoformat()}:stars:{sweeping.last_choice()}"
        return claim_period(JOB, period, now=clock.now())


def _sweep() -> int:
    """Look at everybody whose hours reach the lowest level there is."""
    after, granted = 0, 0
    while True:
        with transaction():
            people = sweeping.list_people(after)
            granted += grants.look(people, now=clock.now())
        if not people:
            return granted
        after = people[-1]
