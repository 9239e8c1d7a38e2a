"""Holds the folded counts to register and ledger, by SQL that shares nothing with the fold."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from volunteer_hub.core import clock
from volunteer_hub.core.db import UtcDateTime
from volunteer_hub.regions.codes import codes_above

_BEGIN, _END = date(1, 1, 1), date(9999, 12, 31)

#: Everybody in the register at an instant, by place and assurance, with what they served in a period.
_COUNTED = """
    WITH served AS (
        SELECT volunteer_id,
               SUM(CASE WHEN hours_class = 'A' THEN minutes ELSE 0 END) AS a,
               SUM(CASE WHEN hours_class = 'B' THEN minutes ELSE 0 END) AS b,
               SUM(CASE WHEN hours_class = 'C' THEN minutes ELSE 0 END) AS c,
               SUM(CASE WHEN hours_class = 'D' THEN minutes ELSE 0 END) AS d
        FROM hours_entries
        WHERE recorded_at <= :instant AND service_on BETWEEN :since AND :until
        GROUP BY volunteer_id
    )
    SELECT s.region_code, s.assurance, COUNT(*),
           SUM(CASE WHEN a > 0 THEN 1 ELSE 0 END),
           SUM(CASE WHEN a > 0 THEN 0 WHEN b > 0 THEN 1 ELSE 0 END),
           SUM(CASE WHEN a > 0 OR b > 0 THEN 0 WHEN c > 0 THEN 1 ELSE 0 END),
           SUM(CASE WHEN a > 0 OR b > 0 OR c > 0 THEN 0 WHEN d > 0 THEN 1 ELSE 0 END),
           COALESCE(SUM(a), 0), COALESCE(SUM(b), 0), COALESCE(SUM(c), 0), COALESCE(SUM(d), 0)
    FROM standings s LEFT JOIN served ON served.volunteer_id = s.volunteer_id
    WHERE s.since <= :instant AND s.until > :instant
    GROUP BY s.region_code, s.assurance"""

_FOLDED = """
    SELECT f.region_code, f.assurance, f.registered, f.best_a, f.best_b, f.best_c, f.best_d,
           f.minutes_a, f.minutes_b, f.minutes_c, f.minutes_d
    FROM figure_days f JOIN (
        SELECT region_code, assurance, MAX(day) AS day FROM figure_days
        WHERE period = :period AND day <= :day GROUP BY region_code, assurance
    ) last ON last.region_code = f.region_code AND last.assurance = f.assurance AND last.day = f.day
    WHERE f.period = :period"""

_WAITING = """
    SELECT COUNT(*) FROM figure_changes c
    LEFT JOIN hours_entries e ON e.id = c.entry_id
    LEFT JOIN standings s ON s.id = c.standing_id
    WHERE e.recorded_at <= :instant OR COALESCE(c.old_since, s.since) <= :instant"""

Counts = tuple[int, ...]


@dataclass(frozen=True)
class Checked:
    """One day and period: how many divisions were compared, and those that differ."""

    day: date
    period: int
    compared: int
    wrong: tuple[str, ...]


def waiting(connection: Connection, day: date) -> int:
    """Return how many changes that matter to a day are not folded yet: it cannot be compared before."""
    return int(connection.scalar(_at(_WAITING), {"instant": clock.end_of(day)}) or 0)


def check_day(connection: Connection, day: date) -> Iterator[Checked]:
    """Compare every division's counts at the end of a day: over the whole ledger, its year and its month."""
    for period in (0, day.year, day.year * 100 + day.month):
        since, until = _bounds(period)
        counted = _climb(
            connection.execute(_at(_COUNTED), {"instant": clock.end_of(day), "since": since, "until": until}),
            with_people=period == 0,
        )
        folded = {
            (code, assurance): tuple(map(int, counts))
            for code, assurance, *counts in connection.execute(text(_FOLDED), {"period": period, "day": day})
            if any(counts)
        }
        wrong = sorted(key for key in counted.keys() | folded.keys() if counted.get(key) != folded.get(key))
        says = (
            f"{code} at {level}: {folded.get((code, level))} for {counted.get((code, level))}"
            for code, level in wrong
        )
        yield Checked(day, period, len(counted), tuple(says))


def month_ends(today: date, count: int) -> list[date]:
    """Return the last days of the months before this one, latest first."""
    ends, year, month = [], today.year, today.month
    for _ in range(count):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        ends.append(date(year, month, calendar.monthrange(year, month)[1]))
    return ends


def first_day(connection: Connection) -> date | None:
    """Return the first day of which anything is folded."""
    found = connection.scalar(text("SELECT MIN(day) FROM figure_days"))
    return date.fromisoformat(found) if isinstance(found, str) else found


def _bounds(period: int) -> tuple[date, date]:
    if period == 0:
        return _BEGIN, _END
    if period < 10_000:
        return date(period, 1, 1), date(period, 12, 31)
    year, month = divmod(period, 100)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _climb(rows: Iterable[Any], *, with_people: bool) -> dict[tuple[str, int], Counts]:
    """Return counts by division and assurance, those of the divisions above too, without rows of nothing."""
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * 9)
    for place, assurance, *numbers in rows:
        counts = [int(number) for number in numbers]
        if not with_people:
            counts[0] = 0
        for code in [*codes_above(place), place]:
            held = found[code, assurance]
            held[:] = [mine + more for mine, more in zip(held, counts, strict=True)]
    return {key: tuple(counts) for key, counts in found.items() if any(counts)}


def _at(sql: str) -> TextClause:
    return text(sql).bindparams(bindparam("instant", type_=UtcDateTime()))
