"""A snapshot lets a phone work without a network and tells a thief nothing; a scanner's token opens nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask.testing import FlaskClient

from tests.makers.accounts import sign_in
from tests.makers.checkin import START, Door, make_door, make_person, make_signed_up
from tests.makers.phones import Phone, make_phone
from volunteer_hub.checkin import codes, devices
from volunteer_hub.checkin.models import Device
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.cards import issue
from volunteer_hub.volunteers.models import Volunteer


def fetch(client: FlaskClient, phone: Phone) -> Any:
    with time_machine.travel(START, tick=False):
        answer = client.get(
            f"/api/v1/shifts/{phone.door.shift.id}/snapshot", headers={"Authorization": f"Bearer {phone.token}"}
        )
    assert answer.status_code == 200
    return answer.json


def open_record(snapshot: Any, opener: str) -> Any:
    """Do what the phone does with the opener it read from a code."""
    find = hashlib.sha256(f"find:{opener}".encode()).hexdigest()[:32]
    (record,) = [record for record in [*snapshot["records"], snapshot["test"]] if record["find"] == find]
    raw = base64.urlsafe_b64decode(record["box"] + "=" * (-len(record["box"]) % 4))
    key = hashlib.sha256(f"open:{opener}".encode()).digest()
    return json.loads(AESGCM(key).decrypt(raw[:12], raw[12:], f"{snapshot['shift']['id']}:{find}".encode()))


def opener_of(volunteer: Volunteer) -> str:
    return codes.personal_code(volunteer.id, START).split(".")[4]


@pytest.fixture
def door(client: FlaskClient) -> Door:
    return make_door()


@pytest.fixture
def phone(door: Door) -> Phone:
    return make_phone(door, START)


def test_a_persons_own_code_opens_their_record(client: FlaskClient, door: Door, phone: Phone) -> None:
    volunteer, other = make_signed_up(door), make_signed_up(door)
    door.come(volunteer, START - timedelta(minutes=10))
    snapshot = fetch(client, phone)
    assert snapshot["people"] == 2
    record = open_record(snapshot, opener_of(volunteer))
    assert (record["name"], record["number"], record["sign_up"]) == (volunteer.name, volunteer.number, "accepted")
    assert record["open"]["in_at"] == "2026-03-05T00:50:00.000Z"
    assert open_record(snapshot, opener_of(other))["open"] is None
    assert open_record(snapshot, snapshot["test"]["opener"]) == {"test": True}


def test_nothing_in_it_can_be_read_without_a_code(client: FlaskClient, door: Door, phone: Phone) -> None:
    people = [make_signed_up(door) for _ in range(3)]
    snapshot = fetch(client, phone)
    text = json.dumps(snapshot, ensure_ascii=False)
    for volunteer in people:
        for secret in (volunteer.name, volunteer.number, volunteer.mobile, volunteer.document_number):
            assert secret not in text
    first, second = (record for record in snapshot["records"][:2])
    raw = base64.urlsafe_b64decode(first["box"] + "==")
    with pytest.raises(InvalidTag):
        AESGCM(hashlib.sha256(b"open:" + second["find"].encode()).digest()).decrypt(raw[:12], raw[12:], b"")
    assert opener_of(people[0]) != opener_of(people[1])


def test_a_live_card_opens_the_same_record_and_a_replaced_one_does_not(
    client: FlaskClient, door: Door, phone: Phone
) -> None:
    volunteer = make_signed_up(door)
    with transaction():
        lost = issue(door.actor, volunteer, now=START).id
    with transaction():
        card = issue(door.actor, volunteer, now=START).id
    snapshot = fetch(client, phone)
    assert snapshot["people"] == 1
    assert open_record(snapshot, codes.card_code(card).split(".")[3])["name"] == volunteer.name
    with pytest.raises(ValueError, match="not enough values"):
        open_record(snapshot, codes.card_code(lost).split(".")[3])


def test_strangers_to_the_shift_are_not_in_it(client: FlaskClient, door: Door, phone: Phone) -> None:
    stranger = make_person()
    snapshot = fetch(client, phone)
    assert snapshot["people"] == 0
    with pytest.raises(ValueError, match="not enough values"):
        open_record(snapshot, opener_of(stranger))


def test_another_stations_shift_is_not_given(client: FlaskClient, phone: Phone) -> None:
    other = make_door()
    with time_machine.travel(START, tick=False):
        answer = client.get(
            f"/api/v1/shifts/{other.shift.id}/snapshot", headers={"Authorization": f"Bearer {phone.token}"}
        )
    assert answer.status_code == 404


def test_a_scanners_token_scans_and_opens_nothing_else(client: FlaskClient, door: Door, phone: Phone) -> None:
    """Its account manages the station; the phone at the door may not, whoever holds it."""
    headers = {"Authorization": f"Bearer {phone.token}"}
    with time_machine.travel(START, tick=False):
        assert client.get("/api/v1/door/beacon", headers=headers).status_code == 200
        for address in ("/manage/reviews", "/manage/activities/new", f"/manage/shifts/{door.shift.id}/scans"):
            assert client.get(address, headers=headers).status_code == 403
        for address in ("/manage/devices/pairing", "/manage/devices/pairing.json"):
            assert client.post(address, headers=headers).status_code == 403


def test_a_beacon_carries_what_the_phone_still_keeps(client: FlaskClient, phone: Phone) -> None:
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        address = f"/api/v1/door/beacon?unsent=7&oldest={START.isoformat().replace('+', '%2B')}"
        client.get(address, headers={"Authorization": f"Bearer {phone.token}"})
    device = db.session.get_one(Device, phone.device_id, populate_existing=True)
    assert (device.unsent, device.oldest_unsent_at, device.last_seen_at) == (7, START, START + timedelta(hours=1))


def test_a_manager_shows_an_offer_and_ends_a_scanner(client: FlaskClient, door: Door, phone: Phone) -> None:
    with time_machine.travel(START, tick=False):
        sign_in(client, door.operator)
        page = client.post("/manage/devices/pairing")
        assert page.status_code == 200
        assert "data:image/svg+xml;base64," in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert client.post(f"/manage/devices/{phone.device_id}/revoke").status_code == 302
        headers = {"Authorization": f"Bearer {phone.token}"}
        assert client.application.test_client().get("/api/v1/door/beacon", headers=headers).status_code == 401


def test_another_manager_cannot_end_it(client: FlaskClient, phone: Phone) -> None:
    other = make_door()
    with time_machine.travel(START, tick=False):
        sign_in(client, other.operator)
        assert client.post(f"/manage/devices/{phone.device_id}/revoke").status_code == 404
    assert devices.list_own(phone.door.operator.id)[0].ApiToken.revoked_at is None
