"""The timetable's share of closing: nobody stays inside a shift that was cancelled."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.onsite import closing_desk

log = logging.getLogger(__name__)


def close_cancelled() -> None:
    """Close the stays at cancelled shifts; those that could not be settled are tried again the next time."""
    closed = closing_desk.close_cancelled(now=clock.now())
    if closed:
        log.info("closed %d stays at cancelled shifts", closed)
