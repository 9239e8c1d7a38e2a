"""The timetable's share of reviewing: close what was forgotten, open what must be decided."""

from __future__ import annotations

import logging

from volunteer_hub.checkin import closing
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.reviews import opening

log = logging.getLogger(__name__)


def close_forgotten() -> None:
    """Close sessions whose check-out was forgotten and put them before their manager, until none is left."""
    while True:
        now = clock.now()
        with transaction():
            closed = closing.close_forgotten(now=now)
            opened = opening.open_missing_cases(now=now)
        if closed or opened:
            log.info("closed %d forgotten sessions, opened %d review cases", closed, opened)
        if not closed:
            return
