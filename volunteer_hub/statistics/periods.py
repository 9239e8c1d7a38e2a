"""Months, quarters and years as civil dates, and those one asks for most. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from volunteer_hub.core.text import N_

#: How many of each are offered, the present one included.
YEARS, QUARTERS, MONTHS = 3, 4, 12
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A stretch of civil dates, both inclusive, with its name; without either it is all time."""

    #: A marked sentence with %(year)s, %(quarter)s and %(month)s places.
    name: str
    since: date | None = None
    until: date | None = None

    @property
    def places(self) -> dict[str, int]:
        """Return what fills the places of the name."""
        if self.since is None:
            return {}
        return {
            "year": self.since.year,
            "quarter": (self.since.month + 2) // 3,
            "month": self.since.month,
        }


def month(day: date) -> tuple[date, date]:
    """Return the first and last day of a day's month."""
    return _stretch(day.replace(day=1), 1)


def quarter(day: date) -> tuple[date, date]:
    """Return the first and last day of a day's quarter."""
    return _stretch(date(day.year, day.month - (day.month - 1) % 3, 1), 3)


def year(day: date) -> tuple[date, date]:
    """Return the first and last day of a day's year."""
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _stretch(first: date, months: int) -> tuple[date, date]:
    last = first.year * 12 + first.month - 1 + months - 1
    year_, month_ = last // 12, last % 12 + 1
    return first, date(year_, month_, monthrange(year_, month_)[1])


def months_between(first: date, last: date) -> Iterator[str]:
    """Yield the months from one day's to another's, both inclusive, as 2026-11."""
    day = first.replace(day=1)
    while day <= last:
        yield day.isoformat()[:7]
        day = month(day)[1] + ONE_DAY


def offered(today: date) -> list[tuple[str, list[Period]]]:
    """Return the periods a clerk asks for most, in groups with a marked heading, the latest first."""
    years, quarters, months = [year(today)], [quarter(today)], [month(today)]
    for stretches, of, count in ((years, year, YEARS), (quarters, quarter, QUARTERS), (months, month, MONTHS)):
        while len(stretches) < count:
            stretches.append(of(stretches[-1][0] - ONE_DAY))
    return [
        (N_("年"), [Period(N_("全部时间")), *(Period(N_("%(year)s 年"), *stretch) for stretch in years)]),
        (N_("季度"), [Period(N_("%(year)s 年第 %(quarter)s 季度"), *stretch) for stretch in quarters]),
        (N_("月"), [Period(N_("%(year)s 年 %(month)s 月"), *stretch) for stretch in months]),
    ]
