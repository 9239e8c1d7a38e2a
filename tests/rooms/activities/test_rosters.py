"""What leaders and managers decide about sign-ups, and the lists that come of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.rooms.activities.people import ACTOR, sign
from tests.rooms.activities.test_sign_ups import (
    a_shift,
    people,
    refused,
    row,
    state,
    taken,
    withdraw,
)
from volunteer_hub.activities import queries, sign_ups
from volunteer_hub.activities.models import Shift, SignUpState
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.stations.models import Station

START = datetime(2026, 5, 16, 1, 0, tzinfo=UTC)
NOW = START - timedelta(days=1)
HOUR = timedelta(hours=1)
S = SignUpState


def test_with_approval_the_leader_decides_and_full_is_full(station: Station) -> None:
    shift, (first, second, third) = a_shift(station, capacity=1, needs_approval=True), people(3)
    assert [sign(shift, person, NOW) for person in (first, second, third)] == [S.PENDING] * 3
    assert taken(shift) == 0
    with transaction():
        sign_ups.accept(ACTOR, row(shift, second), now=NOW)
    with pytest.raises(DomainError, match="full"), transaction():
        sign_ups.accept(ACTOR, row(shift, first), now=NOW)
    assert [state(shift, person) for person in (first, second)] == [S.PENDING, S.ACCEPTED]
    assert taken(shift) == 1


def test_with_approval_who_moves_up_waits_for_the_leader_one_for_each_free_place(station: Station) -> None:
    shift, (holder, *waiting) = a_shift(station, capacity=1, needs_approval=True), people(3)
    make_sign_up(shift, holder, S.ACCEPTED)
    assert [sign(shift, person, NOW + n * HOUR) for n, person in enumerate(waiting)] == [S.WAITING] * 2
    withdraw(shift, holder, NOW + 5 * HOUR)
    assert [state(shift, person) for person in waiting] == [S.PENDING, S.WAITING]
    with transaction():
        sign_ups.decline(ACTOR, row(shift, waiting[0]), "已有安排", now=NOW + 6 * HOUR)
    assert [state(shift, person) for person in waiting] == [S.DECLINED, S.PENDING]


def test_who_was_declined_does_not_come_back_alone_but_the_manager_may_add_them(station: Station) -> None:
    shift, (person,) = a_shift(station), people(1)
    sign(shift, person, NOW)
    with transaction():
        sign_ups.decline(ACTOR, row(shift, person), "多次爽约", now=NOW)
    assert row(shift, person).reason == "多次爽约"
    assert refused(shift, person).code == "declined"
    with transaction():
        added = sign_ups.add_at_the_door(ACTOR, shift.id, person, now=START + HOUR, minimum_age=6)
    assert (added.state, added.reason) == (S.ACCEPTED, None)


def test_a_manager_cannot_add_to_a_full_shift(station: Station) -> None:
    shift, (holder, person) = a_shift(station, capacity=1), people(2)
    sign(shift, holder, NOW)
    with pytest.raises(DomainError) as caught, transaction():
        sign_ups.add_at_the_door(ACTOR, shift.id, person, now=NOW, minimum_age=6)
    assert (caught.value.code, caught.value.field) == ("full", "number")


def test_what_managers_do_to_people_leaves_a_trail_without_names(station: Station) -> None:
    shift, (one, two) = a_shift(station, needs_approval=True), people(2)
    sign(shift, one, NOW)
    with transaction():
        sign_ups.accept(ACTOR, row(shift, one), now=NOW)
        sign_ups.decline(ACTOR, row(shift, one), "名额调整", now=NOW)
        sign_ups.add_at_the_door(ACTOR, shift.id, two, now=NOW, minimum_age=6)
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.object_type == "shift").order_by(AuditEntry.id)
    ).all()
    assert [(entry.action, entry.details["volunteer"], entry.reason) for entry in entries] == [
        ("activities.accept", one.id, None),
        ("activities.decline", one.id, "名额调整"),
        ("activities.add_at_the_door", two.id, None),
    ]
    assert one.name not in str([entry.details for entry in entries])


def test_more_places_move_the_waiting_list_up_and_fewer_than_taken_are_refused(station: Station) -> None:
    shift, (first, second, third) = a_shift(station, capacity=1), people(3)
    for person in (first, second, third):
        sign(shift, person, NOW)
    with transaction():
        sign_ups.change_capacity(ACTOR, shift.id, 2, now=NOW)
    assert [state(shift, person) for person in (first, second, third)] == [S.ACCEPTED, S.OFFERED, S.WAITING]
    with pytest.raises(DomainError) as caught, transaction():
        sign_ups.change_capacity(ACTOR, shift.id, 1, now=NOW)
    assert (caught.value.code, caught.value.params) == ("below_taken", {"taken": 2})
    with transaction():
        sign_ups.change_capacity(ACTOR, shift.id, None, now=NOW)
    assert state(shift, third) is S.OFFERED


@pytest.mark.parametrize("past", [True, False])
def test_a_list_that_is_over_is_not_touched(station: Station, past: bool) -> None:
    shift, (person,) = a_shift(station, needs_approval=True), people(1)
    sign(shift, person, NOW)
    if not past:
        with transaction():
            db.session.get_one(Shift, shift.id).cancelled_at = NOW
    code = "ended" if past else "cancelled"
    now = START + 2 * HOUR if past else NOW
    with pytest.raises(DomainError, match=code), transaction():
        sign_ups.accept(ACTOR, row(shift, person), now=now)
    with pytest.raises(DomainError, match=code), transaction():
        sign_ups.decline(ACTOR, row(shift, person), "不合适", now=now)


def test_who_withdrew_is_not_taken_in_against_their_will(station: Station) -> None:
    shift, (person,) = a_shift(station), people(1)
    sign(shift, person, NOW)
    withdraw(shift, person)
    with pytest.raises(DomainError, match="sign_up_state"), transaction():
        sign_ups.accept(ACTOR, row(shift, person), now=NOW)


def test_what_is_next_and_what_was(station: Station) -> None:
    person = people(1)[0]
    past = make_shift(station, starts_at=START - 50 * HOUR, ends_at=START - 48 * HOUR)
    soon, later, off = (
        make_shift(station, starts_at=START + n * 24 * HOUR, ends_at=START + (n * 24 + 2) * HOUR) for n in range(3)
    )
    for shift, stands in [(past, S.ACCEPTED), (later, S.WAITING), (soon, S.ACCEPTED), (off, S.WITHDRAWN)]:
        make_sign_up(shift, person, stands)
    assert [it.shift.id for it in queries.list_next_shifts(person.id, NOW)] == [soon.id, later.id]
    assert [it.shift.id for it in queries.list_signed_up(person.id)] == [off.id, later.id, soon.id, past.id]
    assert queries.list_next_shifts(person.id, START + 2 * HOUR)[0].shift.id == later.id


def test_there_is_no_signing_up_for_nothing(station: Station) -> None:
    (person,) = people(1)
    with pytest.raises(NotFound), transaction():
        sign_ups.sign_up(ACTOR, 999, person, now=NOW, minimum_age=6)
