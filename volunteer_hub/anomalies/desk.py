"""Carries one look out: reads portion by portion, and stores each portion's flags in a transaction of its own.

A look that is killed leaves flags and no mark; the next begins where this one began, and finds the same keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from volunteer_hub.anomalies import looking, service
from volunteer_hub.anomalies.models import AnomalyLook
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction

#: The wall clock's hour from which the night's look is due; a timetable that stood still looks later that day.
DUE = time(2)


@dataclass(frozen=True)
class Looked:
    """What came of a look."""

    over: looking.Reach
    found: int
    raised: int


def is_due(now: datetime) -> bool:
    """Tell whether the look of this civil day has not been carried out yet, and it is late enough for it."""
    if clock.local(now).time() < DUE:
        return False
    noted = select(AnomalyLook.id).where(AnomalyLook.night == clock.civil_date(now))
    return db.session.scalar(noted) is None


def look(
    now: datetime,
    *,
    since: datetime | None = None,
    is_nightly: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Looked:
    """Look over what is new, or over everything since an instant; `tell` hears of each portion's new flags."""
    over = looking.reach(now, since)
    found = raised = 0
    for findings in looking.find(over):
        added = 0
        if findings:
            with transaction():
                added = service.raise_flags(findings, now=now)
        found, raised = found + len(findings), raised + added
        if tell is not None:
            tell(added)
    with transaction():
        service.note_look(over, raised, is_nightly=is_nightly)
    return Looked(over, found, raised)
