"""Months, quarters and years."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.statistics import periods
from volunteer_hub.statistics.timeline import EVER, period_of

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


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.integers(0, 800), st.booleans(), st.booleans())
def test_only_a_whole_month_or_year_or_everything_is_a_folded_period(
    first: date, length: int, from_the_first: bool, to_the_last: bool
) -> None:
    since = first.replace(day=1) if from_the_first else first
    until = date.fromordinal(min(since.toordinal() + length, date.max.toordinal()))
    until = periods.month(until)[1] if to_the_last else until
    whole = {periods.month(since): since.year * 100 + since.month, periods.year(since): since.year}
    assert period_of(since, until) == whole.get((since, until))


def test_periods_of_two_months_and_open_ones_are_none_that_are_folded() -> None:
    assert period_of(None, None) == EVER
    assert period_of(date(2026, 2, 1), date(2026, 3, 31)) is None
    assert period_of(date(2026, 4, 1), date(2026, 5, 31)) is None
    assert period_of(date(2026, 1, 1), date(9999, 12, 31)) is None
    assert period_of(date(2024, 2, 1), date(2024, 2, 29)) == 202402
    assert period_of(date(2023, 2, 1), date(2023, 2, 28)) == 202302
    assert period_of(date(2024, 2, 1), date(2024, 2, 28)) is None


def test_a_month_of_the_first_centuries_has_four_digits_for_its_year() -> None:
    """A period may begin where calendars do; a month's name is read again as a date."""
    assert list(periods.months_between(date(999, 12, 31), date(1000, 1, 1))) == ["0999-12", "1000-01"]
