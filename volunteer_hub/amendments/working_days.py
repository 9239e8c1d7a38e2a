"""Working days, for the ten within which service must be recorded (MCA order 67 of 2020, art. 11). Pure.

The State Council publishes each year's holidays the year before; beyond what is published, Monday to Friday
stand in, and whoever shows the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

LIMIT = 10
_PUBLISHED = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)


@dataclass(frozen=True)
class Delay:
    """Whether the limit has passed, and whether every day between is in a published calendar."""

    is_late: bool
    is_certain: bool


def delay(served_on: date, recorded_on: date) -> Delay:
    """Return whether more than ten working days lie after the day of service, up to the day of recording."""
    passed, certain, day = 0, True, served_on
    while day < recorded_on and passed <= LIMIT:
        day += timedelta(days=1)
        certain &= day.year in _PUBLISHED
        passed += is_working_day(day)
    return Delay(passed > LIMIT, certain)


def last_in_time(since: date) -> date:
    """Return the tenth working day after a day: the last on which something due since then is in time."""
    day, passed = since, 0
    while passed < LIMIT:
        day += timedelta(days=1)
        passed += is_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    """Tell whether people work on a day: by the published calendar, else from Monday to Friday."""
    return bool(chinese_calendar.is_workday(day)) if day.year in _PUBLISHED else day.isoweekday() <= 5
