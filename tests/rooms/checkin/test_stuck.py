"""One scan that cannot be settled holds back no other of its batch."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.makers.checkin import START, make_door, make_signed_up
from volunteer_hub.checkin import codes, desk
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core import clock
from volunteer_hub.core.db import db

STUCK = "stuck" * 4


def test_a_scan_that_cannot_be_settled_has_no_result_and_the_others_have_theirs(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red where one that fails for ever answers the whole batch with an error: nothing behind it is ever stored."""
    door = make_door()
    person = make_signed_up(door)
    record = desk.record_scans

    def record_or_fail(items: Any, *rest: Any, **more: Any) -> Any:
        if any(item.nonce == STUCK for item in items):
            raise IntegrityError("INSERT", {}, Exception("hours_day_cap"))
        return record(items, *rest, **more)

    monkeypatch.setattr(desk, "record_scans", record_or_fail)
    now = clock.now()
    code = codes.personal_code(person.id, now)
    nonces = ["a" * 20, STUCK, "b" * 20]
    items = [{"nonce": one, "code": code, "direction": "in", "shift_id": door.shift.id} for one in nonces]
    bearer = {"Authorization": f"Bearer {door.issue_token(START)}"}
    answer = client.post("/api/v1/scans", json={"items": items}, headers=bearer)
    assert answer.status_code == 200
    assert [(one["nonce"], one["stored"]) for one in answer.json["results"]] == [("a" * 20, True), ("b" * 20, True)]
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 2
    assert client.post("/api/v1/scans", json={"items": items[1:2]}, headers=bearer).status_code >= 400
