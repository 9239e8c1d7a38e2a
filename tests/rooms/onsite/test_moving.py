"""Moving between stations: one place is left and the other entered in one act, or neither."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_signed_up
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.items import Answer, ScanItem
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.ledger.verify import verify
from volunteer_hub.onsite import moving_desk
from volunteer_hub.onsite.looking_up import pick_for
from volunteer_hub.volunteers.models import Volunteer

AN_HOUR = START + timedelta(hours=1)


def two_places() -> tuple[Door, Door, Volunteer]:
    here, there = make_door(), make_door(starts_at=START, ends_at=END + timedelta(hours=2))
    volunteer = make_signed_up(here)
    make_sign_up(there.shift, volunteer)
    return here, there, volunteer


def move(door: Door, volunteer: Volunteer, *, code: str | None = None, nonce: str | None = None) -> Answer:
    at = AN_HOUR
    item = ScanItem(
        nonce or secrets.token_hex(16),
        code or codes.personal_code(volunteer.id, at),
        Direction.IN,
        door.shift.id,
        EntryPoint.MANAGER_SCAN,
    )
    return moving_desk.move(item, door.actor, EVERYTHING, now=at)


def sessions() -> list[ServiceSession]:
    db.session.expire_all()
    return list(db.session.scalars(select(ServiceSession).order_by(ServiceSession.id)))


def test_who_moves_leaves_the_one_place_half_timed_and_enters_the_other(app: Flask) -> None:
    here, there, volunteer = two_places()
    here.come(volunteer, START)
    assert there.scan(volunteer, Direction.IN, AN_HOUR - timedelta(seconds=9)).reason == "in_elsewhere"
    assert move(there, volunteer).reason == "checked_in"
    left, entered = sessions()
    assert (left.closed_by, left.hours_class, left.credited_minutes) == (CloseKind.BULK, "B", 59)
    assert left.out_at is not None
    assert left.out_at < entered.in_at == AN_HOUR
    assert there.go(volunteer, AN_HOUR + timedelta(minutes=30)).details["minutes"] == 30
    assert {entry.hours_class for entry in db.session.scalars(select(HoursEntry))} == {"A", "B"}
    assert db.session.scalar(select(AuditEntry.object_id).where(AuditEntry.action == "checkin.move")) == str(left.id)
    assert verify(db.session.connection()).holds


def test_a_stay_whose_check_out_is_over_was_forgotten_and_waits_for_a_person(app: Flask) -> None:
    """Nobody is credited by moving what nobody scanned: check-out closed at half past, the move comes at two."""
    here = make_door(starts_at=START - timedelta(hours=2), ends_at=START - timedelta(minutes=30))
    there = make_door()
    volunteer = make_signed_up(here)
    make_sign_up(there.shift, volunteer)
    here.come(volunteer, START - timedelta(hours=1))
    assert move(there, volunteer).reason == "checked_in"
    left = sessions()[0]
    assert (left.closed_by, left.credited_minutes) == (CloseKind.AUTOMATIC, 0)


@pytest.mark.parametrize("code", ["VH1.P.1.1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA", "ABCD-EFGH", "11"])
def test_without_a_proof_of_the_person_nothing_is_closed(app: Flask, code: str) -> None:
    here, there, volunteer = two_places()
    here.come(volunteer, START)
    assert move(there, volunteer, code=code).reason == "code_unknown"
    old = codes.personal_code(volunteer.id, START)
    assert move(there, volunteer, code=old).reason == "code_expired"
    assert [session.out_at for session in sessions()] == [None]


def test_who_may_not_enter_the_other_place_stays_in_the_one(app: Flask) -> None:
    """Red where leaving is committed before entering is known."""
    here, there = make_door(), make_door()
    volunteer = make_signed_up(here)
    here.come(volunteer, START)
    answer = move(there, volunteer)
    assert answer.reason == "in_elsewhere"
    [session] = sessions()
    assert session.out_at is None
    assert db.session.scalars(select(Scan.reason).where(Scan.nonce == answer.nonce)).all() == ["in_elsewhere"]


def test_a_form_sent_again_closes_nothing(app: Flask) -> None:
    here, there, volunteer = two_places()
    here.come(volunteer, START)
    nonce = secrets.token_hex(16)
    code = codes.personal_code(volunteer.id, AN_HOUR)
    assert move(there, volunteer, code=code, nonce=nonce).reason == "checked_in"
    there.go(volunteer, AN_HOUR + timedelta(minutes=5))
    here.come(volunteer, AN_HOUR + timedelta(minutes=10))
    assert move(there, volunteer, code=code, nonce=nonce).reason == "checked_in"
    assert [session.shift_id for session in sessions() if session.out_at is None] == [here.shift.id]


def test_what_arrives_later_from_a_phone_does_not_undo_the_move(app: Flask) -> None:
    here, there, volunteer = two_places()
    here.come(volunteer, START)
    move(there, volunteer)
    late = AN_HOUR - timedelta(minutes=30)
    item = ScanItem(
        secrets.token_hex(16),
        codes.personal_code(volunteer.id, late),
        Direction.IN,
        here.shift.id,
        EntryPoint.MANAGER_SCAN,
        late,
    )
    moving_desk.take_scans([item], here.actor, EVERYTHING, now=AN_HOUR + timedelta(minutes=1))
    open_ones = [session.shift_id for session in sessions() if session.out_at is None]
    assert open_ones == [there.shift.id]


@time_machine.travel(AN_HOUR, tick=False)
def test_the_page_moves_by_code_and_by_pick_inside_the_operators_scope(app: Flask, client: FlaskClient) -> None:
    here, there, volunteer = two_places()
    here.come(volunteer, START)
    address = f"/manage/shifts/{there.shift.id}/move"
    foreign = sign_in(app.test_client(), here.operator)
    sent = {"nonce": secrets.token_hex(16), "code": codes.typed_code(volunteer.id, AN_HOUR)}
    assert foreign.post(address, data=sent).status_code == 404
    browser = sign_in(client, there.operator)
    assert "转到这里" in browser.get(address).text
    assert "签到成功" in browser.post(address, data=sent).text
    stale = {"nonce": secrets.token_hex(16), "pick": pick_for(here.actor, there.shift.id, volunteer.id)}
    assert browser.post(address, data=stale).status_code == 409


def test_who_was_found_by_name_and_is_inside_elsewhere_is_offered_the_move(app: Flask, client: FlaskClient) -> None:
    here, there, volunteer = two_places()
    here.come(volunteer, START)
    with time_machine.travel(AN_HOUR - timedelta(seconds=9), tick=False):
        browser = sign_in(client, there.operator)
        pick = pick_for(there.actor, there.shift.id, volunteer.id)
        sent = {"pick": pick, "nonce": secrets.token_hex(12), "direction": "in"}
        assert "转到这里" in browser.post(f"/manage/shifts/{there.shift.id}/find/scan", data=sent).text
    with time_machine.travel(AN_HOUR, tick=False):
        again = {"pick": pick, "nonce": secrets.token_hex(16)}
        assert "签到成功" in browser.post(f"/manage/shifts/{there.shift.id}/move", data=again).text


def test_nobody_moves_himself_out_of_a_place_where_others_scan(app: Flask) -> None:
    """Red without asking whose stay it is: an operator would be credited at a station that never let him out."""
    here, there, volunteer = two_places()
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = there.operator.id
    here.come(volunteer, START)
    assert move(there, volunteer).reason == "in_elsewhere"
    [stay] = sessions()
    assert stay.out_at is None
