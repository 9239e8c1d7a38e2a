"""Reads points: the rules, how far the ledger of hours has been folded, and what somebody has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.recognition.models import PointEntry, PointMark, PointRule
from volunteer_hub.recognition.point_rules import DatedRates, Rates


def list_rates() -> list[DatedRates]:
    """Return everything any area has ever set."""
    return [
        DatedRates(row.region_code, row.since, Rates(_per_hour(row), row.id))
        for row in db.session.scalars(select(PointRule).order_by(PointRule.since, PointRule.id))
    ]


def _per_hour(row: PointRule) -> dict[HoursClass, int]:
    return {kind: getattr(row, f"class_{kind.value.lower()}") for kind in HoursClass}


def list_rules(region_code: str) -> list[PointRule]:
    """Return what an area itself has set, the latest first."""
    statement = select(PointRule).where(PointRule.region_code == region_code)
    return list(db.session.scalars(statement.order_by(PointRule.id.desc())))


@dataclass(frozen=True)
class Line:
    """What matters of a line of hours to points and stars."""

    id: int
    volunteer_id: int
    minutes: int
    hours_class: HoursClass
    region_code: str
    recorded_at: datetime
    reverses_id: int | None


_LINE = (
    HoursEntry.id,
    HoursEntry.volunteer_id,
    HoursEntry.minutes,
    HoursEntry.hours_class,
    HoursEntry.region_code,
    HoursEntry.recorded_at,
    HoursEntry.reverses_id,
)


def list_lines(after: int, limit: int) -> list[Line]:
    """Return lines of the ledger beyond a number, in order."""
    statement = select(*_LINE).where(HoursEntry.id > after).order_by(HoursEntry.id).limit(limit)
    return [Line(*row) for row in db.session.execute(statement)]


def list_folded(entry_ids: Sequence[int]) -> set[int]:
    """Return which of these lines have points already."""
    statement = select(PointEntry.entry_id).where(PointEntry.entry_id.in_(entry_ids))
    return {number for number in db.session.scalars(statement) if number is not None}


def map_earned(entry_ids: Iterable[int]) -> dict[int, PointEntry]:
    """Return what these lines earned, by line."""
    statement = select(PointEntry).where(PointEntry.entry_id.in_(list(entry_ids)))
    return {row.entry_id: row for row in db.session.scalars(statement) if row.entry_id is not None}


def find_mark(before: date | None = None) -> int:
    """Return up to which line everything was looked at, or had been before a civil date."""
    statement = select(func.max(PointMark.entry_id))
    if before is not None:
        statement = statement.where(PointMark.day < before)
    return db.session.scalar(statement) or 0


def balance(volunteer_id: int) -> int:
    """Return how many points somebody has."""
    statement = select(func.sum(PointEntry.points)).where(PointEntry.volunteer_id == volunteer_id)
    return int(db.session.scalar(statement) or 0)


def page_points(volunteer_id: int, number: int) -> Page[AnyRow]:
    """Return (line of points, day of service, title of the activity) of somebody, the latest first."""
    statement = (
        select(PointEntry, HoursEntry.service_on, Activity.title)
        .outerjoin(HoursEntry, HoursEntry.id == PointEntry.entry_id)
        .outerjoin(Shift, Shift.id == HoursEntry.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .where(PointEntry.volunteer_id == volunteer_id)
        .order_by(PointEntry.at.desc(), PointEntry.id.desc())
    )
    total = select(func.count()).select_from(PointEntry).where(PointEntry.volunteer_id == volunteer_id)
    return page_of(db.session, statement, number, 20, total=db.session.scalar(total))


def has_lines_after(entry_id: int) -> bool:
    """Tell whether the ledger goes on beyond a line."""
    return bool(db.session.scalar(select(exists().where(HoursEntry.id > entry_id))))
