"""The timetable's share: erases people whose days have passed, one in each transaction."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.rights import book, leaving

log = logging.getLogger(__name__)


def erase_due() -> None:
    """Give back the places of people who left; erase who asked for it and waited long enough.

    Nobody is erased while somebody must still decide about their hours.
    """
    for shift_id, left_id in leaving.list_left_behind(now=clock.now()):
        with transaction():
            leaving.give_back(shift_id, left_id, now=clock.now())
    with transaction():
        leaving.close_of_returned(now=clock.now())
    erased = 0
    for volunteer_id in leaving.list_due(now=clock.now()):
        with transaction():
            erased += leaving.erase_due(volunteer_id, now=clock.now())
    if erased:
        book.keep()
        log.info("erased %d people who had left", erased)
