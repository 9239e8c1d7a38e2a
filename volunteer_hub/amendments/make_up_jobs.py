"""The timetable's share of make-ups: what a late scan overtakes is taken back."""

from __future__ import annotations

import logging

from volunteer_hub.amendments import make_up_entries
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction

log = logging.getLogger(__name__)


def take_back_overtaken() -> None:
    """Take back make-ups whose time a scan shows elsewhere, until none is left."""
    taken, more = 0, True
    while more:
        with transaction():
            more = make_up_entries.take_back_overtaken(now=clock.now())
        taken += more
    if taken:
        log.info("took back %d make-ups that scans had overtaken", taken)
