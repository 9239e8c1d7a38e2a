"""The timetable's share of certificates: what the ledger contradicts is ended, and another becomes due."""

from __future__ import annotations

import logging

from volunteer_hub.certificates import ending
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.one_by_one import each

log = logging.getLogger(__name__)


def end_overtaken() -> None:
    """End what corrections have overtaken, each on its own. By state, so a late or second run does no more."""
    now = clock.now()
    ended, failed = each(ending.list_overtaken(now=now), _overtake)
    if not failed:
        with transaction():
            ending.note_look(now=now)
    if ended:
        log.info("ended %d certificates that corrections had overtaken", ended)


def _overtake(certificate_id: int) -> bool:
    with transaction():
        return ending.overtake(certificate_id, now=clock.now())
