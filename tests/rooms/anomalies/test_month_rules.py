"""The rules over the sums of a month, and over registrations, as pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.anomalies import month_rules, registration_rules
from volunteer_hub.anomalies.models import Rule
from volunteer_hub.anomalies.month_rules import Closing, Month, Spike, Sums, Together
from volunteer_hub.anomalies.registration_rules import Registered
from volunteer_hub.anomalies.rows import SubjectKind, subject
from volunteer_hub.anomalies.thresholds import LIMITS
from volunteer_hub.core import clock

MARCH = Month(date(2026, 3, 1))
APRIL = Month(date(2026, 4, 1))
AT = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def sums(made_up: int, minutes: int) -> Sums:
    return Sums(subject(SubjectKind.STATION, 1), 1, minutes, made_up, 5, 4, (11, 12))


def test_a_third_made_up_is_flagged_and_just_under_is_not() -> None:
    (flag,) = month_rules.made_up_shares(Rule.MADE_UP_STATION, [sums(1200, 4000)], MARCH, LIMITS)
    assert (flag.facts["share"], flag.facts["made_up"], flag.evidence["entries"]) == (30, "20.00", [11, 12])
    assert month_rules.made_up_shares(Rule.MADE_UP_STATION, [sums(1200, 4001)], MARCH, LIMITS) == []


def test_a_small_station_with_nothing_but_a_few_make_ups_is_not_flagged() -> None:
    assert month_rules.made_up_shares(Rule.MADE_UP_STATION, [sums(1199, 1199)], MARCH, LIMITS) == []


def test_a_busy_station_within_its_quota_is_not_flagged() -> None:
    assert month_rules.made_up_shares(Rule.MADE_UP_STATION, [sums(9_000, 90_000)], MARCH, LIMITS) == []


def spike(last: int, before: int, days: int = 20) -> Spike:
    return Spike(1, last, before, days)


def test_four_times_the_usual_before_a_quarter_closes_is_flagged_and_just_under_is_not() -> None:
    """March ends a quarter: its last five days against the sixty before."""
    (flag,) = month_rules.closing_spikes([spike(6000, 18_000)], MARCH, LIMITS)
    assert (flag.facts["closing"], flag.facts["times"], flag.from_on) == ("quarter", "4.0", date(2026, 3, 27))
    assert month_rules.closing_spikes([spike(6000, 18_001)], MARCH, LIMITS) == []


@pytest.mark.parametrize(
    ("month", "closing", "days"),
    [(MARCH, Closing.QUARTER, 5), (APRIL, Closing.MONTH, 3), (Month(date(2026, 12, 1)), Closing.YEAR, 7)],
)
def test_the_longest_period_that_closes_is_what_is_spoken_of(month: Month, closing: Closing, days: int) -> None:
    assert (month.closes, month.closes.days(LIMITS)) == (closing, days)


def test_a_station_that_is_always_busy_is_its_own_measure() -> None:
    assert month_rules.closing_spikes([spike(300_000, 60 * 60_000)], MARCH, LIMITS) == []


def test_a_station_that_hardly_opened_before_has_no_measure() -> None:
    assert month_rules.closing_spikes([spike(9000, 100, days=4)], MARCH, LIMITS) == []


def test_small_numbers_before_closing_are_not_a_spike() -> None:
    assert month_rules.closing_spikes([spike(5999, 600)], MARCH, LIMITS) == []


def together(number: int, first: int = 1, second: int = 2, **more: Any) -> Together:
    return Together(number, first, second, **{"station_id": 1, "minutes": 60, **more})


def test_three_lengthenings_by_the_same_two_whoever_asked_are_flagged() -> None:
    rows = [together(1), together(2, 2, 1), together(3)]
    (flag,) = month_rules.lengthened(rows, MARCH, LIMITS)
    assert (str(flag.subject), flag.facts["times"], flag.facts["hours"]) == ("pair:1:2", 3, "3.00")
    assert [str(one) for one in flag.concerned] == ["account:1", "account:2"]


def test_two_lengthenings_or_three_short_ones_or_three_pairs_are_not_flagged() -> None:
    assert month_rules.lengthened([together(1), together(2, minutes=600)], MARCH, LIMITS) == []
    assert month_rules.lengthened([together(n, minutes=59) for n in range(3)], MARCH, LIMITS) == []
    assert month_rules.lengthened([together(n, second=2 + n, minutes=600) for n in range(9)], MARCH, LIMITS) == []


def test_corrections_that_shorten_never_count_against_anybody() -> None:
    assert month_rules.lengthened([together(n, minutes=-60) for n in range(20)], MARCH, LIMITS) == []


def test_eight_of_ten_make_ups_by_the_same_two_are_not_yet_many_ten_of_twelve_are() -> None:
    others = [together(100 + n, 8, 9) for n in range(2)]
    assert month_rules.same_pairs([together(n) for n in range(8)] + others, MARCH, LIMITS) == []
    (flag,) = month_rules.same_pairs([together(n, 1 + n % 2, 2 - n % 2) for n in range(10)] + others, MARCH, LIMITS)
    assert (flag.facts["times"], flag.facts["of"], flag.facts["share"]) == (10, 12, 83)


def test_a_busy_station_with_several_who_decide_is_not_flagged() -> None:
    rows = [together(n, 1 + n % 3, 4 + n % 2) for n in range(60)]
    assert month_rules.same_pairs(rows, MARCH, LIMITS) == []


def test_admitting_ones_own_quarantined_scans_three_times_is_flagged_twice_is_not() -> None:
    own = [together(n, 1, 1, is_own=True) for n in range(3)]
    (flag,) = month_rules.vouchings(own, MARCH, LIMITS)
    assert (flag.facts["own"], flag.evidence["scans"], str(flag.subject)) == (3, [0, 1, 2], "pair:1:1")
    assert len(flag.concerned) == 1
    assert month_rules.vouchings(own[:2], MARCH, LIMITS) == []


def test_twenty_admitted_by_one_other_are_flagged_nineteen_are_not() -> None:
    (flag,) = month_rules.vouchings([together(n) for n in range(20)], MARCH, LIMITS)
    assert (flag.facts["scans"], flag.facts["of"]) == (20, 20)
    assert month_rules.vouchings([together(n) for n in range(19)], MARCH, LIMITS) == []


def test_a_station_without_network_whose_scans_are_admitted_by_whoever_is_on_duty_is_not_flagged() -> None:
    assert month_rules.vouchings([together(n, 1, 2 + n % 2) for n in range(200)], MARCH, LIMITS) == []


def registered(count: int, gap: float, at: datetime = AT) -> list[Registered]:
    return [Registered(n, "m" * 64, at + timedelta(minutes=n * gap), "220403002001") for n in range(count)]


def test_six_registrations_with_one_mobile_in_ten_minutes_are_flagged_five_are_not() -> None:
    (flag,) = registration_rules.bursts(registered(6, 2), LIMITS)
    assert (flag.facts["people"], flag.facts["minutes"], flag.region_code) == (6, 10, "220403002001")
    assert registration_rules.bursts(registered(5, 1), LIMITS) == []
    assert registration_rules.bursts(registered(6, 2.1), LIMITS) == []


def test_the_key_of_a_mobile_is_no_mobile() -> None:
    (flag,) = registration_rules.bursts(registered(6, 1), LIMITS)
    assert str(flag.subject) == "mobile:" + "m" * 40
    assert flag.subject.numbers == ()


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 400))
def test_every_month_that_ended_between_two_instants_is_named_once(day: date, days: int) -> None:
    since, now = clock.at(day), clock.at(day + timedelta(days=days))
    months = month_rules.months_over(since, now)
    assert months == sorted(set(months), key=lambda month: month.first)
    assert all(since < month.ends <= now for month in months)
    firsts = sum((day + timedelta(days=n)).day == 1 for n in range(1, days + 1))
    assert len(months) == firsts


def test_a_month_is_over_with_its_last_instant_in_shanghai() -> None:
    end = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    assert MARCH.ends == end
    assert month_rules.months_over(end - timedelta(hours=1), end - timedelta(microseconds=1)) == []
    assert month_rules.months_over(end - timedelta(hours=1), end) == [MARCH]
