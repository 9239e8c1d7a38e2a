"""Whether the ledger still says what a paper says. Pure.

A correction reverses a credit and enters another in one act, at one instant. What was counted stays true
as long as every act that touched it gave back, for the same service, as much as it took: new times of
equal length, or hours moved to another number of the same person. Hours that came later take nothing from
what a paper says.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby


@dataclass(frozen=True)
class Fact:
    """One line of the ledger, as far as it matters here."""

    entry_id: int
    #: The credit it takes back; None for a credit.
    reverses_id: int | None
    minutes: int
    #: Equal for lines about the same service: its day, shift, unit and class.
    service: Hashable
    recorded_at: datetime


def is_unchanged(covered: Collection[int], facts: Iterable[Fact]) -> bool:
    """Tell whether the credits that were counted, or what took their place, still come to as many minutes."""
    standing = set(covered)
    ordered = sorted(facts, key=lambda fact: fact.recorded_at)
    acts = groupby(ordered, key=lambda fact: fact.recorded_at)
    return all(_follow(standing, list(lines)) for _, lines in acts)


def _follow(standing: set[int], act: Collection[Fact]) -> bool:
    """Let what one act entered take the place of what it took back; False where the two differ."""
    touched = {fact.service for fact in act if fact.reverses_id in standing}
    for service in touched:
        lines = [fact for fact in act if fact.service == service]
        if sum(fact.minutes for fact in lines):
            return False
        standing -= {fact.reverses_id for fact in lines if fact.reverses_id is not None}
        standing |= {fact.entry_id for fact in lines if fact.reverses_id is None}
    return True
