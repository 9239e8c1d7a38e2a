"""Who else is told what an account is told, for the room of notices, which stands below this one."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.families import queries
from volunteer_hub.families.models import CareKind
from volunteer_hub.volunteers.showing import ages


def carers_of(account_id: int, now: datetime) -> list[tuple[int, bool]]:
    """Return (account, whether it is a guardian's) of those who may act for the volunteer behind an account now."""
    carers = queries.carers_of(account_id, now, ages())
    return [(carer.account_id, carer.link.kind is CareKind.GUARDIAN) for carer in carers]
