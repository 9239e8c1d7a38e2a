"""Looks again at an open month before somebody signs: are its figures still what they were, and did anything come?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from volunteer_hub.month_close import composing, content, late
from volunteer_hub.month_close.comparing import differences, other_changes
from volunteer_hub.month_close.composing import Composed
from volunteer_hub.month_close.content import Json, Period
from volunteer_hub.month_close.late import Kept
from volunteer_hub.month_close.models import MonthClose

#: Differences that a refused signature shows one by one.
SHOWN = 200


@dataclass(frozen=True)
class Checked:
    """What looking again has found. `latest` and `changes` are None where the figures stand."""

    #: The sum of what was looked at.
    digest: str
    latest: Composed | None
    changes: Json | None


def check(close: MonthClose, *, now: datetime) -> Checked:
    """Compose an open month's figures again as of their instant, and look for entries that came since.

    What differs is composed anew. It reads for a while and is called before the transaction, in
    which `count_arrived` looks once more.
    """
    again = composing.compose(close.region_code, close.month, version=close.version, as_of=close.as_of)
    arrived = count_arrived(close)
    if again.content == close.content and not arrived:
        return Checked(close.digest, None, None)
    as_of = max(composing.cut_off(now), close.as_of)
    latest = composing.compose(close.region_code, close.month, version=close.version, as_of=as_of)
    return Checked(close.digest, latest, _changes(close, latest, arrived))


def count_arrived(close: MonthClose) -> int:
    """Return how many entries came after an open month's instant, for service up to its end, of people it counts."""
    return late.count(Kept(close), Period.EVER)


def _changes(close: MonthClose, latest: Composed, arrived: int) -> dict[str, Any]:
    was, now = content.read(close.content), content.read(latest.content)
    found = differences(was["tables"], now["tables"], list(content.units(now["meanings"])))
    return {
        "as_of": was["as_of"],
        "entries": arrived,
        "count": len(found),
        "differences": [each.as_json() for each in found[:SHOWN]],
        "others": other_changes(was, now),
    }
