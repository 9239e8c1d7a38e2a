"""Changes of a mobile whose day of waiting is over."""

from __future__ import annotations

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.volunteers import mobile_changes


def change_due() -> None:
    """Carry them out one by one, each in its own transaction."""
    more = True
    while more:
        with transaction():
            more = mobile_changes.carry_out_due(now=clock.now())
