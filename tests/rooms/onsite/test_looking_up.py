"""Somebody without telephone and card is found by name and last four digits: among those expected, and masked."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import DISTRICT, START, Door, make_door, make_person, make_signed_up
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import SignUpState
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import EntryPoint, Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.masking import mask_middle
from volunteer_hub.onsite import looking_up
from volunteer_hub.volunteers.models import Volunteer

HALF_AN_HOUR = timedelta(minutes=30)


def name(volunteer: Volunteer, called: str, mobile: str = "13812345678", document: str = "E12340099") -> Volunteer:
    with transaction():
        held = db.session.get_one(Volunteer, volunteer.id)
        held.name, held.mobile, held.document_number = called, mobile, document
    return held


def expected(door: Door, called: str, **more: str) -> Volunteer:
    return name(make_signed_up(door), called, **more)


def search(client: FlaskClient, door: Door, words: str) -> list[dict[str, str]]:
    answer = client.post(f"/api/v1/shifts/{door.shift.id}/people", json={"q": words})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json["people"]
    return found


def take(client: FlaskClient, door: Door, pick: str, direction: str, nonce: str | None = None) -> dict[str, str]:
    sent = {"pick": pick, "direction": direction, "nonce": nonce or secrets.token_hex(12)}
    answer: dict[str, str] = client.post(f"/api/v1/shifts/{door.shift.id}/people/scan", json=sent).json
    return answer


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("王建国", ("王建国", "")),
        ("王 1234", ("王", "1234")),
        ("建国１２３４", ("建国", "1234")),
        ("123x", ("", "123X")),
        (" 9 9 9 9 ", ("", "9999")),
    ],
)
def test_a_name_its_last_four_or_both_are_understood(typed: str, means: tuple[str, str]) -> None:
    sought = looking_up.read(typed)
    assert (sought.name, sought.digits) == means


@pytest.mark.parametrize("typed", ["", "王", "王五", "  王  五 ", "12", "王123", "12345", "1234王", "13812345678"])
def test_less_than_three_characters_or_other_digits_find_nothing(typed: str) -> None:
    with pytest.raises(DomainError):
        looking_up.read(typed)


def test_a_masked_name_keeps_first_and_last() -> None:
    assert [mask_middle(it) for it in ("王建国", "李四", "欧阳文明", "王", "")] == [
        "王*国",
        "李*",
        "欧**明",
        "王",
        "",
    ]


@time_machine.travel(START, tick=False)
def test_people_of_this_shift_are_found_masked_and_nobody_else(app: Flask, client: FlaskClient) -> None:
    door, other = make_door(), make_door()
    expected(door, "王建国")
    expected(other, "王建军")
    name(make_person(), "王建民")
    gone = make_person()
    make_sign_up(door.shift, gone, SignUpState.WITHDRAWN)
    name(gone, "王建业")
    sign_in(client, door.operator)
    [found] = search(client, door, "王建5678")
    assert (found["name"], found["mobile"]) == ("王*国", "138****5678")
    page = client.post(f"/manage/shifts/{door.shift.id}/find", data={"q": "王建5678"}).text
    assert found["number"] in page
    assert '<p class="found-name">王*国</p>' in page
    assert "13812345678" not in page
    assert search(client, door, "0099")[0]["name"] == "王*国"
    assert search(client, door, "王建国8888") == []


@time_machine.travel(START, tick=False)
def test_who_came_without_a_sign_up_of_this_state_is_found_while_inside(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    inside = expected(door, "赵小红")
    door.come(inside, START)
    with transaction():
        row = db.session.execute(select(Volunteer).where(Volunteer.id == inside.id)).scalar_one()
        assert row.name == "赵小红"
    sign_in(client, door.operator)
    assert len(search(client, door, "赵小红")) == 1


@time_machine.travel(START, tick=False)
def test_at_most_eight_are_shown_and_it_says_that_there_are_more(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    for serial in range(11):
        expected(door, f"张小{chr(0x4E00 + serial)}")
    sign_in(client, door.operator)
    answer = client.post(f"/api/v1/shifts/{door.shift.id}/people", json={"q": "5678"}).json
    assert (len(answer["people"]), answer["more"]) == (8, True)
    page = client.post(f"/manage/shifts/{door.shift.id}/find", data={"q": "5678"}).text
    assert page.count('name="pick"') == 8
    assert "请加上后四位再找" in page


def test_a_pick_checks_in_and_out_as_vouched_for_and_counts_class_b(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    person = expected(door, "王建国")
    nonce = secrets.token_hex(12)
    with time_machine.travel(START, tick=False):
        sign_in(client, door.operator)
        [found] = search(client, door, "王建国")
        assert take(client, door, found["pick"], "in", nonce)["reason"] == "checked_in"
    with time_machine.travel(START + timedelta(seconds=90), tick=False):
        assert take(client, door, found["pick"], "in", nonce)["reason"] == "checked_in"
        assert take(client, door, found["pick"], "in")["reason"] == "already_in"
    with time_machine.travel(START + HALF_AN_HOUR, tick=False):
        [found] = search(client, door, "王建国")
        assert take(client, door, found["pick"], "out")["reason"] == "checked_out"
    [session] = db.session.scalars(select(ServiceSession)).all()
    assert (session.volunteer_id, session.hours_class, session.credited_minutes) == (person.id, "B", 30)
    assert set(db.session.scalars(select(Scan.entry_point))) == {EntryPoint.NAME}


def test_a_pick_is_good_for_two_minutes_one_account_and_one_shift(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    other = make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT)
    expected(door, "王建国")
    with time_machine.travel(START, tick=False):
        sign_in(client, door.operator)
        [found] = search(client, door, "王建国")
        foreign = sign_in(app.test_client(), other)
        assert take(foreign, door, found["pick"], "in")["code"] == "pick_stale"
        assert take(client, door, found["pick"][:-4] + "AAAA", "in")["code"] == "pick_stale"
    with time_machine.travel(START + timedelta(seconds=122), tick=False):
        assert take(client, door, found["pick"], "in")["code"] == "pick_stale"
    assert db.session.scalars(select(Scan)).all() == []


@time_machine.travel(START, tick=False)
def test_nobody_vouches_for_himself(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    person = expected(door, "王站长本人")
    with transaction():
        db.session.get_one(Volunteer, person.id).account_id = door.operator.id
    sign_in(client, door.operator)
    [found] = search(client, door, "王站长本人")
    assert take(client, door, found["pick"], "in")["code"] == "own_person"


@time_machine.travel(START, tick=False)
def test_each_search_is_in_the_trail_without_what_was_typed(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    expected(door, "王建国")
    sign_in(client, door.operator)
    search(client, door, "王建国5678")
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "checkin.look_up")).all()
    assert (entry.object_type, entry.object_id) == ("shift", str(door.shift.id))
    assert entry.details == {"found": 1}


@time_machine.travel(START, tick=False)
def test_one_account_searches_no_faster_than_a_queue_moves(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    expected(door, "王建国")
    sign_in(client, door.operator)
    for _ in range(looking_up.SEARCHES_PER_MINUTE):
        search(client, door, "王建国")
    refused = client.post(f"/api/v1/shifts/{door.shift.id}/people", json={"q": "王建国"})
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_searches")
    assert client.post(f"/manage/shifts/{door.shift.id}/find", data={"q": "王建国"}).status_code == 429
    with time_machine.travel(START + timedelta(seconds=61), tick=False):
        search(client, door, "王建国")


@time_machine.travel(START, tick=False)
def test_a_scanner_may_scan_and_looks_nobody_up(app: Flask, client: FlaskClient) -> None:
    door, elsewhere = make_door(), make_door()
    expected(door, "王建国")
    for role, kind, value in (
        (Role.SCANNER, ScopeKind.STATION, door.station.path),
        (Role.STATION_MANAGER, ScopeKind.STATION, elsewhere.station.path),
    ):
        browser = sign_in(app.test_client(), make_staff(role, kind, value))
        wanted = 403 if role is Role.SCANNER else 404
        assert browser.get(f"/manage/shifts/{door.shift.id}/find").status_code == wanted
        assert browser.post(f"/manage/shifts/{door.shift.id}/find", data={"q": "王建国"}).status_code == wanted
        found = browser.post(f"/api/v1/shifts/{door.shift.id}/people", json={"q": "王建国"})
        assert found.status_code == wanted
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    by_device = client.post(f"/api/v1/shifts/{door.shift.id}/people", json={"q": "王建国"}, headers=headers)
    assert by_device.status_code == 403
    assert sign_in(client, make_account()).get(f"/manage/shifts/{door.shift.id}/find").status_code == 403


@time_machine.travel(START, tick=False)
def test_the_page_works_without_script(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    expected(door, "王建国")
    sign_in(client, door.operator)
    address = f"/manage/shifts/{door.shift.id}/find"
    assert client.post(address, data={"q": "王"}).status_code == 422
    page = client.post(address, data={"q": "王建国"}).text
    fields = {it: re.search(f'name="{it}" value="([^"]+)"', page) for it in ("pick", "nonce")}
    sent = {it: match[1] for it, match in fields.items() if match}
    assert "签到成功" in client.post(f"{address}/scan", data={**sent, "direction": "in"}).text
