"""A leader closes everybody still here, never over a check-out of somebody's own, and never for himself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.onsite import bulk_closing, closing_desk
from volunteer_hub.onsite.bulk_closing import Standing
from volunteer_hub.volunteers.models import Volunteer

LATE = END + timedelta(minutes=20)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _close(door: Door, minutes: int = 120, *, now: timedelta = timedelta(minutes=140)) -> int:
    return closing_desk.close_everybody(
        door.actor, EVERYTHING, door.shift.id, out_at=START + timedelta(minutes=minutes), now=START + now
    )


def _session(volunteer: Volunteer) -> ServiceSession:
    db.session.rollback()
    return db.session.scalars(select(ServiceSession).where(ServiceSession.volunteer_id == volunteer.id)).one()


def test_everybody_still_inside_is_closed_at_the_stated_time_and_credited_half_timed(door: Door) -> None:
    people = [make_signed_up(door) for _ in range(3)]
    for person in people:
        door.come(person, START)
    assert _close(door, 90) == 3
    for person in people:
        session = _session(person)
        assert (session.out_at, session.closed_by) == (START + timedelta(minutes=90), CloseKind.BULK)
        assert (session.credited_minutes, session.hours_class) == (90, HoursClass.B)
    entries = db.session.scalars(select(HoursEntry)).all()
    assert {(entry.minutes, entry.hours_class, entry.recorded_by) for entry in entries} == {
        (90, HoursClass.B, door.operator.id)
    }


def test_each_closing_is_in_the_trail(door: Door) -> None:
    people = [make_signed_up(door) for _ in range(2)]
    for person in people:
        door.come(person, START)
    _close(door)
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "checkin.close_bulk")).all()
    assert {row.object_id for row in rows} == {str(_session(person).id) for person in people}
    assert {row.actor_account_id for row in rows} == {door.operator.id}
    assert rows[0].details["minutes"] == 120


def test_who_scanned_out_keeps_the_own_time_and_both_are_shown(door: Door) -> None:
    early, stayer = make_signed_up(door), make_signed_up(door)
    door.come(early, START)
    door.come(stayer, START)
    door.go(early, START + timedelta(minutes=40))
    assert _close(door) == 1
    assert _session(early).out_at == START + timedelta(minutes=40)
    assert _session(early).hours_class is HoursClass.A
    shown = {one.volunteer.id: one.standing for one in bulk_closing.list_present(door.shift.id, door.actor)}
    assert shown == {early.id: Standing.LEFT, stayer.id: Standing.CLOSED}


def test_who_came_after_the_stated_time_stays_inside_and_is_named(door: Door) -> None:
    first, later = make_signed_up(door), make_signed_up(door)
    door.come(first, START)
    door.come(later, START + timedelta(minutes=60))
    assert _close(door, 45) == 1
    assert _session(later).out_at is None
    stated = START + timedelta(minutes=45)
    shown = {one.volunteer.id: one.standing for one in bulk_closing.list_present(door.shift.id, door.actor, stated)}
    assert shown == {first.id: Standing.CLOSED, later.id: Standing.CAME_LATER}


def test_the_leader_himself_is_left_out_and_told_so(door: Door) -> None:
    leader, other = make_signed_up(door), make_signed_up(door)
    with transaction():
        db.session.get_one(Volunteer, leader.id).account_id = door.operator.id
    door.come(leader, START)
    door.come(other, START)
    assert _close(door) == 1
    assert _session(leader).out_at is None
    shown = {one.volunteer.id: one.standing for one in bulk_closing.list_present(door.shift.id, door.actor)}
    assert shown[leader.id] is Standing.OWN


def test_asked_directly_it_does_not_close_the_leaders_own_session_either(door: Door) -> None:
    """Red if only the list left him out: the service is the guard."""
    leader = make_signed_up(door)
    with transaction():
        db.session.get_one(Volunteer, leader.id).account_id = door.operator.id
    door.come(leader, START)
    with transaction():
        closed = bulk_closing.close_one(
            door.actor, door.shift, door.station, _session(leader).id, out_at=END, now=LATE
        )
    assert not closed
    assert _session(leader).out_at is None


@pytest.mark.parametrize(("minutes", "now", "code"), [(141, 140, "in_the_future"), (181, 200, "after_check_out")])
def test_a_time_ahead_or_after_check_out_is_refused_and_nobody_is_closed(
    door: Door, minutes: int, now: int, code: str
) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    with pytest.raises(DomainError, match=code):
        _close(door, minutes, now=timedelta(minutes=now))
    assert _session(person).out_at is None


def test_the_last_instant_of_check_out_is_allowed(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    assert _close(door, 180, now=timedelta(minutes=200)) == 1
    assert _session(person).credited_minutes == 150


def test_done_twice_it_changes_nothing_the_second_time(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    assert (_close(door, 60), _close(door, 120)) == (1, 0)
    assert _session(person).out_at == START + timedelta(minutes=60)


def test_a_stay_that_overlaps_another_credited_one_counts_nothing(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    door.go(person, START + timedelta(minutes=60))
    with transaction():
        first = db.session.scalars(select(ServiceSession)).one()
        db.session.add(
            ServiceSession(
                volunteer_id=person.id,
                shift_id=first.shift_id,
                station_id=first.station_id,
                region_code=first.region_code,
                in_at=START + timedelta(minutes=30),
                hours_class=HoursClass.A,
            )
        )
    assert _close(door, 120) == 1
    second = db.session.scalars(select(ServiceSession).where(ServiceSession.closed_by == CloseKind.BULK)).one()
    assert (second.credited_minutes, second.is_credited) == (0, False)
    assert "overlap" in second.reductions


def test_another_stations_leader_finds_no_such_shift(door: Door) -> None:
    with pytest.raises(NotFound):
        closing_desk.close_everybody(door.actor, Scope(stations=("/999/",)), door.shift.id, out_at=END, now=LATE)


@pytest.mark.parametrize(
    ("stated", "left", "how", "minutes"), [(120, 118, CloseKind.SCANNED, 118), (90, 118, CloseKind.BULK, 90)]
)
def test_an_own_earlier_check_out_that_arrives_later_replaces_it_and_a_later_one_does_not(
    door: Door, stated: int, left: int, how: CloseKind, minutes: int
) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    assert _close(door, stated, now=timedelta(minutes=120)) == 1
    at = START + timedelta(minutes=left)
    item = ScanItem(
        "n" * 32, codes.personal_code(person.id, at), Direction.OUT, door.shift.id, EntryPoint.MANAGER_SCAN, at
    )
    take_scans([item], door.actor, EVERYTHING, now=START + timedelta(minutes=121))
    session = _session(person)
    assert (session.closed_by, session.credited_minutes) == (how, minutes)
    assert db.session.scalar(select(func.sum(HoursEntry.minutes))) == minutes


def test_the_page_from_the_list_to_the_result(door: Door, client: FlaskClient) -> None:
    stayer, later = make_signed_up(door), make_signed_up(door)
    door.come(stayer, START)
    door.come(later, START + timedelta(minutes=100))
    address = f"/manage/shifts/{door.shift.id}/close-all"
    with time_machine.travel(LATE, tick=False):
        sign_in(client, door.operator)
        assert stayer.name in client.get(address).text
        refused = client.post(address, data={"out_at": "2026-03-05T23:00"})
        assert refused.status_code == 422
        answer = client.post(address, data={"out_at": "2026-03-05T10:00"}, follow_redirects=True)
    assert "已为 1 人签退" in answer.text
    assert "由负责人统一签退" in answer.text
    assert "在所填时间之后才签到" in answer.text
    assert _session(stayer).credited_minutes == 60


def test_once_the_shift_is_over_who_never_came_is_listed(door: Door) -> None:
    absent, came = make_signed_up(door), make_signed_up(door)
    door.come(came, START)
    assert bulk_closing.list_absent(door.shift, END) == []
    assert [person.id for person in bulk_closing.list_absent(door.shift, LATE)] == [absent.id]


def test_an_empty_time_is_now(door: Door, client: FlaskClient) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    with time_machine.travel(LATE, tick=False):
        sign_in(client, door.operator)
        client.post(f"/manage/shifts/{door.shift.id}/close-all", data={"out_at": ""})
    assert _session(person).out_at == LATE


def test_who_may_only_scan_may_not_close_everybody(door: Door, client: FlaskClient) -> None:
    scanner = make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path)
    sign_in(client, scanner)
    address = f"/manage/shifts/{door.shift.id}/close-all"
    assert (client.get(address).status_code, client.post(address).status_code) == (403, 403)
