"""The timetable's share: erases people whose days have passed, one in each transaction."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.one_by_one import each
from volunteer_hub.rights import book, leaving

log = logging.getLogger(__name__)


def erase_due() -> None:
    """Give back the places of people who left; erase who asked for it and waited long enough.

    Nobody is erased while somebody must still decide about their hours.
    """
    each(leaving.list_left_behind(now=clock.now()), _give_back)
    with transaction():
        leaving.close_of_returned(now=clock.now())
    erased, _ = each(leaving.list_due(now=clock.now()), _erase)
    if erased:
        log.info("erased %d people who had left", erased)


def _give_back(place: tuple[int, int]) -> None:
    with transaction():
        leaving.give_back(*place, now=clock.now())


def _erase(volunteer_id: int) -> bool:
    with transaction():
        erased = leaving.erase_due(volunteer_id, now=clock.now())
    if erased:
        # At once, so that a crash after one of many leaves nobody out of the book that a restore is held to.
        book.keep()
    return erased
