"""What everybody may know of an activity's hours, and what nobody may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, Door, make_door
from tests.makers.reviews import make_served, out_closed
from volunteer_hub.activities.models import Activity, ActivityState
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.publicity import published
from volunteer_hub.publicity.published import Record
from volunteer_hub.volunteers.models import Volunteer

AFTER = END + timedelta(minutes=61)


@pytest.fixture
def door(client: FlaskClient) -> Door:
    return make_door()


def _record(door: Door) -> Record:
    return published.get_record(door.shift.activity_id, AFTER)


def test_names_are_masked_and_hours_stand_beside_them(door: Door) -> None:
    for name, minutes in (("张三丰", 60), ("欧阳修", 90), ("李白", 120)):
        make_served(door, name, minutes=minutes)
    record = _record(door)
    assert [(line.name, line.minutes, line.hours_class) for line in record.lines] == [
        ("张**", 60, HoursClass.A),
        ("李*", 120, HoursClass.A),
        ("欧**", 90, HoursClass.A),
    ]
    assert (record.people, record.visits, record.minutes, record.unnamed) == (3, 3, 270, 0)


def test_one_person_at_two_shifts_is_one_person_and_two_visits(door: Door) -> None:
    people = [make_served(door) for _ in range(3)]
    second = Door(
        door.station,
        make_shift(door.station, starts_at=START + timedelta(days=1), ends_at=END + timedelta(days=1)),
        door.operator,
    )
    with transaction():
        second.shift.activity_id = door.shift.activity_id
        db.session.add(second.shift)
    for person in people:
        make_sign_up(second.shift, person)
    for person in people[:2]:
        second.come(person, second.shift.starts_at)
        second.go(person, second.shift.starts_at + timedelta(minutes=60))
    record = published.get_record(door.shift.activity_id, out_closed(second.shift))
    assert (record.people, record.visits, record.minutes) == (3, 5, 300)
    assert sorted(line.minutes for line in record.lines) == [60, 120, 120]


def test_nothing_appears_while_people_may_still_scan_out(door: Door) -> None:
    make_served(door)
    assert published.find_record(door.shift.activity_id, END + timedelta(minutes=60)) is None
    assert published.find_record(door.shift.activity_id, AFTER) is not None


def test_two_people_are_counted_and_not_named(door: Door) -> None:
    for _ in range(2):
        make_served(door)
    record = _record(door)
    assert (record.people, record.minutes, record.lines, record.unnamed) == (2, 120, (), 2)


def test_two_who_may_be_named_among_many_who_may_not_are_not_named_either(door: Door) -> None:
    """Red if the threshold looked at the people counted and not at those listed."""
    for _ in range(2):
        make_served(door)
    for _ in range(3):
        make_served(door, birth_on=date(2015, 1, 1))
    record = _record(door)
    assert (record.people, record.lines, record.unnamed) == (5, (), 5)


@pytest.mark.parametrize(("birth_on", "named"), [(date(2012, 3, 6), 0), (date(2012, 3, 5), 0), (date(2012, 3, 4), 1)])
def test_a_child_under_fourteen_and_on_that_birthday_is_counted_only(door: Door, birth_on: date, named: int) -> None:
    for _ in range(3):
        make_served(door)
    make_served(door, "童童", birth_on=birth_on)
    record = _record(door)
    assert record.people == 4
    assert sum(line.name == "童*" for line in record.lines) == named
    assert record.unnamed == 1 - named


def test_who_was_never_told_of_the_publication_is_counted_only(door: Door) -> None:
    for _ in range(3):
        make_served(door)
    make_served(door, "赵云", version="v1")
    make_served(door, "孙权", version=None)
    record = _record(door)
    assert {line.name for line in record.lines} == {"张**"}
    assert (record.people, record.unnamed) == (5, 2)


def test_who_has_left_the_register_is_counted_only(door: Door) -> None:
    people = [make_served(door) for _ in range(4)]
    with transaction():
        db.session.get_one(Volunteer, people[0].id).withdrawn_at = END
    record = _record(door)
    assert (record.people, len(record.lines), record.unnamed) == (4, 3, 1)


def test_what_was_reversed_is_gone_from_it(door: Door) -> None:
    people = [make_served(door) for _ in range(4)]
    entry = db.session.scalars(select(HoursEntry).where(HoursEntry.volunteer_id == people[0].id)).one()
    with transaction():
        ledger.reverse(COMMAND_LINE, entry.id, now=AFTER, reason="没有到场")
    record = _record(door)
    assert (record.people, record.visits, record.minutes, len(record.lines)) == (3, 3, 180, 3)


def test_who_came_and_earned_nothing_is_not_in_it(door: Door) -> None:
    for _ in range(3):
        make_served(door)
    make_served(door, minutes=5)
    assert _record(door).people == 3


def test_it_stays_while_the_activity_is_public_and_goes_with_it(door: Door) -> None:
    make_served(door)
    activity_id = door.shift.activity_id
    with transaction():
        db.session.get_one(Activity, activity_id).state = ActivityState.CLOSED
    assert published.find_record(activity_id, AFTER) is not None
    with transaction():
        db.session.get_one(Activity, activity_id).state = ActivityState.DRAFT
    with pytest.raises(NotFound):
        published.find_record(activity_id, AFTER)


def test_a_row_has_the_same_name_on_one_activity_and_another_elsewhere(door: Door) -> None:
    assert published.row_key(1, 7) == published.row_key(1, 7)
    assert published.row_key(1, 7) != published.row_key(2, 7)


def test_the_page_shows_no_name_and_no_number_in_clear_and_stays_out_of_search_engines(
    door: Door, client: FlaskClient
) -> None:
    people = [make_served(door, name) for name in ("张三丰", "王重阳", "林朝英")]
    with time_machine.travel(AFTER, tick=False):
        answer = client.get(f"/activities/{door.shift.activity_id}/hours")
    assert answer.status_code == 200
    assert "张**" in answer.text
    assert "3.00" in answer.text
    for person in people:
        assert person.name not in answer.text
        assert person.number not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert 'name="robots" content="noindex' in answer.text


def test_the_page_says_so_before_anything_is_published_and_why_few_are_not_named(
    door: Door, client: FlaskClient
) -> None:
    make_served(door)
    address = f"/activities/{door.shift.activity_id}/hours"
    with time_machine.travel(END, tick=False):
        assert "还没有可公示的场次" in client.get(address).text
        assert client.get(f"{address}/report").status_code == 404
    with time_machine.travel(AFTER, tick=False):
        text = client.get(address).text
    assert "不满 3 人" in text
    assert "张**" not in text


def test_a_draft_has_no_record(client: FlaskClient, door: Door) -> None:
    draft = make_shift(door.station, starts_at=START, ends_at=END, state=ActivityState.DRAFT)
    with time_machine.travel(AFTER, tick=False):
        assert client.get(f"/activities/{draft.activity_id}/hours").status_code == 404


def test_a_page_of_many_is_leafed_through(door: Door, client: FlaskClient) -> None:
    for _ in range(3):
        make_served(door)
    with time_machine.travel(AFTER, tick=False):
        assert client.get(f"/activities/{door.shift.activity_id}/hours?page=9").status_code == 200
