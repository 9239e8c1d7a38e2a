"""The timetable's share of placeholders: what nobody claimed is forgotten."""

from __future__ import annotations

import logging

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.onsite import walk_ins

log = logging.getLogger(__name__)


def forget_names() -> None:
    """Wipe names and mobiles of placeholders that nobody claimed in thirty days."""
    with transaction():
        forgotten = walk_ins.forget_names(now=clock.now())
    if forgotten:
        log.info("forgot name and mobile of %d people without registration", forgotten)
