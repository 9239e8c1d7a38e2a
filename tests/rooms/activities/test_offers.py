"""A place that came free is kept for who waited longest, until a deadline, and then goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.races import overlap
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from tests.rooms.activities.people import ACTOR
from volunteer_hub.activities import offers, sign_ups
from volunteer_hub.activities.models import Shift, SignUp, SignUpState
from volunteer_hub.activities.offering import deadline
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.notices.models import Notice
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

START = datetime(2026, 5, 16, 1, 0, tzinfo=UTC)
NOW = START - timedelta(days=3)
HOUR = timedelta(hours=1)
S = SignUpState


def a_full_shift(station: Station, waiting: int = 2) -> tuple[Shift, Volunteer, list[Volunteer]]:
    shift = make_shift(station, starts_at=START, ends_at=START + 2 * HOUR, capacity=1)
    holder, *others = (make_volunteer(District.community, f"志愿者{n}") for n in range(waiting + 1))
    make_sign_up(shift, holder, asked_at=NOW - 9 * HOUR)
    for n, person in enumerate(others):
        make_sign_up(shift, person, S.WAITING, asked_at=NOW - (8 - n) * HOUR)
    return shift, holder, others


def give_back(shift: Shift, holder: Volunteer, now: datetime = NOW) -> None:
    with transaction():
        sign_ups.withdraw(ACTOR, shift.id, holder.id, now=now)


def row(shift: Shift, person: Volunteer) -> SignUp:
    db.session.rollback()
    return db.session.scalars(
        select(SignUp).where(SignUp.shift_id == shift.id, SignUp.volunteer_id == person.id)
    ).one()


def lapse(now: datetime) -> list[bool]:
    done = []
    for shift_id, sign_up_id in offers.list_over(now):
        with transaction():
            done.append(offers.let_lapse(shift_id, sign_up_id, now=now))
    return done


def told(person: Volunteer) -> list[str]:
    statement = select(Notice.subject).where(Notice.account_id == person.account_id).order_by(Notice.id)
    return list(db.session.scalars(statement))


@pytest.mark.parametrize(
    ("left", "kept"),
    [(timedelta(days=3), 12 * HOUR), (timedelta(days=1), 12 * HOUR), (6 * HOUR, 3 * HOUR), (HOUR, HOUR / 2)],
)
def test_an_offer_is_kept_for_twelve_hours_or_half_of_what_is_left(left: timedelta, kept: timedelta) -> None:
    assert deadline(START - left, START) == START - left + kept


def test_a_place_that_comes_free_is_offered_and_counted_as_taken(station: Station) -> None:
    shift, holder, (first, second) = a_full_shift(station)
    give_back(shift, holder)
    offered = row(shift, first)
    assert (offered.state, offered.offered_until) == (S.OFFERED, NOW + 12 * HOUR)
    assert row(shift, second).state is S.WAITING
    assert db.session.get_one(Shift, shift.id).taken == 1
    assert ["有名额了" in subject for subject in told(first)] == [True]


def test_who_says_yes_in_time_has_the_place(station: Station) -> None:
    shift, holder, (first, _) = a_full_shift(station)
    give_back(shift, holder)
    with transaction():
        offers.take(ACTOR, shift.id, first.id, now=NOW + 11 * HOUR)
    taken = row(shift, first)
    assert (taken.state, taken.offered_until) == (S.ACCEPTED, None)
    assert lapse(NOW + 13 * HOUR) == []


def test_who_says_yes_too_late_is_told_and_changes_nothing(station: Station) -> None:
    shift, holder, (first, _) = a_full_shift(station)
    give_back(shift, holder)
    with pytest.raises(DomainError) as caught, transaction():
        offers.take(ACTOR, shift.id, first.id, now=NOW + 12 * HOUR)
    assert caught.value.code == "offer_over"
    assert row(shift, first).state is S.OFFERED


def test_nobody_takes_what_was_not_offered(station: Station) -> None:
    shift, _, (first, _) = a_full_shift(station)
    with pytest.raises(NotFound), transaction():
        offers.take(ACTOR, shift.id, first.id, now=NOW)


def test_an_offer_nobody_answered_goes_to_the_next_and_both_are_told(station: Station) -> None:
    shift, holder, (first, second) = a_full_shift(station)
    give_back(shift, holder)
    assert lapse(NOW + 12 * HOUR) == [True]
    assert [row(shift, person).state for person in (first, second)] == [S.WITHDRAWN, S.OFFERED]
    assert row(shift, second).offered_until == NOW + 24 * HOUR
    assert (len(told(first)), len(told(second))) == (2, 1)
    assert lapse(NOW + 12 * HOUR) == []


def test_who_does_not_want_the_place_hands_it_on(station: Station) -> None:
    shift, holder, (first, second) = a_full_shift(station)
    give_back(shift, holder)
    give_back(shift, first, NOW + HOUR)
    assert [row(shift, person).state for person in (first, second)] == [S.WITHDRAWN, S.OFFERED]


def test_yes_and_the_deadline_at_once_leave_one_holder(app: Flask, station: Station) -> None:
    """Red when `let_lapse` does not look at the state after holding the shift: the place goes on all the same."""
    shift, holder, (first, second) = a_full_shift(station)
    give_back(shift, holder)
    late = NOW + 12 * HOUR
    (found,) = offers.list_over(late)
    shift_id, first_id, second_id = shift.id, first.id, second.id

    def say_yes() -> None:
        offers.take(ACTOR, shift_id, first_id, now=late - timedelta(seconds=1))

    def run_out() -> None:
        assert not offers.let_lapse(*found, now=late)

    assert overlap(app, say_yes, run_out) == ["done", "done"]
    rows = db.session.execute(select(SignUp.volunteer_id, SignUp.state).where(SignUp.shift_id == shift_id))
    stands = {person: state for person, state in rows if person in (first_id, second_id)}
    assert stands == {first_id: S.ACCEPTED, second_id: S.WAITING}
    assert db.session.get_one(Shift, shift_id).taken == 1
