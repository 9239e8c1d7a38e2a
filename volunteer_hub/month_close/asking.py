"""Asks the statistics what a month's close has to say, as of an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.month_close import content
from volunteer_hub.month_close.content import Json
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics import targets as held
from volunteer_hub.volunteers.models import Standing


def tables(region_code: str, first: date, as_of: datetime) -> list[Json]:
    """Return the month's tables: each period with all classes and with the scanned ones."""
    return [
        content.table(period, statistics.ratios(question, EVERYTHING))
        for period, question in content.questions(region_code, first, as_of)
    ]


def targets(region_code: str, as_of: datetime, asked: Iterable[Json]) -> list[Json]:
    """Return the targets that held for a division, and how far the tables' own row is from each.

    `missing` counts people, or minutes for hours; it is None where no table has the target's period and classes.
    """
    found = []
    for target in held.for_region(region_code, as_of):
        classes = "ABCD" if target.figure in held.FREE_OF_CLASSES | held.FREE_OF_SERVICES else target.classes
        table = content.find_table(asked, target.over.value, classes)
        fits = table is not None and target.basis in ("", table["base"])
        cell = content.read_row(table["cells"][0]) if table is not None and fits else None
        found.append(
            {
                "figure": target.figure,
                "year": target.year,
                "basis": target.basis,
                "over": target.over.value,
                "classes": target.classes,
                "hundredths": target.hundredths,
                "source": target.source,
                "missing": held.distance(cell, target).missing if cell else None,
            }
        )
    return found


def data_version(as_of: datetime) -> dict[str, int]:
    """Return the last ledger entry and the last standing there were at an instant."""
    entry = select(HoursEntry.id).where(HoursEntry.recorded_at <= as_of).order_by(HoursEntry.id.desc()).limit(1)
    standing = select(Standing.id).where(Standing.since <= as_of).order_by(Standing.id.desc()).limit(1)
    return {"ledger": db.session.scalar(entry) or 0, "standings": db.session.scalar(standing) or 0}
