"""The timetable's share: one look a night over what is new."""

from __future__ import annotations

import logging

from volunteer_hub.anomalies import desk
from volunteer_hub.core import clock

log = logging.getLogger(__name__)


def look() -> None:
    """Look over what is new, once a civil day, from two in the night on."""
    now = clock.now()
    if not desk.is_due(now):
        return
    looked = desk.look(now, is_nightly=True)
    log.info("looked over scans %d to %d and raised %d flags", *looked.over.scans, looked.raised)
