"""One person's year in figures: hours, times, activities, stations, the longest day, the months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from volunteer_hub.activities.models import Shift
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.recognition.stars import Star, StarRule, reached


@dataclass(frozen=True)
class Year:
    """What the ledger says of one person and year, reversals taken off."""

    year: int
    minutes: int
    #: Services that stand.
    times: int
    days: int
    activities: int
    stations: int
    longest_on: date | None
    longest_minutes: int
    #: Minutes of each month, January first.
    months: tuple[int, ...]
    #: The level reached by the end of the year, by the levels of now.
    star: Star | None


def of_year(volunteer_id: int, year: int, rule: StarRule) -> Year:
    """Return somebody's year. Three statements, however much was served."""
    by_line: dict[int, list[AnyRow]] = {}
    for row in _lines(volunteer_id, year):
        by_line.setdefault(row.reverses_id or row.id, []).append(row)
    stands = [rows[0] for rows in by_line.values() if sum(row.minutes for row in rows) > 0]
    days: dict[date, int] = {}
    months = [0] * 12
    for row in stands:
        days[row.service_on] = days.get(row.service_on, 0) + row.minutes
        months[row.service_on.month - 1] += row.minutes
    longest = max(days, key=lambda day: (days[day], -day.toordinal()), default=None)
    return Year(
        year=year,
        minutes=sum(months),
        times=len(stands),
        days=len(days),
        activities=_count_activities([row.shift_id for row in stands if row.shift_id]),
        stations=len({row.station_id for row in stands if row.station_id}),
        longest_on=longest,
        longest_minutes=days[longest] if longest else 0,
        months=tuple(months),
        star=reached(rule.stars, rule.counted(_sums_until(volunteer_id, date(year, 12, 31)))),
    )


def _lines(volunteer_id: int, year: int) -> list[AnyRow]:
    columns = (
        HoursEntry.id,
        HoursEntry.reverses_id,
        HoursEntry.minutes,
        HoursEntry.service_on,
        HoursEntry.shift_id,
        HoursEntry.station_id,
    )
    within = HoursEntry.service_on.between(date(year, 1, 1), date(year, 12, 31))
    statement = select(*columns).where(HoursEntry.volunteer_id == volunteer_id, within)
    return list(db.session.execute(statement.order_by(HoursEntry.id)))


def _count_activities(shift_ids: list[int]) -> int:
    if not shift_ids:
        return 0
    activities = select(func.count(Shift.activity_id.distinct())).where(Shift.id.in_(set(shift_ids)))
    return db.session.scalar(activities) or 0


def _sums_until(volunteer_id: int, day: date) -> dict[HoursClass, int]:
    rows = db.session.execute(
        select(HoursEntry.hours_class, func.sum(HoursEntry.minutes))
        .where(HoursEntry.volunteer_id == volunteer_id, HoursEntry.service_on <= day)
        .group_by(HoursEntry.hours_class)
    )
    return {kind: int(minutes) for kind, minutes in rows}


def list_years(volunteer_id: int) -> list[int]:
    """Return the years in which somebody served, the latest first."""
    first, last = db.session.execute(
        select(func.min(HoursEntry.service_on), func.max(HoursEntry.service_on)).where(
            HoursEntry.volunteer_id == volunteer_id
        )
    ).one()
    return list(range(last.year, first.year - 1, -1)) if first else []
