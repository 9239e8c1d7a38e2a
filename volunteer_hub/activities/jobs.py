"""The timetable's share of sign-ups: offers whose time is over go on to the next who waits."""

from __future__ import annotations

import logging

from volunteer_hub.activities import offers
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction

log = logging.getLogger(__name__)


def let_offers_lapse() -> None:
    """Take back each offer that was not answered in time, one transaction each."""
    lapsed = 0
    for shift_id, sign_up_id in offers.list_over(clock.now()):
        with transaction():
            lapsed += offers.let_lapse(shift_id, sign_up_id, now=clock.now())
    if lapsed:
        log.info("%d offered places went on", lapsed)
