"""Both directions of check-in through the pages: my code typed by a manager, a station's code confirmed by me."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.checkin import START, Door, make_door, make_signed_up
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, SignInKind
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import EntryPoint, Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _with_account(volunteer: Volunteer) -> Account:
    with transaction():
        account = accounts.create_account(
            volunteer.name, None, {SignInKind.VOLUNTEER_NUMBER: volunteer.number}, now=START - timedelta(days=9)
        )
        volunteer.account_id = account.id
        db.session.add(volunteer)
    return account


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@time_machine.travel(START, tick=False)
def test_my_code_is_shown_and_changes_with_its_slot(door: Door, client: FlaskClient) -> None:
    volunteer = make_signed_up(door)
    sign_in(client, _with_account(volunteer))
    page = client.get("/me/code").text
    assert codes.typed_code(volunteer.id, START) in page
    told = client.get("/me/code.json").json
    assert 1 <= told["seconds_left"] <= 30
    assert client.get(told["qr_url"]).mimetype == "image/svg+xml"


@time_machine.travel(START, tick=False)
def test_a_manager_without_script_types_the_short_code(door: Door, client: FlaskClient) -> None:
    volunteer = make_signed_up(door)
    sign_in(client, door.operator)
    page = client.get(f"/manage/shifts/{door.shift.id}/scan")
    assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    answer = client.post(
        f"/manage/shifts/{door.shift.id}/type-code",
        data={"code": codes.typed_code(volunteer.id, START), "direction": "in", "nonce": _hidden(page.text, "nonce")},
    )
    assert "签到成功" in answer.text
    assert volunteer.name in answer.text
    assert db.session.scalars(select(Scan.entry_point)).one() is EntryPoint.SHORT_CODE


def test_the_scanner_of_another_station_is_not_found(door: Door, client: FlaskClient) -> None:
    other = make_door()
    sign_in(client, other.operator)
    assert client.get(f"/manage/shifts/{door.shift.id}/scan").status_code == 404
    assert client.get(f"/manage/stations/{door.station.id}/code").status_code == 404
    assert client.get(f"/manage/stations/{door.station.id}/code.json").status_code == 404


@time_machine.travel(START, tick=False)
def test_a_volunteer_scans_the_stations_code_and_confirms(door: Door, client: FlaskClient) -> None:
    sign_in(client, _with_account(make_signed_up(door)))
    page = client.get(f"/c/{codes.station_code(door.station.id, START)}").text
    form = {name: _hidden(page, name) for name in ("ticket", "nonce", "shift_id", "direction")}
    assert form["direction"] == "in"
    assert "签到成功" in client.post("/c/confirm", data=form).text
    assert db.session.scalars(select(ServiceSession)).one().in_at == START
    assert db.session.scalars(select(Scan.entry_point)).one() is EntryPoint.SELF_SCAN


@time_machine.travel(START, tick=False)
def test_looking_at_the_confirmation_page_checks_nobody_in(door: Door, client: FlaskClient) -> None:
    sign_in(client, _with_account(make_signed_up(door)))
    client.get(f"/c/{codes.station_code(door.station.id, START)}")
    assert db.session.scalars(select(Scan)).all() == []


@time_machine.travel(START, tick=False)
@pytest.mark.parametrize("seconds", [31, 60, 3600, -16])
def test_a_photographed_station_code_is_dead_after_its_slots(door: Door, client: FlaskClient, seconds: int) -> None:
    sign_in(client, _with_account(make_signed_up(door)))
    old = codes.station_code(door.station.id, START - timedelta(seconds=seconds))
    assert client.get(f"/c/{old}").status_code == 410


def test_a_confirmation_is_good_for_three_minutes_and_for_its_own_person(door: Door, client: FlaskClient) -> None:
    with time_machine.travel(START, tick=False):
        sign_in(client, _with_account(make_signed_up(door)))
        page = client.get(f"/c/{codes.station_code(door.station.id, START)}").text
        form = {name: _hidden(page, name) for name in ("ticket", "nonce", "shift_id", "direction")}
        friend = client.application.test_client()
        sign_in(friend, _with_account(make_signed_up(door)))
        assert friend.post("/c/confirm", data=form).status_code == 410
    with time_machine.travel(START + timedelta(minutes=4), tick=False):
        assert client.post("/c/confirm", data=form).status_code == 410
    assert db.session.scalars(select(Scan)).all() == []


@time_machine.travel(START, tick=False)
def test_somebody_not_signed_in_signs_in_first_and_goes_on(door: Door, client: FlaskClient) -> None:
    account = _with_account(make_signed_up(door))
    answer = client.get(f"/c/{codes.station_code(door.station.id, START)}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")
    sign_in(client, account)
    assert 'name="ticket"' in client.get("/c").text
