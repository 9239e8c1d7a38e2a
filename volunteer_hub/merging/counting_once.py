"""Time that two registrations of one person both claim counts once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Span:
    """From one instant to another."""

    begin: datetime
    end: datetime


def uncovered_minutes(stay: Span, taken: Iterable[Span]) -> int:
    """Return the whole minutes of a stay that lie in none of the spans taken, whatever their order or overlap."""
    left = timedelta()
    at = stay.begin
    for span in sorted(taken, key=lambda span: span.begin):
        if span.end <= at:
            continue
        if span.begin >= stay.end:
            break
        if span.begin > at:
            left += span.begin - at
        at = max(at, span.end)
        if at >= stay.end:
            break
    if at < stay.end:
        left += stay.end - at
    return int(left // MINUTE)


def worth(minutes: int, stay: Span | None, taken: Iterable[Span]) -> int:
    """Return how many credited minutes a stay is still worth beside the spans taken.

    What no span covers is counted up to what was credited; without times nothing can be known to overlap.
    """
    return minutes if stay is None else min(minutes, uncovered_minutes(stay, taken))
