"""The timetable's share of sign-ups: offers whose time is over go on to the next who waits."""

from __future__ import annotations

import logging

from volunteer_hub.activities import offers
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.one_by_one import each

log = logging.getLogger(__name__)


def let_offers_lapse() -> None:
    """Take back each offer that was not answered in time, one transaction each."""
    lapsed, _ = each(offers.list_over(clock.now()), _let_lapse)
    if lapsed:
        log.info("%d offered places went on", lapsed)


def _let_lapse(offer: tuple[int, int]) -> bool:
    with transaction():
        return offers.let_lapse(*offer, now=clock.now())
