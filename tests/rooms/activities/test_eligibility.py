"""The sign-up ladder: one reason at a time, in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from volunteer_hub.activities.eligibility import SENTENCES, Candidate, Engagement, Place, Reason, judge
from volunteer_hub.activities.models import ActivityState, SignUpState
from volunteer_hub.core import clock
from volunteer_hub.volunteers.ages import full_years

DAY = date(2026, 5, 16)


def o_clock(hour: int, minute: int = 0) -> datetime:
    return clock.at(DAY) + timedelta(hours=hour, minutes=minute)


OPENS = o_clock(9) - timedelta(hours=48)
CLOSES = o_clock(8)
NOON_BEFORE = o_clock(-12)
PLACE = Place(starts_at=o_clock(9), ends_at=o_clock(11), opens_at=OPENS, closes_at=CLOSES, capacity=10)
OTHER = Engagement("敬老院理发", o_clock(10), o_clock(12))


def reason(place: Place, candidate: Candidate, now: datetime = NOON_BEFORE, *, by_manager: bool = False) -> Reason:
    return judge(place, candidate, now, minimum_age=6, by_manager=by_manager).reason


def test_nothing_in_the_way_is_free() -> None:
    assert reason(PLACE, Candidate(born_on=date(1990, 1, 1))) is Reason.FREE


def test_with_everything_wrong_the_reasons_come_one_at_a_time_in_order() -> None:
    """Start with every obstacle and take away the told one each time: the whole ladder comes out, in order."""
    place = replace(PLACE, taken=10, only_team="环保队", activity_state=ActivityState.DRAFT, is_cancelled=True)
    late = o_clock(12)
    candidate = Candidate(date(2022, 1, 1), here=SignUpState.ACCEPTED, elsewhere=(OTHER,))
    told = [reason(place, candidate, late)]
    candidate = replace(candidate, here=SignUpState.DECLINED)
    told.append(reason(place, candidate, late))
    early = OPENS - timedelta(seconds=1)
    told.append(reason(place, candidate, early))
    place = replace(place, is_cancelled=False)
    told.append(reason(place, candidate, early))
    place = replace(place, activity_state=ActivityState.PUBLISHED)
    told.append(reason(place, candidate, early))
    place = replace(place, taken=9)
    told.append(reason(place, candidate, early))
    candidate = replace(candidate, born_on=date(2000, 1, 1))
    told.append(reason(place, candidate, early))
    candidate = replace(candidate, in_team=True)
    told.append(reason(place, candidate, early))
    candidate = replace(candidate, here=None)
    told.append(reason(place, candidate, early))
    candidate = replace(candidate, elsewhere=())
    told.append(reason(place, candidate, early))
    told.append(reason(place, candidate, CLOSES))
    told.append(reason(place, candidate, OPENS))
    assert told == [
        Reason.ALREADY,
        Reason.ENDED,
        Reason.CANCELLED,
        Reason.NOT_PUBLISHED,
        Reason.FULL,
        Reason.TOO_YOUNG,
        Reason.NOT_IN_TEAM,
        Reason.DECLINED,
        Reason.COLLIDES,
        Reason.TOO_EARLY,
        Reason.CLOSED,
        Reason.FREE,
    ]


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        pytest.param(o_clock(9, 30), o_clock(10, 30), id="inner"),
        pytest.param(o_clock(8), o_clock(12), id="outer"),
        pytest.param(o_clock(9), o_clock(11), id="identical"),
        pytest.param(o_clock(9), o_clock(9, 30), id="same start"),
        pytest.param(o_clock(10, 30), o_clock(11), id="same end"),
        pytest.param(o_clock(8), o_clock(9, 1), id="over the start by a minute"),
        pytest.param(o_clock(10, 59), o_clock(12), id="over the end by a minute"),
    ],
)
def test_every_shape_of_overlap_collides_and_names_the_other_activity(starts: datetime, ends: datetime) -> None:
    verdict = judge(PLACE, Candidate(elsewhere=(Engagement("敬老院理发", starts, ends),)), NOON_BEFORE, minimum_age=6)
    assert verdict.reason is Reason.COLLIDES
    assert verdict.params["title"] == "敬老院理发"
    assert verdict.params["starts"] == f"{clock.local(starts):%m-%d %H:%M}"


@pytest.mark.parametrize(("starts", "ends"), [(o_clock(8), o_clock(9)), (o_clock(11), o_clock(12))])
def test_touching_ends_do_not_collide(starts: datetime, ends: datetime) -> None:
    assert reason(PLACE, Candidate(elsewhere=(Engagement("敬老院理发", starts, ends),))) is Reason.FREE


def test_sign_up_opens_on_the_instant_and_not_a_second_earlier() -> None:
    assert reason(PLACE, Candidate(), OPENS) is Reason.FREE
    verdict = judge(PLACE, Candidate(), OPENS - timedelta(seconds=1), minimum_age=6)
    assert (verdict.reason, verdict.params) == (Reason.TOO_EARLY, {"opens": "05-14 09:00"})


def test_sign_up_closes_on_the_instant_and_not_a_second_earlier() -> None:
    assert reason(PLACE, Candidate(), CLOSES - timedelta(seconds=1)) is Reason.FREE
    verdict = judge(PLACE, Candidate(), CLOSES, minimum_age=6)
    assert (verdict.reason, verdict.params) == (Reason.CLOSED, {"closed": "05-16 08:00"})


def test_a_full_shift_opens_the_waiting_list_to_whom_nothing_else_stops() -> None:
    full = replace(PLACE, taken=10)
    assert judge(full, Candidate(), NOON_BEFORE, minimum_age=6).may_wait
    for stopped in (Candidate(born_on=date(2022, 1, 1)), Candidate(elsewhere=(OTHER,))):
        verdict = judge(full, stopped, NOON_BEFORE, minimum_age=6)
        assert verdict.reason is Reason.FULL
        assert not verdict.may_wait
    assert not judge(full, Candidate(), CLOSES, minimum_age=6).may_wait


def test_no_capacity_is_never_full_and_capacity_zero_always_is() -> None:
    assert reason(replace(PLACE, capacity=None, taken=5000), Candidate()) is Reason.FREE
    assert reason(replace(PLACE, capacity=0), Candidate()) is Reason.FULL


@pytest.mark.parametrize("here", [SignUpState.PENDING, SignUpState.WAITING, SignUpState.OFFERED])
def test_pending_waiting_and_offered_count_as_already_in(here: SignUpState) -> None:
    assert reason(PLACE, Candidate(here=here)) is Reason.ALREADY


def test_whoever_withdrew_may_come_back() -> None:
    assert reason(PLACE, Candidate(here=SignUpState.WITHDRAWN)) is Reason.FREE


def test_the_manager_is_not_held_by_window_or_refusal_but_by_everything_else() -> None:
    at_the_door = o_clock(9, 30)
    assert reason(PLACE, Candidate(here=SignUpState.DECLINED), at_the_door, by_manager=True) is Reason.FREE
    assert reason(replace(PLACE, taken=10), Candidate(), at_the_door, by_manager=True) is Reason.FULL
    assert reason(PLACE, Candidate(elsewhere=(OTHER,)), at_the_door, by_manager=True) is Reason.COLLIDES
    assert reason(PLACE, Candidate(), o_clock(11), by_manager=True) is Reason.ENDED


@pytest.mark.parametrize(
    ("born", "expected"),
    [(date(2020, 5, 16), 6), (date(2020, 5, 17), 5), (date(2020, 2, 29), 6)],
)
def test_age_is_counted_in_full_years_on_the_day_of_service(born: date, expected: int) -> None:
    assert full_years(born, DAY) == expected
    wanted = Reason.FREE if expected >= 6 else Reason.TOO_YOUNG
    assert reason(PLACE, Candidate(born_on=born)) is wanted


def test_an_unknown_birth_date_is_no_obstacle() -> None:
    assert reason(PLACE, Candidate(born_on=None)) is Reason.FREE


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
