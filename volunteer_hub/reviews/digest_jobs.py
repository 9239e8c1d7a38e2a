"""The timetable's share of the digest."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.reviews import digest

log = logging.getLogger(__name__)


def send_digest() -> None:
    """Send the digest that is due, if it was not sent."""
    now = clock.now()
    part = digest.due(now)
    if part is None:
        return
    with transaction():
        told = digest.send(part, now=now)
    if told is not None:
        log.info("told %d accounts what waits (%s)", told, part.value)
