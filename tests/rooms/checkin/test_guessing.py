"""Typed codes carry twenty bits of proof, so few may be tried: in one batch, and in whosever name."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask

from tests.makers.checkin import START, Door, make_door, make_signed_up
from tests.makers.phones import make_phone
from volunteer_hub.checkin import beacons, codes
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.checkin.service import GUESSES_PER_MINUTE
from volunteer_hub.core.scope import EVERYTHING


def typed(door: Door, code: str) -> ScanItem:
    return ScanItem(secrets.token_hex(16), code, Direction.IN, door.shift.id, EntryPoint.SHORT_CODE)


def test_one_batch_tries_no_more_typed_codes_than_a_minute_allows(app: Flask) -> None:
    """Red where only what was stored before the batch is counted: two hundred guesses at once."""
    door = make_door()
    right = codes.typed_code(make_signed_up(door).id, START)
    wrong = [typed(door, f"ZZZZ-{number:04d}") for number in range(GUESSES_PER_MINUTE)]
    answers = take_scans([*wrong, typed(door, right)], door.actor, EVERYTHING, now=START)
    assert {answer.reason for answer in answers} == {"code_unknown"}
    later = START + timedelta(seconds=61)
    right = codes.typed_code(make_signed_up(door).id, later)
    assert take_scans([typed(door, right)], door.actor, EVERYTHING, now=later)[0].reason == "checked_in"


def test_guesses_under_another_name_are_counted_where_they_are_stored(app: Flask) -> None:
    """Red where the sender's are counted: a beacon once heard for a colleague would leave guessing free."""
    door, colleague = make_door(), make_door()
    phone = make_phone(door, START - timedelta(minutes=30))
    phone.beacon = beacons.light(colleague.operator.id, None, phone.beacon_at)
    for number in range(GUESSES_PER_MINUTE):
        phone.scan(f"ZZZZ-{number:04d}", Direction.IN, START, way="short_code")
    phone.send(phone.kept, START)
    right = codes.typed_code(make_signed_up(door).id, START)
    assert phone.send([phone.scan(right, Direction.IN, START, way="short_code")], START)[0].reason == "code_unknown"
