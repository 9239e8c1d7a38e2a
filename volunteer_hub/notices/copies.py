"""Who else is told: those who act for somebody, whom the list of rooms brings here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from volunteer_hub.notices import topics

#: Returns (account, whether it is a guardian's) of those who act for the account.
Find = Callable[[int, datetime], list[tuple[int, bool]]]
#: What a relative helps with; a guardian answers for the record as well. One's identity goes to nobody else.
FOR_RELATIVES = frozenset({"changes", "reminders"})
FOR_GUARDIANS = FOR_RELATIVES | {"record"}
_ways: list[Find] = []


def use(find: Find) -> None:
    """Bring the way to those who act for an account; called by the list of rooms."""
    _ways[:] = [find]


def carers_for(account_id: int, key: str, now: datetime) -> list[int]:
    """Return the accounts that get a copy of what an account is told under a key."""
    topic = topics.topic_of(key)
    if topic not in FOR_GUARDIANS:
        return []
    found = _ways[0](account_id, now) if _ways else []
    return [carer for carer, is_guardian in found if is_guardian or topic in FOR_RELATIVES]
