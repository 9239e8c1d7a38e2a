"""People without registration: in and out are kept, belong to nobody, and count towards who is here."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.checkin import END, START, Door, make_door
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import Activity
from volunteer_hub.checkin import queries
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome, Scan, ServiceSession, WalkIn
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.onsite import walk_ins
from volunteer_hub.onsite.walk_ins import Arrival, Place

AUNT = Arrival("红衣服阿姨", "赵阿姨", "13900001234")


def place_of(door: Door) -> Place:
    return Place(door.shift, db.session.get_one(Activity, door.shift.activity_id), door.station)


def arrive(door: Door, at: datetime, nonce: str | None = None) -> WalkIn:
    with transaction():
        return walk_ins.arrive(door.actor, place_of(door), AUNT, nonce or secrets.token_hex(16), now=at)


def leave(door: Door, walk_in: WalkIn, at: datetime, nonce: str | None = None) -> None:
    with transaction():
        fresh = walk_ins.get_walk_in(door.shift.id, walk_in.id)
        walk_ins.leave(door.actor, place_of(door), fresh, nonce or secrets.token_hex(16), now=at)


def test_in_and_out_are_kept_as_scans_of_nobody_and_make_no_session(app: Flask) -> None:
    door = make_door()
    aunt = arrive(door, START)
    leave(door, aunt, START + timedelta(hours=1))
    scans = db.session.scalars(select(Scan).order_by(Scan.id)).all()
    assert [scan.direction for scan in scans] == [Direction.IN, Direction.OUT]
    for scan in scans:
        kept = (scan.entry_point, scan.outcome, scan.reason, scan.volunteer_id, scan.walk_in_id, scan.is_admissible)
        assert kept == (EntryPoint.WALK_IN, Outcome.PENDING, "walk_in", None, aunt.id, False)
    assert db.session.scalars(select(ServiceSession)).all() == []


def test_name_and_mobile_are_encrypted_and_may_be_left_out(app: Flask) -> None:
    door = make_door()
    aunt = arrive(door, START)
    kept = db.session.execute(text("SELECT name, mobile FROM walk_ins")).one()
    assert all(value.startswith("a1:") for value in kept)
    with transaction():
        other = walk_ins.arrive(door.actor, place_of(door), Arrival("第二组"), secrets.token_hex(16), now=START)
    assert (other.name, other.mobile, aunt.name) == (None, None, "赵阿姨")


def test_a_form_sent_again_makes_nobody_twice(app: Flask) -> None:
    """Red without the look at the nonce, and then by its unique index."""
    door = make_door()
    nonce = secrets.token_hex(16)
    assert arrive(door, START, nonce).id == arrive(door, START, nonce).id
    aunt = db.session.scalars(select(WalkIn)).one()
    out = secrets.token_hex(16)
    leave(door, aunt, START + timedelta(minutes=9), out)
    leave(door, aunt, START + timedelta(minutes=19), out)
    with pytest.raises(DomainError):
        leave(door, aunt, START + timedelta(minutes=29))
    assert db.session.scalars(select(WalkIn.out_at)).one() == START + timedelta(minutes=9)


def test_a_placeholder_comes_once_and_leaves_once_whatever_two_doors_do(app: Flask) -> None:
    """Red without `uq_scans_walk_in`."""
    door = make_door()
    aunt = arrive(door, START)
    with pytest.raises(IntegrityError), transaction():
        walk_ins._scan(door.actor, place_of(door), aunt, Direction.IN, secrets.token_hex(16), START)


@pytest.mark.parametrize("at", [START - timedelta(hours=3), END + timedelta(minutes=1)])
def test_nobody_is_taken_in_outside_the_check_in_window(app: Flask, at: datetime) -> None:
    door = make_door()
    with pytest.raises(DomainError):
        arrive(door, at)
    assert db.session.scalars(select(WalkIn)).all() == []


def test_placeholders_count_to_who_is_here(app: Flask) -> None:
    door = make_door()
    aunt = arrive(door, START)
    arrive(door, START)
    counts = queries.count_presence(door.shift.id)
    assert (counts["inside"], counts["done"], counts["unknown"]) == (2, 0, 2)
    leave(door, aunt, START + timedelta(minutes=30))
    counts = queries.count_presence(door.shift.id)
    assert (counts["inside"], counts["done"], counts["unknown"]) == (1, 1, 2)


def test_after_thirty_days_they_are_shown_no_more_and_stay_counted(app: Flask) -> None:
    door = make_door()
    arrive(door, START)
    assert len(walk_ins.list_shown(door.shift.id, now=START + timedelta(days=29))) == 1
    assert walk_ins.list_shown(door.shift.id, now=START + timedelta(days=31)) == []
    assert walk_ins.count_unknown(door.shift.id) == 1


def test_what_nobody_claimed_is_forgotten_by_name_and_stays_counted(app: Flask) -> None:
    door = make_door()
    arrive(door, START)
    with transaction():
        assert walk_ins.forget_names(now=START + timedelta(days=29)) == 0
    for forgotten in (1, 0):
        with transaction():
            assert walk_ins.forget_names(now=START + timedelta(days=30)) == forgotten
    kept = db.session.execute(text("SELECT label, name, mobile FROM walk_ins")).one()
    assert tuple(kept) == (AUNT.label, None, None)
    assert walk_ins.count_unknown(door.shift.id) == 1


def test_a_slip_is_read_by_its_code_or_its_number(app: Flask) -> None:
    code = walk_ins.slip_code(17)
    assert [walk_ins.read_slip(it) for it in (code, code.lower(), " 17 ", "17")] == [17] * 4
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert [walk_ins.read_slip(it) for it in (forged, "VH1.W.17", "", "abc", "VH1.C.17.X")] == [None] * 5


def test_the_page_takes_in_shows_the_slip_and_lets_out(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    address = f"/manage/shifts/{door.shift.id}/walk-ins"
    with time_machine.travel(START, tick=False):
        browser = sign_in(client, make_staff(Role.SCANNER, ScopeKind.STATION, door.station.path))
        nonce = re.search(r'name="nonce"[^>]* value="([0-9a-f]{32})"', browser.get(address).text)
        assert nonce
        sent = {"nonce": nonce[1], "label": "红衣服阿姨", "mobile": "139"}
        assert browser.post(address, data=sent).status_code == 422
        assert browser.post(address, data={**sent, "mobile": ""}).status_code == 302
        aunt = db.session.scalars(select(WalkIn)).one()
        assert "认领" not in re.sub("<p class.*?</p>", "", browser.get(address).text).replace("未认领", "")
        assert "红衣服阿姨" not in browser.get(f"{address}/{aunt.id}/slip").text
        assert browser.get(f"{address}/{aunt.id}/slip.svg").mimetype == "image/svg+xml"
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        out = {"slip": walk_ins.slip_code(aunt.id), "nonce": secrets.token_hex(16)}
        assert browser.post(f"{address}/leave", data=out).status_code == 302
        assert browser.post(f"{address}/leave", data={**out, "slip": "99"}).status_code == 404
        assert browser.post(f"{address}/leave", data={**out, "slip": "x"}).status_code == 409
    db.session.expire_all()
    assert db.session.scalars(select(WalkIn.out_at)).one() == START + timedelta(hours=1)


@time_machine.travel(START, tick=False)
def test_another_stations_placeholders_cannot_be_touched(app: Flask, client: FlaskClient) -> None:
    door, other = make_door(), make_door()
    aunt = arrive(door, START)
    browser = sign_in(client, other.operator)
    assert browser.get(f"/manage/shifts/{door.shift.id}/walk-ins").status_code == 404
    out = {"slip": aunt.id, "nonce": secrets.token_hex(16)}
    assert browser.post(f"/manage/shifts/{door.shift.id}/walk-ins/leave", data=out).status_code == 404
    assert browser.post(f"/manage/shifts/{other.shift.id}/walk-ins/leave", data=out).status_code == 404
    assert browser.get(f"/manage/shifts/{other.shift.id}/walk-ins/{aunt.id}/slip").status_code == 404
