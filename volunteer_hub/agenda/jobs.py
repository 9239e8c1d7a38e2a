"""The timetable's share: telling of new activities to who looks for them, and of shifts that begin soon."""

from __future__ import annotations

import logging

from volunteer_hub.agenda import service
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction

log = logging.getLogger(__name__)


def tell_of_new() -> None:
    """Look the saved searches through for what was published since."""
    with transaction():
        told = service.tell_of_new(now=clock.now())
    if told:
        log.info("told %d saved searches of new activities", told)


def remind() -> None:
    """Remind of what begins within a day, and within two hours."""
    with transaction():
        told = service.remind(now=clock.now())
    if told:
        log.info("reminded %d people", told)
