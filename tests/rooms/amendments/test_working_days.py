"""Ten working days after the service: weekends, holidays and the days worked in their place."""

from __future__ import annotations

from datetime import date

import pytest

from volunteer_hub.amendments.working_days import Delay, delay, is_working_day


@pytest.mark.parametrize(
    ("served", "recorded", "late"),
    [
        (date(2026, 3, 5), date(2026, 3, 5), False),
        (date(2026, 3, 5), date(2026, 3, 19), False),
        (date(2026, 3, 5), date(2026, 3, 20), True),
        # From Saturday: the first working day is Monday.
        (date(2026, 3, 7), date(2026, 3, 20), False),
        (date(2026, 3, 7), date(2026, 3, 23), True),
        # Over National Day.
        (date(2025, 9, 28), date(2025, 10, 17), False),
        (date(2025, 9, 28), date(2025, 10, 20), True),
        (date(2019, 1, 1), date(2026, 3, 20), True),
    ],
)
def test_the_eleventh_working_day_is_late(served: date, recorded: date, late: bool) -> None:
    assert delay(served, recorded) == Delay(late, is_certain=True)


def test_a_saturday_worked_for_a_holiday_is_a_working_day() -> None:
    assert is_working_day(date(2025, 10, 11))
    assert not is_working_day(date(2025, 10, 1))


def test_beyond_the_published_calendars_it_counts_weekdays_and_says_so() -> None:
    assert delay(date(2089, 1, 3), date(2089, 1, 17)) == Delay(is_late=False, is_certain=False)
    assert delay(date(2089, 1, 3), date(2089, 1, 18)) == Delay(is_late=True, is_certain=False)
    assert not is_working_day(date(2089, 1, 2))
