"""An area's rules are data: shown, followed by a new version, and what was credited keeps the old one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import END, START, make_door, make_signed_up
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core.db import db
from volunteer_hub.ledger import queries
from volunteer_hub.ledger.models import HourPolicy, HoursEntry


def _run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["ledger", "policy", *words])
    return result.exit_code, result.output


def test_the_rules_that_hold_are_shown(app: Flask) -> None:
    code, said = _run(app, "show", "220403")
    assert code == 0
    assert json.loads(said)["day_cap"] == 720


@time_machine.travel(START, tick=False)
def test_a_new_version_holds_for_its_area_from_its_day_and_changes_nothing_credited(app: Flask) -> None:
    door = make_door()
    volunteer = make_signed_up(door)
    door.come(volunteer, START)
    door.go(volunteer, START + timedelta(minutes=59))
    code, said = _run(app, "set", "220403", "--from", "2026-03-06T00:00", "--rule", "rounding=30")
    assert (code, said.strip()) == (0, "version 1 of 220403 holds from 2026-03-06T00:00")
    later = make_shift(door.station, starts_at=START + timedelta(days=1), ends_at=END + timedelta(days=1))
    make_sign_up(later, volunteer)
    door.scan(volunteer, Direction.IN, later.starts_at, shift=later)
    door.scan(volunteer, Direction.OUT, START + timedelta(days=1, minutes=59), shift=later)
    db.session.rollback()
    rows = db.session.execute(select(HoursEntry.minutes, HoursEntry.policy_id).order_by(HoursEntry.id)).all()
    assert [minutes for minutes, _ in rows] == [59, 30]
    assert rows[0].policy_id != rows[1].policy_id
    assert queries.find_policy("220402000000", later.starts_at, now=START).policy.rounding == 0
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "ledger.add_policy"


@pytest.mark.parametrize(
    "words",
    [
        ("set", "220403", "--from", "tomorrow", "--rule", "rounding=30"),
        ("set", "220403", "--from", "2000-01-01T00:00", "--rule", "rounding=30"),
        ("set", "220403", "--from", "2099-01-01T00:00", "--rule", "penalty=2"),
        ("set", "220403", "--from", "2099-01-01T00:00", "--rule", "rounding=half"),
        ("set", "220403", "--from", "2099-01-01T00:00", "--rule", "early_in_counts=maybe"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(app: Flask, words: tuple[str, ...]) -> None:
    code, said = _run(app, *words)
    assert code == 2
    assert "Traceback" not in said
    assert db.session.scalars(select(HourPolicy).where(HourPolicy.region_prefix == "220403")).all() == []
