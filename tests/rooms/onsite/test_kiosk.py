"""The tablet at the door: a login bound to it goes nowhere else, leaves by PIN, and shows strangers little."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_person, make_signed_up
from volunteer_hub.accounts import kiosks
from volunteer_hub.accounts.models import Login, Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import EntryPoint, Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers import cards
from volunteer_hub.volunteers.models import Volunteer

PIN = "246810"
JSON = {"Accept": "application/json"}


def kiosk(client: FlaskClient, door: Door, pin: str = PIN) -> str:
    sign_in(client, door.operator)
    address = f"/manage/stations/{door.station.id}/kiosk"
    entered = client.post(f"{address}/enter", data={"pin": pin, "again": pin})
    assert entered.status_code == 302, entered.text
    return address


def scan(client: FlaskClient, address: str, code: str, direction: str = "in", **more: object) -> dict[str, object]:
    sent = {"nonce": secrets.token_hex(16), "code": code, "direction": direction, **more}
    answer = client.post(f"{address}/scan", data=sent, headers=JSON)
    assert answer.status_code == 200, answer.text
    said: dict[str, object] = answer.json
    return said


def called(volunteer: Volunteer, name: str) -> Volunteer:
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).name = name
    return volunteer


@time_machine.travel(START, tick=False)
def test_a_bound_login_opens_the_kiosk_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    address = kiosk(client, door)
    kept = {"static", "accounts.choose_language", "home.healthz", "home.readyz"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in kept or "kiosk" in rule.endpoint or "station_code_" in rule.endpoint:
            continue
        values = {name: 1 if "int:" + name in rule.rule else "x" for name in rule.arguments}
        with app.test_request_context():
            path = rule.build(values)[1]  # type: ignore[index]  # every value is given
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(path, method=method)
            if path.startswith("/api/"):
                assert answer.status_code == 403, (method, path)
            else:
                assert (answer.status_code, answer.headers.get("Location")) == (302, address), (method, path)
    assert client.get("/no/such/page").headers["Location"] == address
    assert client.get(address).status_code == 200
    assert client.get(f"/manage/stations/{door.station.id}/code.json").status_code == 200


@time_machine.travel(START, tick=False)
def test_it_is_this_login_that_is_bound_and_no_other_station_opens(app: Flask, client: FlaskClient) -> None:
    door, other = make_door(), make_door()
    address = kiosk(client, door)
    elsewhere = f"/manage/stations/{other.station.id}"
    assert client.get(f"{elsewhere}/kiosk").headers["Location"] == address
    assert client.get(f"{elsewhere}/code.json").headers["Location"] == address
    assert sign_in(app.test_client(), door.operator).get("/me/logins").status_code == 200
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    assert app.test_client().post("/api/v1/scans", json={"items": []}, headers=headers).status_code == 422


@time_machine.travel(START, tick=False)
def test_a_token_beside_the_bound_cookie_opens_no_way_round(app: Flask, client: FlaskClient) -> None:
    """A scanner prepared in the same browser has one. Red where the guard asks the token who is there."""
    door = make_door()
    address = kiosk(client, door)
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    page = f"/manage/shifts/{door.shift.id}/scan"
    assert client.get(page, headers=headers).headers["Location"] == address
    assert client.post("/api/v1/scans", json={"items": []}, headers=headers).status_code == 403
    assert app.test_client().get(page, headers=headers).status_code == 200


@time_machine.travel(START, tick=False)
def test_only_the_pin_leaves_and_five_wrong_ones_sign_out(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    address = kiosk(client, door)
    for _ in range(4):
        assert client.post(f"{address}/leave", data={"pin": "0000"}).status_code == 422
    assert client.post(f"{address}/leave", data={"pin": PIN}).status_code == 302
    assert client.get("/me/logins").status_code == 200
    address = kiosk(app.test_client(), door)
    bound = app.test_client()
    kiosk(bound, door)
    for _ in range(5):
        last = bound.post(f"{address}/leave", data={"pin": "0000"})
    assert last.headers["Location"] == "/sign-in"
    assert bound.get("/me/logins").headers["Location"].startswith("/sign-in")
    ended = db.session.scalars(select(Login).where(Login.ended_at.is_not(None))).all()
    assert [login.kiosk_failures for login in ended] == [5]
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"checkin.enter_kiosk", "checkin.leave_kiosk", "checkin.lock_kiosk"} <= actions


@time_machine.travel(START, tick=False)
def test_the_pin_cannot_be_set_again_from_inside(app: Flask, client: FlaskClient) -> None:
    """The page is barred by the guard; red in the service where entering does not ask that the login is free."""
    door = make_door()
    address = kiosk(client, door)
    client.post(f"{address}/enter", data={"pin": "1111", "again": "1111"})
    login = db.session.scalars(select(Login)).one()
    with transaction():
        kiosks.enter(door.actor, login.id, door.station.id, door.station.region_code, "1111", now=START)
    assert client.post(f"{address}/leave", data={"pin": "1111"}).status_code == 422
    assert PIN not in str(login.kiosk_pin_hash)
    assert client.post(f"{address}/leave", data={"pin": PIN}).status_code == 302


@pytest.mark.parametrize(
    ("pin", "again"), [("123", "123"), ("123456789", "123456789"), ("12a4", "12a4"), ("1234", "1235")]
)
@time_machine.travel(START, tick=False)
def test_a_pin_has_four_to_eight_digits_typed_twice(app: Flask, client: FlaskClient, pin: str, again: str) -> None:
    door = make_door()
    sign_in(client, door.operator)
    address = f"/manage/stations/{door.station.id}/kiosk"
    assert client.post(f"{address}/enter", data={"pin": pin, "again": again}).status_code == 422
    assert "退出密码" in client.get(address).text


def test_it_checks_in_and_out_and_shows_a_masked_name_and_no_number(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    person = called(make_signed_up(door), "王建国")
    with time_machine.travel(START, tick=False):
        address = kiosk(client, door)
        said = scan(client, address, codes.typed_code(person.id, START))
        assert (said["reason"], said["name"]) == ("checked_in", "王*国")
        assert person.number not in str(said)
        assert "王建国" not in str(said)
    out = START + timedelta(minutes=30)
    with time_machine.travel(out, tick=False):
        assert scan(client, address, codes.personal_code(person.id, out), "out")["reason"] == "checked_out"
    session = db.session.scalars(select(ServiceSession)).one()
    assert (session.credited_minutes, session.hours_class) == (30, "A")
    assert set(db.session.scalars(select(Scan.entry_point))) == {EntryPoint.KIOSK}


@time_machine.travel(START, tick=False)
def test_cards_work_and_what_is_not_ours_says_so(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    person = make_signed_up(door)
    with transaction():
        card = cards.issue(door.actor, person, now=START)
    address = kiosk(client, door)
    assert scan(client, address, codes.card_code(card.id))["reason"] == "checked_in"
    assert scan(client, address, "https://weixin.qq.com/x")["reason"] == "code_unknown"
    stranger = make_person()
    said = scan(client, address, codes.personal_code(stranger.id, START))
    assert said["reason"] == "not_signed_up"


@time_machine.travel(START, tick=False)
def test_two_shifts_at_once_are_asked_about_only_where_both_are_the_persons(app: Flask, client: FlaskClient) -> None:
    """B24."""
    door = make_door()
    second = make_shift(door.station, starts_at=START, ends_at=END, title="图书整理")
    one, both = make_signed_up(door), make_signed_up(door)
    make_sign_up(second, both)
    address = kiosk(client, door)
    assert scan(client, address, codes.personal_code(one.id, START))["reason"] == "checked_in"
    code, nonce = codes.personal_code(both.id, START), secrets.token_hex(16)
    asked = scan(client, address, code, nonce=nonce)["ask"]
    assert isinstance(asked, list)
    assert {choice["shift_id"] for choice in asked} == {door.shift.id, second.id}
    said = scan(client, address, code, nonce=nonce, shift_id=second.id)
    assert said["reason"] == "checked_in"
    inside = select(ServiceSession.shift_id).where(ServiceSession.volunteer_id == both.id)
    assert db.session.scalars(inside).one() == second.id
    assert scan(client, address, codes.typed_code(both.id, START), "out")["reason"] == "just_checked_in"


@time_machine.travel(START, tick=False)
def test_a_shift_of_another_station_cannot_be_asked_for(app: Flask, client: FlaskClient) -> None:
    door, other = make_door(), make_door()
    address = kiosk(client, door)
    sent = {"nonce": secrets.token_hex(16), "code": "ABCD-EFGH", "direction": "in", "shift_id": other.shift.id}
    assert client.post(f"{address}/scan", data=sent, headers=JSON).status_code == 404
    assert db.session.scalars(select(Scan)).all() == []


@time_machine.travel(START + timedelta(days=3), tick=False)
def test_where_nothing_runs_it_says_so(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    address = kiosk(client, door)
    assert scan(client, address, "ABCD-EFGH")["headline"] == "两小时内没有场次。"


@time_machine.travel(START, tick=False)
def test_it_works_without_script_and_returns_by_itself(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    second = make_shift(door.station, starts_at=START, ends_at=END, title="图书整理")
    person = called(make_signed_up(door), "王建国")
    make_sign_up(second, person)
    address = kiosk(client, door)
    sent = {"nonce": secrets.token_hex(16), "code": codes.typed_code(person.id, START), "direction": "in"}
    asked = client.post(f"{address}/scan", data=sent).text
    assert "图书整理" in asked
    done = client.post(f"{address}/scan", data={**sent, "shift_id": second.id})
    assert "签到成功" in done.text
    assert "王*国" in done.text
    assert "王建国" not in done.text
    assert done.headers["Refresh"] == f"5; url={address}"


@time_machine.travel(START, tick=False)
def test_a_login_that_is_not_bound_scans_nothing_here_and_others_open_nothing(
    app: Flask, client: FlaskClient
) -> None:
    door, other = make_door(), make_door()
    address = f"/manage/stations/{door.station.id}/kiosk"
    sent = {"nonce": secrets.token_hex(16), "code": "ABCD-EFGH", "direction": "in"}
    assert sign_in(client, door.operator).post(f"{address}/scan", data=sent).status_code == 403
    assert client.post(f"{address}/leave", data={"pin": PIN}).status_code == 403
    foreign = sign_in(app.test_client(), other.operator)
    assert foreign.get(address).status_code == 404
    assert foreign.post(f"{address}/enter", data={"pin": PIN, "again": PIN}).status_code == 404
    token = {"Authorization": f"Bearer {door.issue_token(START)}"}
    bind = app.test_client().post(f"{address}/enter", data={"pin": PIN, "again": PIN}, headers=token)
    assert bind.status_code == 403
    leader = make_staff(Role.TEAM_LEADER, ScopeKind.TEAM, "/1/")
    assert sign_in(app.test_client(), leader).get(address).status_code == 404
