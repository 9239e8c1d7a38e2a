"""A stay over midnight becomes two records whose sum is what it was (E4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from volunteer_hub.core import clock
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.exchange.midnight import by_day, undivided

#: Midnight of 6 March in Shanghai.
MIDNIGHT = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_stay_within_a_day_stays_one_record() -> None:
    [part] = by_day(MIDNIGHT, MIDNIGHT + 90 * MINUTE, 85)
    assert (part.on, part.minutes, part.hours) == (date(2026, 3, 6), 85, Decimal("1.41"))


def test_a_stay_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    assert [part.on for part in by_day(MIDNIGHT - 60 * MINUTE, MIDNIGHT, 60)] == [date(2026, 3, 5)]


def test_a_stay_over_midnight_is_two_records_and_neither_crosses_it() -> None:
    first, second = by_day(MIDNIGHT - 59 * MINUTE, MIDNIGHT + 61 * MINUTE, 120)
    assert (first.on, second.on) == (date(2026, 3, 5), date(2026, 3, 6))
    assert first.ends == MIDNIGHT - timedelta(seconds=1)
    assert second.begins == MIDNIGHT
    assert first.minutes + second.minutes == 120
    # Cut one by one they would print 0.98 + 1.01; together they are two hours.
    assert first.hours + second.hours == Decimal("2.00")


def test_minutes_that_rules_took_away_are_shared_by_how_long_each_day_was() -> None:
    parts = by_day(MIDNIGHT - 60 * MINUTE, MIDNIGHT + 120 * MINUTE, 90)
    assert [part.minutes for part in parts] == [30, 60]


@example(before=0, after=0, share=100, seconds=1)
@example(before=0, after=0, share=0, seconds=0)
@given(
    before=st.integers(0, 3 * 1440),
    after=st.integers(0, 3 * 1440),
    share=st.integers(0, 100),
    seconds=st.integers(0, 59),
)
def test_the_sum_never_changes_in_minutes_or_in_printed_hours(
    before: int, after: int, share: int, seconds: int
) -> None:
    begins = MIDNIGHT - before * MINUTE - timedelta(seconds=seconds)
    minutes = (before + after) * share // 100
    parts = by_day(begins, MIDNIGHT + after * MINUTE, minutes)
    assert sum(part.minutes for part in parts) == minutes
    assert sum((part.hours for part in parts), Decimal(0)) == hours_of(minutes)
    assert len({part.on for part in parts}) == len(parts)
    for part in parts:
        assert part.begins is not None
        assert part.ends is not None
        assert clock.civil_date(part.begins) == clock.civil_date(part.ends) == part.on
        assert part.minutes >= 0


def test_a_record_without_times_is_one_record() -> None:
    assert undivided(date(2026, 3, 5), 100)[0].hours == Decimal("1.66")


def test_a_stay_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        by_day(MIDNIGHT, MIDNIGHT - MINUTE, 1)
