"""Carries credits from one registration of a person to another: reversed here, credited there.

A line that carries another keeps its class, day, attribution, policy and who vouched for it, and names the
line first entered: when a service became known to the ledger is asked of that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.ledger import service
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursDay, HoursEntry

#: What the carrying line has in common with the one it carries.
KEPT = (
    "hours_class",
    "service_on",
    "shift_id",
    "region_code",
    "station_id",
    "team_id",
    "policy_id",
    "day_cap_minutes",
    "recorded_by",
    "approved_by",
    "reason",
)


@dataclass(frozen=True)
class Carry:
    """One credit to be entered for somebody else: what it stands for, how many minutes of it, under which source."""

    entry: HoursEntry
    minutes: int
    source: str


def carry(
    actor: Actor, standing: Sequence[HoursEntry], carries: Sequence[Carry], to: int, *, now: datetime, reason: str
) -> dict[str, int]:
    """Take back what stands and credit what is carried to a volunteer; return the new lines' ids by source.

    They may be fewer minutes than stood: beyond the day's cap nothing is carried, and a line of no minutes is
    none. The lines are entered in the order given.
    """
    service.reverse_many(actor, [entry.id for entry in standing], now=now, reason=reason)
    db.session.flush()
    return service.write_lines([_line(one, to, now) for one in carries if one.minutes > 0])


def room_on(volunteer_id: int, entry: HoursEntry, held: dict[object, int]) -> int:
    """Return how many minutes a day still takes for a volunteer by an entry's cap; imported hours have none.

    `held` remembers the day's minutes between calls; whoever carries adds to it.
    """
    if entry.hours_class is HoursClass.D:
        return entry.minutes
    if entry.service_on not in held:
        day = db.session.get(HoursDay, (volunteer_id, entry.service_on), populate_existing=True)
        held[entry.service_on] = day.minutes if day else 0
    return max(0, entry.day_cap_minutes - held[entry.service_on])


def _line(one: Carry, to: int, now: datetime) -> dict[str, object]:
    return {
        **{name: getattr(one.entry, name) for name in KEPT},
        "volunteer_id": to,
        "kind": EntryKind.CREDIT,
        "minutes": one.minutes,
        "source": one.source,
        "reverses_id": None,
        "origin_id": one.entry.origin_id or one.entry.id,
        "recorded_at": now,
    }
