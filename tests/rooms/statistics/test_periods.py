"""Months, quarters and years."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.statistics import periods

DAYS = st.dates(date(1950, 1, 1), date(2199, 12, 31))


@given(DAYS)
def test_each_period_holds_its_day_and_the_next_begins_where_it_ends(day: date) -> None:
    for of, months in ((periods.month, 1), (periods.quarter, 3), (periods.year, 12)):
        first, last = of(day)
        assert first <= day <= last
        assert first.day == 1
        assert of(last + timedelta(days=1))[0] == last + timedelta(days=1)
        assert len(list(periods.months_between(first, last))) == months


def test_the_periods_offered_begin_with_the_present_one() -> None:
    years, quarters, months = (offered for _, offered in periods.offered(date(2026, 2, 28)))
    assert [period.since for period in years] == [None, date(2026, 1, 1), date(2025, 1, 1), date(2024, 1, 1)]
    assert (quarters[1].since, quarters[1].until) == (date(2025, 10, 1), date(2025, 12, 31))
    assert quarters[1].name % quarters[1].places == "2025 年第 4 季度"
    assert months[0].until == date(2026, 2, 28)
    assert len(months) == 12
