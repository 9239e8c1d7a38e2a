"""Whether the ledger still says what a paper says. Pure.

A correction takes a credit back and enters another in one act, at one instant. What was counted stays true
as long as every act that touched it gave back, for the same service, as much as it took: new times of
equal length, or hours moved to another registration of the same person. Where an act gave back less or
more, what was counted is true only if the ledger has just as many minutes for that service: two
registrations that both claimed the same time, or a merge that was undone. Hours that only came later take
nothing from what a paper says.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
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


def is_unchanged(covered: Collection[int], facts: Collection[Fact]) -> bool:
    """Tell whether the credits that were counted, or what took their place, still come to as many minutes."""
    standing = set(covered)
    if standing - {fact.entry_id for fact in facts}:
        return False
    ordered = sorted(facts, key=lambda fact: fact.recorded_at)
    doubted: set[Hashable] = set()
    for _, lines in groupby(ordered, key=lambda fact: fact.recorded_at):
        doubted |= _follow(standing, list(lines))
    return all(_minutes(facts, service) == _counted(facts, service, set(covered)) for service in doubted)


def _follow(standing: set[int], act: Collection[Fact]) -> set[Hashable]:
    """Let what one act entered take the place of what it took back; return the services where the two differ."""
    touched = {fact.service for fact in act if fact.reverses_id in standing}
    lines = [fact for fact in act if fact.service in touched]
    standing -= {fact.reverses_id for fact in lines if fact.reverses_id is not None}
    standing |= {fact.entry_id for fact in lines if fact.reverses_id is None}
    return {service for service in touched if _minutes(lines, service)}


def _minutes(lines: Collection[Fact], service: Hashable) -> int:
    return sum(fact.minutes for fact in lines if fact.service == service)


def _counted(facts: Collection[Fact], service: Hashable, covered: Collection[int]) -> int:
    return _minutes([fact for fact in facts if fact.entry_id in covered], service)
