"""How a stay becomes minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.ledger.policy import Credit, Policy, credit_minutes, whole_minutes

START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=2)


def _stay(begin: float, end: float, policy: Policy | None = None, **kwargs: Any) -> Credit:
    return credit_minutes(
        policy or Policy(),
        planned_start=START,
        planned_end=END,
        in_at=START + timedelta(minutes=begin),
        out_at=START + timedelta(minutes=end),
        **kwargs,
    )


@pytest.mark.parametrize(
    ("begin", "end", "credited", "reductions"),
    [
        (0, 120, 120, ()),
        (-20, 120, 120, ("outside_plan",)),  # early in counts from the planned start
        (10, 120, 110, ()),  # late in counts from then
        (0, 100, 100, ()),  # early out counts to then
        (0, 145, 145, ()),  # late out counts inside the tolerance
        (0, 151, 150, ("outside_plan",)),  # and no further
        (-20, 170, 150, ("outside_plan",)),
        (10, 24.9, 0, ("too_short",)),  # fourteen full minutes
        (10, 25, 15, ()),
        (-30, -1, 0, ("outside_plan", "too_short")),
        (0, 0, 0, ("too_short",)),
    ],
)
def test_only_time_inside_the_plan_and_its_tolerance_counts(
    begin: float, end: float, credited: int, reductions: tuple[str, ...]
) -> None:
    credit = _stay(begin, end)
    assert (credit.credited, credit.reductions) == (credited, reductions)


@pytest.mark.parametrize(
    ("rules", "end", "credited"),
    [
        ({"early_in_counts": True}, 60, 60),
        ({"least_share": 60}, 71, 0),
        ({"least_share": 60}, 72, 72),
        ({"rounding": 30}, 59, 30),
        ({"rounding": 30, "round_nearest": True}, 59, 59),  # never more than was stayed
        ({"rounding": 30, "round_nearest": True}, 61, 60),
        ({"rounding": 5}, 64, 60),
        ({"activity_cap": 90}, 120, 90),
        ({"day_cap": 100}, 120, 100),
        ({"late_out_tolerance": 0}, 150, 120),
    ],
)
def test_an_area_may_set_its_own_rules(rules: dict[str, Any], end: float, credited: int) -> None:
    assert _stay(0, end, Policy(**rules)).credited == credited


def test_what_the_person_already_has_counts_against_the_caps() -> None:
    assert _stay(0, 120, shift_minutes_before=700).credited == 20
    assert _stay(0, 120, day_minutes_before=720).credited == 0
    assert _stay(0, 120, day_minutes_before=720).reductions == ("day_cap",)


def test_a_stay_over_midnight_is_one_stay() -> None:
    start = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
    end = start + timedelta(hours=4)
    credit = credit_minutes(Policy(), planned_start=start, planned_end=end, in_at=start, out_at=end)
    assert credit == Credit(240, 240, ())


def test_a_stay_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        _stay(10, 9)


def test_half_minutes_are_cut_not_rounded() -> None:
    assert whole_minutes(START, START + timedelta(seconds=119)) == 1


@given(
    begin=st.integers(-600, 600),
    stay=st.integers(0, 1500),
    before=st.integers(0, 1440),
    rounding=st.sampled_from([0, 5, 10, 15, 30]),
    nearest=st.booleans(),
    least=st.integers(0, 60),
)
def test_never_more_than_was_stayed_never_less_than_nothing_and_every_difference_explained(
    begin: int, stay: int, before: int, rounding: int, nearest: bool, least: int
) -> None:
    policy = Policy(rounding=rounding, round_nearest=nearest, least_minutes=least)
    credit = _stay(begin, begin + stay, policy, day_minutes_before=before)
    assert 0 <= credit.credited <= credit.raw == stay
    assert credit.credited + before <= max(policy.day_cap, before)
    assert (credit.credited == credit.raw) or credit.reductions
