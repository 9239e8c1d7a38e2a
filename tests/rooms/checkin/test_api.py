"""POST /api/v1/scans: who may, what is answered, what is refused whole."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.checkin import START, Door, make_door, make_signed_up
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import ApiToken
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _item(volunteer: Volunteer, door: Door, **changes: Any) -> dict[str, Any]:
    return {
        "nonce": secrets.token_hex(16),
        "code": codes.personal_code(volunteer.id, START),
        "direction": "in",
        "shift_id": door.shift.id,
        **changes,
    }


def _post(client: FlaskClient, token: str, *items: Any) -> Any:
    return client.post("/api/v1/scans", json={"items": list(items)}, headers={"Authorization": f"Bearer {token}"})


@time_machine.travel(START, tick=False)
def test_a_device_checks_a_person_in_and_gets_words_to_show(door: Door, client: FlaskClient) -> None:
    volunteer = make_signed_up(door)
    answer = _post(client, door.issue_token(START), _item(volunteer, door))
    assert answer.status_code == 200
    result = answer.json["results"][0]
    assert (result["outcome"], result["reason"], result["headline"]) == ("accepted", "checked_in", "签到成功")
    assert (result["name"], result["at"]) == (volunteer.name, "09:00")


@time_machine.travel(START, tick=False)
def test_each_of_a_batch_is_answered_by_itself(door: Door, client: FlaskClient) -> None:
    people = [make_signed_up(door) for _ in range(3)]
    items = [_item(person, door) for person in people]
    items[1]["code"] = "something else"
    answer = _post(client, door.issue_token(START), *items)
    assert [result["outcome"] for result in answer.json["results"]] == ["accepted", "refused", "accepted"]
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 3


@time_machine.travel(START, tick=False)
def test_a_batch_sent_again_after_a_lost_answer_gets_the_same_answers(door: Door, client: FlaskClient) -> None:
    token, items = door.issue_token(START), [_item(make_signed_up(door), door) for _ in range(3)]
    assert _post(client, token, *items).json == _post(client, token, *items).json
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 3


@time_machine.travel(START, tick=False)
def test_a_nonce_with_another_content_is_422_alone_and_does_not_block_its_batch(
    door: Door, client: FlaskClient
) -> None:
    token, volunteer, other = door.issue_token(START), make_signed_up(door), make_signed_up(door)
    first = _item(volunteer, door)
    _post(client, token, first)
    alone = _post(client, token, {**first, "direction": "out"})
    assert alone.status_code == 422
    assert alone.json["results"][0]["reason"] == "nonce_conflict"
    together = _post(client, token, {**first, "direction": "out"}, _item(other, door))
    assert [result["reason"] for result in together.json["results"]] == ["nonce_conflict", "checked_in"]


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"items": []}, {"items": {}}, {"items": [{}] * 201}, {"items": ["x"]}, {"items": [None]},
        {"items": [{"nonce": "short"}]},
    ],
)  # fmt: skip
def test_a_body_that_is_not_a_batch_is_refused_whole(door: Door, client: FlaskClient, body: Any) -> None:
    answer = client.post("/api/v1/scans", json=body, headers={"Authorization": f"Bearer {door.issue_token(START)}"})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "x" * 65}, {"nonce": 7}, {"nonce": "with space in it 123"}, {"code": ""}, {"code": 5},
        {"direction": "toggle"}, {"shift_id": "3"}, {"shift_id": True}, {"shift_id": 0}, {"shift_id": 2**63},
        {"scanned_at": "yesterday"}, {"scanned_at": "2026-03-05T09:00:00"}, {"scanned_at": 5},
        {"scanned_at": "9999-12-31T23:59:59-12:00"}, {"entry_point": "import"}, {"entry_point": []},
        {"minutes": 600},
    ],
)  # fmt: skip
def test_a_wrong_item_is_named(door: Door, client: FlaskClient, change: dict[str, Any]) -> None:
    volunteer = make_signed_up(door)
    answer = _post(client, door.issue_token(START), _item(volunteer, door), _item(volunteer, door, **change))
    assert answer.status_code == 422
    assert "第 2 条" in answer.json["detail"]


@time_machine.travel(START, tick=False)
@pytest.mark.parametrize(
    "code", ["/", "%", "+", "'", '"', "\x00", "😀", "VH1.P.Z.Z.Z", "VH1.....", "А" * 1000, "-", "²"]
)
def test_strange_codes_are_refused_not_broken(door: Door, client: FlaskClient, code: str) -> None:
    answer = _post(client, door.issue_token(START), _item(make_signed_up(door), door, code=code))
    assert answer.json["results"][0]["reason"] == "code_unknown"


def test_without_a_token_nothing_is_said(door: Door, client: FlaskClient) -> None:
    answer = client.post("/api/v1/scans", json={"items": []})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


@time_machine.travel(START, tick=False)
def test_a_revoked_device_is_refused_from_its_next_request(door: Door, client: FlaskClient) -> None:
    token = door.issue_token(START)
    held = db.session.scalars(select(ApiToken)).one()
    with transaction():
        accounts.revoke_token(COMMAND_LINE, door.operator.id, held.id, now=START)
    assert _post(client, token, _item(make_signed_up(door), door)).status_code == 401


@time_machine.travel(START + timedelta(minutes=1), tick=False)
def test_the_time_of_the_scan_is_kept_beside_the_time_of_receipt(door: Door, client: FlaskClient) -> None:
    volunteer = make_signed_up(door)
    item = _item(volunteer, door, scanned_at=START.isoformat())
    assert _post(client, door.issue_token(START), item).json["results"][0]["at"] == "09:00"
    scan = db.session.scalars(select(Scan)).one()
    assert scan.received_at - scan.scanned_at == timedelta(minutes=1)
