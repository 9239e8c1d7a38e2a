"""Once, several days, weekly: which shifts come out, by the wall clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from volunteer_hub.activities.recurrence import MAX_SHIFTS, Frequency, Pattern, expand
from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError


def walls(pattern: Pattern) -> list[tuple[str, str]]:
    form = "%Y-%m-%d %H:%M"
    return [(f"{clock.local(start):{form}}", f"{clock.local(end):{form}}") for start, end in expand(pattern)]


def daily(first: date, last: date) -> Pattern:
    return Pattern(Frequency.DAILY, first, time(9), time(11), last_on=last)


def weekly(first: date, last: date, *weekdays: int) -> Pattern:
    return Pattern(Frequency.WEEKLY, first, time(9), time(11), last_on=last, weekdays=frozenset(weekdays))


def test_a_single_shift_is_the_day_it_says() -> None:
    assert walls(Pattern(Frequency.SINGLE, date(2026, 3, 5), time(9), time(11, 30))) == [
        ("2026-03-05 09:00", "2026-03-05 11:30")
    ]


def test_ten_at_night_to_two_ends_the_next_day_after_four_hours() -> None:
    pattern = Pattern(Frequency.SINGLE, date(2026, 12, 31), time(22), time(2))
    assert walls(pattern) == [("2026-12-31 22:00", "2027-01-01 02:00")]
    ((start, end),) = expand(pattern)
    assert end - start == timedelta(hours=4)


def test_midnight_as_an_end_belongs_to_the_next_day() -> None:
    assert walls(Pattern(Frequency.SINGLE, date(2026, 3, 5), time(20), time(0))) == [
        ("2026-03-05 20:00", "2026-03-06 00:00")
    ]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 1, 30), date(2026, 2, 2), ["01-30", "01-31", "02-01", "02-02"]),
        (date(2028, 2, 27), date(2028, 3, 1), ["02-27", "02-28", "02-29", "03-01"]),
        (date(2026, 2, 27), date(2026, 3, 1), ["02-27", "02-28", "03-01"]),
        (date(2026, 12, 30), date(2027, 1, 1), ["12-30", "12-31", "01-01"]),
        (date(2026, 5, 1), date(2026, 5, 1), ["05-01"]),
    ],
)
def test_every_day_crosses_month_ends_and_the_leap_day(first: date, last: date, days: list[str]) -> None:
    assert [start[5:10] for start, _ in walls(daily(first, last))] == days


def test_an_overnight_series_ends_on_the_first_of_march() -> None:
    pattern = Pattern(Frequency.DAILY, date(2028, 2, 28), time(22), time(2), last_on=date(2028, 2, 29))
    assert walls(pattern)[-1] == ("2028-02-29 22:00", "2028-03-01 02:00")


def test_weekly_takes_only_the_chosen_weekdays() -> None:
    spans = walls(weekly(date(2026, 6, 1), date(2026, 6, 14), 5, 6))
    assert [start[:10] for start, _ in spans] == ["2026-06-06", "2026-06-07", "2026-06-13", "2026-06-14"]


def test_thirty_one_days_are_allowed_and_thirty_two_are_not() -> None:
    first = date(2026, 7, 1)
    assert len(expand(daily(first, first + timedelta(days=30)))) == 31
    assert refusal(daily(first, first + timedelta(days=31))) == ("too_many_days", "last_on")


def test_two_hundred_shifts_are_allowed_and_one_more_is_not() -> None:
    first = date(2026, 1, 1)
    last = first + timedelta(days=MAX_SHIFTS - 1)
    assert len(expand(weekly(first, last, *range(7)))) == MAX_SHIFTS
    assert refusal(weekly(first, last + timedelta(days=1), *range(7))) == ("too_many_shifts", "last_on")


@pytest.mark.parametrize(
    ("pattern", "code", "field"),
    [
        (Pattern(Frequency.SINGLE, date(2026, 3, 5), time(9), time(9)), "no_length", "ends"),
        (Pattern(Frequency.DAILY, date(2026, 3, 5), time(9), time(10)), "no_last_day", "last_on"),
        (daily(date(2026, 3, 5), date(2026, 3, 4)), "backwards", "last_on"),
        (weekly(date(2026, 3, 5), date(2026, 4, 5)), "no_weekday", "weekdays"),
        (weekly(date(2026, 3, 2), date(2026, 3, 3), 6), "no_such_day", "weekdays"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused_at_its_field(pattern: Pattern, code: str, field: str) -> None:
    assert refusal(pattern) == (code, field)


def test_shifts_are_instants_of_the_civil_zone() -> None:
    ((start, _),) = expand(Pattern(Frequency.SINGLE, date(2026, 3, 5), time(7), time(9)))
    assert start == datetime.fromisoformat("2026-03-04T23:00+00:00")


def refusal(pattern: Pattern) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as caught:
        expand(pattern)
    return caught.value.code, caught.value.field
