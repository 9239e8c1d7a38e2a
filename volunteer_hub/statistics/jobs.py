"""The timetable's share of the statistics."""

from __future__ import annotations

from volunteer_hub.statistics import fold_desk


def fold_figures() -> None:
    """Fold what has changed since the last time, some seconds ago."""
    fold_desk.fold_what_waits()
