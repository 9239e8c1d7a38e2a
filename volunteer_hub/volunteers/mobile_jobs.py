"""Changes of a mobile whose day of waiting is over."""

from __future__ import annotations

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.one_by_one import each
from volunteer_hub.volunteers import mobile_changes


def change_due() -> None:
    """Carry them out one by one, each in its own transaction."""
    each(mobile_changes.list_due(now=clock.now()), _carry_out)


def _carry_out(change_id: int) -> bool:
    with transaction():
        return mobile_changes.carry_out(change_id, now=clock.now())
