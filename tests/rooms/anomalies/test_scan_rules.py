"""The rules over scans, as pure functions: what flags, the nearest case that does not, and a busy honest door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers.anomalies import seen
from volunteer_hub.anomalies import scan_rules
from volunteer_hub.anomalies.rows import Place, ScanSeen
from volunteer_hub.anomalies.thresholds import LIMITS, Limits
from volunteer_hub.checkin.models import Direction, EntryPoint

AT = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
#: About nine kilometres apart, and one without a position.
PLACES = {
    1: Place(1, 42.9, 125.1, "仙城大街 18 号"),
    2: Place(2, 42.98, 125.1, "东山路 3 号"),
    3: Place(3, None, None, ""),
}


def queue(count: int, gap: float, **more: Any) -> list[ScanSeen]:
    return [seen(number, AT + number * gap * SECOND, **more) for number in range(count)]


def test_ten_people_through_one_device_in_ten_seconds_are_flagged_once() -> None:
    (flag,) = scan_rules.device_bursts(queue(30, 0.9), LIMITS)
    assert (flag.facts["people"], str(flag.subject), flag.period) == (12, "device:3", "shift:1")


def test_nine_people_in_ten_seconds_are_not_flagged() -> None:
    assert scan_rules.device_bursts(queue(9, 1.0), LIMITS) == []


def test_a_busy_door_with_two_seconds_a_head_is_not_flagged_all_morning() -> None:
    assert scan_rules.device_bursts(queue(600, 2.0), LIMITS) == []


def test_the_same_person_many_times_is_one_person() -> None:
    again = [seen(1, AT + number * SECOND) for number in range(20)]
    assert scan_rules.device_bursts(again, LIMITS) == []


def test_thirty_phones_behind_one_door_are_thirty_devices() -> None:
    scans = [seen(number, AT + number * 0.2 * SECOND, device_id=number) for number in range(30)]
    assert scan_rules.device_bursts(scans, LIMITS) == []


@pytest.mark.parametrize("way", [EntryPoint.GROUP, EntryPoint.SELF_SCAN])
def test_a_group_in_one_act_and_own_phones_are_not_a_burst(way: EntryPoint) -> None:
    assert scan_rules.device_bursts(queue(40, 0.0, way=way), LIMITS) == []


def test_without_a_device_the_account_that_scanned_is_flagged() -> None:
    (flag,) = scan_rules.device_bursts(queue(10, 0.5, device_id=None), LIMITS)
    assert str(flag.subject) == "account:7"


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 120)), max_size=60),
    st.integers(2, 8),
    st.integers(1, 15),
)
def test_a_burst_is_found_exactly_where_some_window_holds_enough_people(
    made: list[tuple[int, int]], people: int, seconds: int
) -> None:
    scans = [seen(who, AT + after * SECOND) for who, after in made]
    limits = Limits(burst_people=people, burst_seconds=seconds)
    densest = max(
        (len({who for who, other in made if begin <= other <= begin + seconds}) for _, begin in made), default=0
    )
    found = scan_rules.device_bursts(scans, limits)
    assert [flag.facts["people"] for flag in found] == ([densest] if densest >= people else [])


def whole_team(count: int) -> dict[tuple[int, int], int]:
    return {(1, number): 5 for number in range(count)}


@pytest.mark.parametrize("direction", Direction)
def test_a_whole_team_through_one_device_faster_than_people_walk_is_flagged(direction: Direction) -> None:
    (flag,) = scan_rules.same_minutes(queue(9, 1.5, direction=direction), whole_team(9), LIMITS)
    assert (str(flag.subject), flag.facts["people"], flag.period) == ("team:5", 9, f"shift:1:{direction.value}")
    assert [str(one) for one in flag.concerned] == ["team:5", "account:7"]


def test_a_team_off_the_bus_scanned_every_two_seconds_is_not_flagged() -> None:
    assert scan_rules.same_minutes(queue(9, 2.0), whole_team(9), LIMITS) == []


def test_seven_people_are_not_a_team_in_one_minute() -> None:
    assert scan_rules.same_minutes(queue(7, 0.5), whole_team(7), LIMITS) == []


def test_a_team_of_which_one_in_ten_came_later_is_not_the_whole_team() -> None:
    late = [seen(9, AT + timedelta(minutes=20))]
    assert scan_rules.same_minutes(queue(9, 1.0) + late, whole_team(10), LIMITS) == []


def test_two_devices_share_a_fast_team_and_neither_is_flagged() -> None:
    scans = [seen(number, AT + number * SECOND, device_id=number % 2) for number in range(12)]
    assert scan_rules.same_minutes(scans, whole_team(12), LIMITS) == []


def test_scanning_oneself_four_times_in_a_month_is_flagged_three_times_is_not() -> None:
    own = [seen(1, AT + timedelta(days=day), shift_id=day) for day in range(4)]
    (flag,) = scan_rules.own_scans(own, LIMITS)
    assert (flag.facts["scans"], flag.period, str(flag.subject)) == (4, "2026-03", "account:7")
    assert scan_rules.own_scans(own[:3], LIMITS) == []


def test_ones_own_phone_at_the_stations_code_is_what_everybody_does() -> None:
    own = [seen(1, AT + timedelta(days=day), way=EntryPoint.SELF_SCAN) for day in range(20)]
    assert scan_rules.own_scans(own, LIMITS) == []


def travel(minutes: float, *, there: int = 2, first: Direction = Direction.OUT) -> list[ScanSeen]:
    return [
        seen(1, AT, direction=first, station_id=1),
        seen(1, AT + minutes * timedelta(minutes=1), station_id=there),
    ]


def test_nine_kilometres_in_four_minutes_are_flagged_in_five_they_are_not() -> None:
    (flag,) = scan_rules.journeys(travel(4), PLACES, LIMITS)
    assert (flag.facts["km"], flag.facts["minutes"], flag.period) == ("8.9", 4, "2026-03-05")
    assert scan_rules.journeys(travel(5), PLACES, LIMITS) == []


def test_without_a_position_five_minutes_are_enough_and_four_are_not() -> None:
    (flag,) = scan_rules.journeys(travel(4.9, there=3), PLACES, LIMITS)
    assert "km" not in flag.facts
    assert scan_rules.journeys(travel(5, there=3), PLACES, LIMITS) == []


def test_a_move_is_no_journey_where_nobody_knows_how_far_it_is() -> None:
    """Moving closes the first stay without a scan: a check-in follows a check-in."""
    assert scan_rules.journeys(travel(1, there=3, first=Direction.IN), PLACES, LIMITS) == []


def test_two_stations_under_one_roof_are_no_journey() -> None:
    roof = {1: Place(1, None, None, "仙城大街 18 号"), 2: Place(2, None, None, "仙城大街 18 号")}
    assert scan_rules.journeys(travel(0), roof, LIMITS) == []
    near = {1: Place(1, 42.9, 125.1), 2: Place(2, 42.901, 125.1)}
    assert scan_rules.journeys(travel(0), near, LIMITS) == []


def test_one_person_is_flagged_once_a_day_for_travelling() -> None:
    scans = [seen(1, AT + number * timedelta(minutes=1), station_id=1 + number % 2) for number in range(8)]
    assert len(scan_rules.journeys(scans, PLACES, LIMITS)) == 1


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_distance_is_symmetric_and_never_longer_than_half_way_round(a: float, b: float, c: float, d: float) -> None:
    here, there = Place(1, a, b), Place(2, c, d)
    apart = scan_rules.kilometres(here, there)
    assert apart == pytest.approx(scan_rules.kilometres(there, here), abs=1e-6)
    assert apart is not None
    assert 0 <= apart <= 20_016
    assert scan_rules.kilometres(here, here) == pytest.approx(0, abs=1e-6)
