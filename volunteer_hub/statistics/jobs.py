"""The timetable's share of the statistics: fold what has changed."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.statistics import changes, folding

log = logging.getLogger(__name__)


def fold_figures() -> None:
    """Fold what waits, batch by batch, until nothing does; the first time, make everything anew."""
    if changes.find_state() is None:
        with transaction():
            rows = folding.rebuild(now=clock.now())
        log.info("made %d rows of folded counts", rows)
    while True:
        # Nothing is written where nothing waits: on SQLite that would be in somebody's way.
        db.session.rollback()
        if not changes.list_waiting(1):
            return
        with transaction():
            folding.fold(now=clock.now())
