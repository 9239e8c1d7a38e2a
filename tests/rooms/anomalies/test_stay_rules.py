"""The rules over the stays of one shift, as pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers.anomalies import stayed
from volunteer_hub.anomalies import opening_hours, stay_rules
from volunteer_hub.anomalies.rows import Stay
from volunteer_hub.anomalies.stay_rules import Announced
from volunteer_hub.anomalies.thresholds import LIMITS
from volunteer_hub.checkin.models import CloseKind, EntryPoint
from volunteer_hub.core import clock

AT = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DOOR = opening_hours.read("周一至周五 8:30–17:00")
#: A Thursday.
DAY = date(2026, 3, 5)


def alike(count: int, *, every: float = 3.0, minutes: int = 120, **more: Any) -> list[Stay]:
    return [stayed(who, AT + who * every * MINUTE, minutes, **more) for who in range(count)]


def test_everybody_as_long_though_they_came_over_half_an_hour_is_flagged() -> None:
    (flag,) = stay_rules.identical_lengths(alike(8), LIMITS)
    assert (flag.facts["people"], flag.facts["minutes"], str(flag.subject)) == (8, 120, "shift:1")


def test_seven_people_are_too_few_to_wonder_about() -> None:
    assert stay_rules.identical_lengths(alike(7), LIMITS) == []


def test_one_of_eight_who_stayed_a_minute_longer_is_enough_to_leave_it() -> None:
    assert stay_rules.identical_lengths([*alike(7), stayed(8, AT, 121)], LIMITS) == []


def test_who_comes_and_goes_together_stays_as_long() -> None:
    """A queue of forty, three seconds a head, in and out: the same minutes for nearly all of them."""
    assert stay_rules.identical_lengths(alike(40, every=0.05), LIMITS) == []


@pytest.mark.parametrize(
    "more", [{"closed_by": CloseKind.BULK}, {"closed_by": CloseKind.AUTOMATIC}, {"way": EntryPoint.GROUP}]
)
def test_who_was_closed_by_a_leader_or_came_as_a_group_is_left_out(more: dict[str, object]) -> None:
    assert stay_rules.identical_lengths(alike(30, **more), LIMITS) == []


@given(st.lists(st.integers(15, 300), min_size=8, max_size=40, unique=True))
def test_people_who_stay_differently_are_never_flagged(lengths: list[int]) -> None:
    stays = [stayed(who, AT + 3 * who * MINUTE, minutes) for who, minutes in enumerate(lengths)]
    assert stay_rules.identical_lengths(stays, LIMITS) == []


def evening(count: int, begin: time, minutes: int = 90) -> list[Stay]:
    return [stayed(who, clock.at(DAY, begin), minutes) for who in range(count)]


def announced(hours_before: float | None, begin: time) -> Announced:
    starts_at = clock.at(DAY, begin)
    return Announced(1, starts_at, None if hours_before is None else starts_at - timedelta(hours=hours_before))


def test_three_people_at_eight_in_the_evening_nobody_could_read_of_are_flagged() -> None:
    (flag,) = stay_rules.outside_hours(evening(3, time(20)), announced(23, time(20)), DOOR, LIMITS)
    assert (flag.facts["people"], flag.facts["minutes"], str(flag.subject)) == (3, 270, "station:1")


def test_the_same_evening_announced_a_day_before_is_planned() -> None:
    assert stay_rules.outside_hours(evening(30, time(20)), announced(24, time(20)), DOOR, LIMITS) == []


def test_two_people_who_stay_to_tidy_up_are_not_flagged() -> None:
    assert stay_rules.outside_hours(evening(2, time(20)), announced(1, time(20)), DOOR, LIMITS) == []


def test_who_begins_within_an_hour_of_closing_is_not_outside() -> None:
    assert stay_rules.outside_hours(evening(9, time(17, 59)), announced(1, time(18)), DOOR, LIMITS) == []


def test_deep_in_the_night_is_asked_about_though_it_was_announced() -> None:
    (flag,) = stay_rules.outside_hours(evening(3, time(23)), announced(100, time(23)), DOOR, LIMITS)
    assert flag.facts["people"] == 3
    assert stay_rules.outside_hours(evening(3, time(22), 119), announced(100, time(22)), DOOR, LIMITS) == []


def test_a_door_whose_hours_nobody_understands_holds_nothing_against_anybody() -> None:
    assert stay_rules.outside_hours(evening(9, time(23)), announced(None, time(23)), None, LIMITS) == []
