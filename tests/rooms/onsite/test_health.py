"""The health board tells how the doors are doing, in counts, to whoever may scan there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_signed_up
from tests.makers.devices import make_device, make_scan
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import Activity
from volunteer_hub.checkin import closing
from volunteer_hub.checkin.models import Outcome, RulingKind, ScanRuling
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.onsite import device_health, health, walk_ins
from volunteer_hub.onsite.device_health import DeviceHealth, Gap
from volunteer_hub.onsite.health import ShiftHealth
from volunteer_hub.onsite.walk_ins import Arrival, Place

HALF = START + timedelta(minutes=60)


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _one(now: datetime = HALF) -> ShiftHealth:
    return health.list_shifts(EVERYTHING, now)[0]


def _devices(scope: Scope = EVERYTHING, now: datetime = HALF) -> list[DeviceHealth]:
    return device_health.list_devices(scope, health.list_shifts(scope, now), now)


def test_it_counts_who_signed_up_is_inside_and_has_left(door: Door) -> None:
    people = [make_signed_up(door) for _ in range(4)]
    for person in people[:3]:
        door.come(person, START)
    door.go(people[0], START + timedelta(minutes=30))
    one = _one()
    assert (one.signed_up, one.inside, one.left) == (4, 2, 1)


def test_refusals_are_counted_by_reason_and_only_todays(door: Door) -> None:
    for _ in range(3):
        make_scan(door.shift, HALF, outcome=Outcome.REFUSED, reason="code_expired")
    make_scan(door.shift, HALF, outcome=Outcome.REFUSED, reason="not_signed_up")
    make_scan(door.shift, HALF - timedelta(days=1), outcome=Outcome.REFUSED, reason="code_used")
    assert _one().refused == {"code_expired": 3, "not_signed_up": 1}


def test_a_quarantined_scan_counts_until_somebody_has_ruled_on_it(door: Door) -> None:
    first, _second = (make_scan(door.shift, HALF, outcome=Outcome.PENDING, reason="late_upload") for _ in range(2))
    assert _one().pending == 2
    with transaction():
        db.session.add(
            ScanRuling(
                scan_id=first.id, kind=RulingKind.DISMISSED, ruled_at=HALF, ruled_by=door.operator.id, reason="x"
            )
        )
    assert _one().pending == 1


def test_a_placeholder_waits_for_a_claim_and_not_as_a_quarantined_scan(door: Door) -> None:
    """Red where every pending scan counts: nobody can rule on these, so the board would warn for ever."""
    place = Place(door.shift, db.session.get_one(Activity, door.shift.activity_id), door.station)
    with transaction():
        walk_ins.arrive(door.actor, place, Arrival("红衣服阿姨"), "w" * 32, now=START)
    assert _one().pending == 0


def test_who_is_inside_after_the_planned_end_is_a_warning_and_not_before(door: Door) -> None:
    door.come(make_signed_up(door), START)
    assert _one(END).open_after_end(END) == 0
    later = END + timedelta(minutes=1)
    assert _one(later).open_after_end(later) == 1


def test_what_the_timetable_closed_is_counted(door: Door) -> None:
    door.come(make_signed_up(door), START)
    with transaction():
        closing.close_forgotten(now=END + timedelta(hours=2))
    one = _one(END + timedelta(hours=2))
    assert (one.automatic, one.inside) == (1, 0)


def test_the_speed_of_the_queue_is_measured_by_when_people_were_scanned(door: Door) -> None:
    for seconds in (0, 4, 8, 60):
        make_scan(door.shift, HALF - timedelta(minutes=2) + timedelta(seconds=seconds))
    make_scan(door.shift, HALF - timedelta(minutes=11))
    one = _one()
    assert (one.recent, one.gap_seconds, one.per_minute) == (4, 4.0, 0.4)


def test_one_scan_has_no_gap_and_none_no_speed(door: Door) -> None:
    assert (_one().recent, _one().gap_seconds) == (0, None)
    make_scan(door.shift, HALF)
    assert (_one().recent, _one().gap_seconds) == (1, None)


def test_yesterdays_shift_shows_only_while_somebody_is_still_inside(door: Door) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    tomorrow = START + timedelta(days=1)
    assert [one.inside for one in health.list_shifts(EVERYTHING, tomorrow)] == [1]
    door.go(person, END)
    assert health.list_shifts(EVERYTHING, tomorrow) == []


def test_running_shifts_come_first(door: Door) -> None:
    evening = make_shift(door.station, starts_at=START + timedelta(hours=9), ends_at=START + timedelta(hours=10))
    shown = [one.shift.id for one in health.list_shifts(EVERYTHING, START + timedelta(hours=8, minutes=30))]
    assert shown == [evening.id, door.shift.id]


def test_a_station_sees_its_own_shifts_and_devices_only(door: Door) -> None:
    other = make_door()
    make_device(door, "甲")
    make_device(other, "乙")
    mine = Scope(stations=(door.station.path,))
    assert [one.shift.id for one in health.list_shifts(mine, HALF)] == [door.shift.id]
    assert [device.name for device in _devices(mine)] == ["甲"]
    district = Scope(regions=(DISTRICT[:6],))
    assert [device.name for device in _devices(district)] == ["乙", "甲"]
    assert _devices(Scope(regions=("110101",))) == []


def test_a_device_of_the_office_shows_at_the_station_where_it_scanned_today(door: Door) -> None:
    office = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT)
    device = make_device(door, "机动", account_id=office.id)
    mine = Scope(stations=(door.station.path,))
    assert _devices(mine) == []
    make_scan(door.shift, HALF, device=device, seq=1)
    assert [one.name for one in _devices(mine)] == ["机动"]


def test_a_revoked_device_is_gone_from_the_board(door: Door) -> None:
    device = make_device(door)
    with transaction():
        accounts.revoke_token(COMMAND_LINE, door.operator.id, device.id, now=HALF)
    assert _devices() == []


@pytest.mark.parametrize(
    ("minutes", "silent"), [(None, False), (10, False), (15, False), (16, True), (118, True), (600, False)]
)
def test_silent_is_one_in_use_that_has_not_been_heard_of_for_fifteen_minutes(
    door: Door, minutes: int | None, silent: bool
) -> None:
    """One that stayed in the drawer all day is not silent; neither is any once nothing runs."""
    make_device(door, last_seen_at=None if minutes is None else HALF - timedelta(minutes=minutes))
    assert _devices()[0].is_silent == silent
    assert not _devices(now=END + timedelta(hours=20))[0].is_silent


def test_one_that_keeps_unsent_scans_is_silent_whatever_runs_and_stands_first(door: Door) -> None:
    make_device(door, "好的", last_seen_at=HALF)
    make_device(
        door,
        "没电的",
        last_seen_at=HALF - timedelta(hours=20),
        unsent=7,
        oldest_unsent_at=HALF - timedelta(hours=21),
    )
    first = _devices()[0]
    assert (first.name, first.is_silent, first.unsent) == ("没电的", True, 7)


def test_missing_numbers_are_found_from_the_first_on(door: Door) -> None:
    device, whole = make_device(door, "甲"), make_device(door, "乙")
    for seq in (3, 4, 6, 10):
        make_scan(door.shift, HALF, device=device, seq=seq)
    for seq in (1, 2):
        make_scan(door.shift, HALF, device=whole, seq=seq)
    assert device_health.find_gaps([device.id, whole.id]) == {device.id: [Gap(1, 2), Gap(5, 5), Gap(7, 9)]}
    assert next(one for one in _devices() if one.id == device.id).missing == 6


def test_the_page_and_its_script_say_the_same_and_hold_no_names(door: Door, client: FlaskClient) -> None:
    person = make_signed_up(door)
    door.come(person, START)
    make_scan(door.shift, HALF, outcome=Outcome.REFUSED, reason="code_expired")
    make_device(door, last_seen_at=HALF - timedelta(minutes=20), unsent=3, oldest_unsent_at=START)
    with time_machine.travel(HALF, tick=False):
        sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path))
        page, data = client.get("/manage/health"), client.get("/manage/health.json").get_json()
    assert page.status_code == 200
    assert person.name not in page.text
    assert "码已过期" in page.text
    assert "15 分钟没有联系" in page.text
    assert data["shape"] in page.text
    assert data["values"][f"shift-{door.shift.id}-inside"] == "1"
    for key in data["values"]:
        if not key.endswith(("-open", "-pending", "-automatic", "-pace")):
            assert f'data-live="{key}"' in page.text, key


def test_the_shape_changes_with_a_warning_and_not_with_a_number(door: Door, client: FlaskClient) -> None:
    def shape() -> str:
        with time_machine.travel(HALF, tick=False):
            sign_in(client, door.operator)
            return str(client.get("/manage/health.json").get_json()["shape"])

    first = shape()
    door.come(make_signed_up(door), START)
    assert shape() == first
    make_scan(door.shift, HALF, outcome=Outcome.PENDING, reason="late_upload")
    assert shape() != first


def test_a_day_without_anything_says_so(app: Flask, client: FlaskClient) -> None:
    sign_in(client, make_staff(Role.OFFICE))
    text = client.get("/manage/health").text
    assert "今天没有场次" in text
    assert "没有配对过的扫码设备" in text
