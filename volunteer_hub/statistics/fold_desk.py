"""Folds until nothing waits, one short transaction after the other: for the timetable and the command line."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.statistics import changes, folding

log = logging.getLogger(__name__)


def fold_what_waits() -> None:
    """Fold batch by batch until nothing waits; the first time, make everything anew."""
    with transaction():
        if changes.find_state() is None:
            log.info("made %d rows of folded counts", folding.rebuild(now=clock.now()))
    folded = 1
    while folded:
        with transaction():
            folded = folding.fold(now=clock.now())
