"""Opening hours as people print them on doors."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.anomalies import opening_hours
from volunteer_hub.anomalies.opening_hours import EVERY_DAY, Hours
from volunteer_hub.core import clock

WEEK = frozenset(range(1, 6))
#: A Thursday, and the Saturday after it.
THURSDAY, SATURDAY = date(2026, 3, 5), date(2026, 3, 7)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("door", "hours"),
    [
        ("周一至周五 8:30–17:00", [(WEEK, 510, 1020)]),
        ("星期一到星期五8：30-17：00", [(WEEK, 510, 1020)]),
        ("周一至周日 8:30–17:00", [(EVERY_DAY, 510, 1020)]),
        ("每天 9:00~21:00", [(EVERY_DAY, 540, 1260)]),
        ("8:30—11:30，13:30—17:00", [(EVERY_DAY, 510, 690), (EVERY_DAY, 810, 1020)]),
        ("周一至周五 8:30-17:00；周六 9:00-12:00", [(WEEK, 510, 1020), (frozenset({6}), 540, 720)]),
        ("周二、周四 14:00-16:00", [(frozenset({2, 4}), 840, 960)]),
        ("工作日 8点30分至17点", [(WEEK, 510, 1020)]),
        ("工作日上午8点半-12点，下午1:30-5:00", [(WEEK, 510, 720), (WEEK, 810, 1020)]),
        ("周六至周一 9:00-12:00", [(frozenset({6, 7, 1}), 540, 720)]),
        ("全天开放", [(EVERY_DAY, 0, 1440)]),
        ("24小时开放", [(EVERY_DAY, 0, 1440)]),
    ],
)
def test_what_is_printed_on_doors_is_understood(door: str, hours: list[tuple[frozenset[int], int, int]]) -> None:
    assert opening_hours.read(door) == tuple(Hours(*one) for one in hours)


@pytest.mark.parametrize(
    "door",
    [
        "",
        "开放",
        "周一至周五",
        "逢集开放",
        "夏季 8:00-18:00",
        "法定节假日除外 8:30-17:00",
        "17:00-8:30",
        "9:00-25:00",
        "8:30 起",
    ],
)
def test_what_is_not_understood_is_left_alone(door: str) -> None:
    assert opening_hours.read(door) is None


@pytest.mark.parametrize(
    ("day", "begin", "end", "outside"),
    [
        (THURSDAY, time(9), time(11), False),
        (THURSDAY, time(17, 59), time(20), False),
        (THURSDAY, time(18), time(20), True),
        (THURSDAY, time(5), time(7, 30), True),
        (THURSDAY, time(5), time(7, 31), False),
        (SATURDAY, time(9), time(11), True),
    ],
)
def test_a_stay_is_outside_only_if_it_shares_nothing_with_the_hour_around_opening(
    day: date, begin: time, end: time, outside: bool
) -> None:
    hours = opening_hours.read("周一至周五 8:30–17:00")
    assert hours is not None
    assert opening_hours.is_outside(hours, clock.at(day, begin), clock.at(day, end), HOUR) is outside


def test_the_night_is_counted_over_midnight() -> None:
    begin, end = clock.at(THURSDAY, time(22)), clock.at(THURSDAY + timedelta(days=1), time(6))
    assert opening_hours.minutes_at_night(begin, end, 23, 5) == 360
    assert opening_hours.minutes_at_night(clock.at(THURSDAY, time(5)), clock.at(THURSDAY, time(23)), 23, 5) == 0


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    for hours in opening_hours.read(text) or ():
        assert 0 <= hours.begin < hours.end <= 1440
        assert hours.days <= EVERY_DAY


@given(st.text(alphabet="周一二三四五六日至到、，；8:30点半分-–～上下午全天每天工作日 0", max_size=30))
def test_no_mixture_of_their_words_breaks_it_either(text: str) -> None:
    for hours in opening_hours.read(text) or ():
        assert 0 <= hours.begin < hours.end <= 1440


@given(st.integers(0, 3 * 1440), st.integers(0, 2000))
def test_a_door_that_never_shuts_has_no_outside(begin: int, minutes: int) -> None:
    hours = opening_hours.read("全天")
    start = clock.at(THURSDAY) + timedelta(minutes=begin)
    assert hours is not None
    assert not opening_hours.is_outside(hours, start, start + timedelta(minutes=minutes), timedelta(minutes=1))
