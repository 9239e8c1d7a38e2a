"""What the interface says of itself is valid, complete, and true of its answers."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import jsonschema
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from tests.makers.checkin import START, make_door, make_signed_up
from tests.makers.phones import make_phone, new_key
from tests.makers.regions import make_settings
from volunteer_hub.checkin import codes, devices
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core.db import transaction
from volunteer_hub.home.api import DOCUMENT

DESCRIBED: dict[str, Any] = json.loads(DOCUMENT)


def _fits(answer: Any, name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    jsonschema.validate(answer.json, schema)


def test_the_document_is_openapi_31() -> None:
    validate(DESCRIBED)


def test_every_route_of_the_interface_is_described(app: Flask) -> None:
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert served == DESCRIBED["paths"].keys()


@time_machine.travel(START, tick=False)
def test_answers_to_scans_are_as_described(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    volunteer = make_signed_up(door)
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    item = {
        "nonce": secrets.token_hex(16), "code": codes.personal_code(volunteer.id, START), "direction": "in",
        "shift_id": door.shift.id, "scanned_at": START.isoformat(), "entry_point": "manager_scan",
    }  # fmt: skip
    jsonschema.validate({"items": [item]}, {**DESCRIBED["components"]["schemas"]["Batch"], **DESCRIBED})
    _fits(client.post("/api/v1/scans", json={"items": [item]}, headers=headers), "Results")
    _fits(client.post("/api/v1/scans", json={"items": []}, headers=headers), "Problem")
    _fits(client.post("/api/v1/scans", json={"items": [item]}), "Problem")


@time_machine.travel(START, tick=False)
def test_answers_to_devices_are_as_described(app: Flask, client: FlaskClient) -> None:
    door = make_door()
    volunteer = make_signed_up(door)
    phone = make_phone(door, START)
    headers = {"Authorization": f"Bearer {phone.token}"}
    _fits(client.get(f"/api/v1/shifts/{door.shift.id}/snapshot", headers=headers), "Snapshot")
    _fits(client.get("/api/v1/door/beacon?unsent=3", headers=headers), "Beacon")
    item = phone.scan(codes.personal_code(volunteer.id, START), Direction.IN, START)
    batch = {
        "device": phone.device_id,
        "unsent": 1,
        "oldest": None,
        "items": [item, {"signed": "?", "signature": ""}],
    }
    jsonschema.validate(batch, {**DESCRIBED["components"]["schemas"]["Batch"], **DESCRIBED})
    _fits(client.post("/api/v1/scans", json=batch, headers=headers), "Results")
    with transaction():
        offer = devices.offer_pairing(door.actor, now=START)
    enrolment = {"pairing": offer, "public_key": new_key()[1], "name": "二号手机"}
    jsonschema.validate(enrolment, DESCRIBED["components"]["schemas"]["Enrolment"])
    _fits(client.post("/api/v1/devices", json=enrolment), "Enrolled")
    _fits(client.post("/api/v1/devices", json=enrolment), "Problem")


def test_answers_about_ratios_are_as_described(app: Flask, client: FlaskClient) -> None:
    make_door()
    make_settings("220403000000", publishes_ratios=True)
    _fits(client.get("/api/v1/statistics/ratios?region=220403&base=census"), "Ratios")
    _fits(client.get("/api/v1/statistics/ratios?region=330102"), "Problem")
    _fits(client.get("/api/v1/statistics/ratios?region=220403&base=everybody"), "Problem")
