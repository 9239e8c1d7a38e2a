"""Asking for make-up hours: for whom, for which times, and what is in the way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from tests.makers.accounts import make_account, make_staff
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from tests.makers.requests import AFTER, approve_make_up, make_asked, make_make_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import Shift
from volunteer_hub.amendments import make_ups
from volunteer_hub.amendments.finding import Who
from volunteer_hub.amendments.make_ups import Asked
from volunteer_hub.amendments.models import MakeUp, RequestState
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.volunteers.models import Standing, Volunteer

HALF = START + timedelta(hours=1)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


@pytest.fixture
def second(door: Door) -> Actor:
    """Another manager of the station."""
    account = make_staff(Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, name="赵副站长")
    return Actor(account.id, account.display_name)


def _with_account(volunteer: Volunteer) -> Volunteer:
    account = make_account(volunteer.name, password="a long enough password")
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    return volunteer


def _refused(door: Door, asked: Asked, *, now: datetime = AFTER) -> DomainError:
    with pytest.raises(DomainError) as refusal, transaction():
        make_ups.ask(door.actor, EVERYTHING, door.shift.id, asked, now=now)
    assert db.session.scalar(select(func.count()).select_from(MakeUp)) == 0
    return refusal.value


def test_approved_by_a_second_person_it_is_class_c_with_both_names(door: Door, second: Actor) -> None:
    volunteer = make_signed_up(door)
    make_up = make_make_up(door, volunteer)
    assert db.session.scalar(select(func.count()).select_from(HoursEntry)) == 0
    assert approve_make_up(second, make_up) == 120
    entry = db.session.scalars(select(HoursEntry)).one()
    assert (entry.minutes, entry.hours_class, entry.source) == (120, HoursClass.C, f"make-up:{make_up.id}")
    assert (entry.recorded_by, entry.approved_by) == (door.operator.id, second.account_id)
    assert (entry.shift_id, entry.station_id, entry.region_code) == (door.shift.id, door.station.id, DISTRICT)
    assert entry.reason == make_up.reason
    assert (make_up.state, make_up.decided_by) == (RequestState.APPROVED, second.account_id)


@pytest.mark.parametrize(
    ("in_at", "out_at", "code"),
    [
        (START - timedelta(minutes=1), END, "outside_shift"),
        (START, END + timedelta(minutes=1), "outside_shift"),
        (END, START, "backwards"),
        (START, START, "backwards"),
        (START, START + timedelta(minutes=5), "too_short"),
    ],
)
def test_times_lie_inside_the_plan_and_come_to_something(
    door: Door, in_at: datetime, out_at: datetime, code: str
) -> None:
    assert _refused(door, make_asked(make_person(), in_at=in_at, out_at=out_at)).code == code


def test_what_has_not_happened_yet_is_not_made_up(door: Door) -> None:
    assert _refused(door, make_asked(make_person()), now=END - timedelta(minutes=1)).code == "in_the_future"


def test_a_shift_that_was_cancelled_brings_nobody_hours(door: Door) -> None:
    with transaction():
        db.session.get_one(Shift, door.shift.id).cancelled_at = START
    assert _refused(door, make_asked(make_person())).code == "no_service"


def test_a_reason_is_demanded(door: Door) -> None:
    assert _refused(door, make_asked(make_person(), reason="  ")).field == "reason"


def test_a_credited_stay_anywhere_is_in_the_way_and_is_shown(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, HALF)
    refusal = _refused(door, make_asked(volunteer, in_at=HALF - timedelta(minutes=1)))
    assert (refusal.code, refusal.params["activity"]) == ("overlap", "街道清洁日")
    assert (refusal.params["from_"], refusal.params["to"]) == ("2026-03-05 09:00", "2026-03-05 10:00")


def test_an_open_stay_is_in_the_way_too(door: Door) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    assert _refused(door, make_asked(volunteer)).code == "overlap"


def test_touching_ends_are_free(door: Door, second: Actor) -> None:
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, HALF)
    assert approve_make_up(second, make_make_up(door, volunteer, in_at=HALF)) == 60


def test_a_second_make_up_for_the_same_time_is_refused(door: Door) -> None:
    volunteer = make_person()
    make_make_up(door, volunteer, out_at=HALF)
    with pytest.raises(DomainError, match="overlap"):
        make_make_up(door, volunteer)


def test_a_stay_scanned_while_it_waited_is_in_the_way_at_approval(door: Door, second: Actor) -> None:
    volunteer = make_signed_up(door)
    make_up = make_make_up(door, volunteer)
    door.come(volunteer, START)
    door.go(volunteer, HALF)
    with pytest.raises(DomainError, match="overlap"):
        approve_make_up(second, make_up)
    assert db.session.get_one(MakeUp, make_up.id).state is RequestState.PENDING


def test_who_was_not_registered_that_day_gets_nothing(door: Door) -> None:
    late = make_person(registered_at=START + timedelta(days=1))
    assert _refused(door, make_asked(late), now=START + timedelta(days=2)).code == "not_registered"


def test_who_registered_later_that_day_may_have_it(door: Door) -> None:
    make_make_up(door, make_person(registered_at=END + timedelta(hours=1)))


def test_it_counts_for_where_the_person_lived_that_day(door: Door, second: Actor) -> None:
    volunteer = make_person()
    make_up = make_make_up(door, volunteer)
    with transaction():
        db.session.execute(delete(Standing).where(Standing.volunteer_id == volunteer.id))
    approve_make_up(second, make_up)
    assert db.session.scalars(select(HoursEntry.region_code)).one() == DISTRICT


def test_name_and_four_last_signs_find_exactly_one(door: Door) -> None:
    one, other = make_person(), make_person()
    with transaction():
        for person, mobile in ((one, "13800001234"), (other, "13800005678")):
            row = db.session.get_one(Volunteer, person.id)
            row.name, row.mobile, row.mobile_index = "李秀兰", mobile, crypto.blind_index("mobile", mobile)
    with transaction():
        asked = make_asked(one)
        by_name = Asked(Who(name="李 秀兰".replace(" ", ""), last_four="１２３４"), *_rest(asked))
        assert make_ups.ask(door.actor, EVERYTHING, door.shift.id, by_name, now=AFTER).volunteer_id == one.id


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (Who(), "who_missing"),
        (Who(name="李秀兰"), "last_four"),
        (Who(name="李秀兰", last_four="123"), "last_four"),
        (Who(name="李秀兰", last_four="9999"), "nobody"),
        (Who(name="李", last_four="0000"), "nobody"),
        (Who(name="李秀兰", last_four="0000"), "several"),
        (Who(number="V2204032511000001X"), "unknown_number"),
    ],
)
def test_nobody_is_found_by_half_and_two_are_not_one(door: Door, who: Who, code: str) -> None:
    for _ in range(2):
        person = make_person()
        with transaction():
            db.session.get_one(Volunteer, person.id).name = "李秀兰"
    assert _refused(door, Asked(who, *_rest(make_asked(person)))).code == code


def _rest(asked: Asked) -> tuple[object, ...]:
    return asked.in_at, asked.out_at, asked.reason, asked.picture
