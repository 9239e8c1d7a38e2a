"""The decision answers every case of the file that all implementations share."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from volunteer_hub.checkin.answers import WORDS
from volunteer_hub.checkin.codes import CodeState
from volunteer_hub.checkin.decision import Context, SessionFacts, ShiftFacts, decide
from volunteer_hub.checkin.models import Direction, Outcome
from volunteer_hub.ledger.policy import Policy

FILE = json.loads((Path(__file__).parents[2] / "cases" / "decision.json").read_text())


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _session(name: str | None) -> SessionFacts | None:
    if name is None:
        return None
    told = FILE["sessions"][name]
    instants = {name: _instant(told.get(name)) for name in ("in_at", "out_at", "expires_at")}
    return SessionFacts(**{**told, **instants})


def _context(given: dict[str, Any]) -> Context:
    told = {**FILE["usual"], **given}
    shift = (
        told["shift"]
        if "shift" not in given or given["shift"] is None
        else {**FILE["usual"]["shift"], **given["shift"]}
    )
    scanned_at = _instant(told["scanned_at"])
    assert scanned_at is not None
    return Context(
        direction=Direction(told["direction"]),
        scanned_at=scanned_at,
        received_at=_instant(told["received_at"]) or scanned_at,
        code=CodeState(told["code"]),
        policy=Policy(**FILE["policy"]),
        volunteer_id=told["volunteer_id"],
        is_registered=told["is_registered"],
        code_was_used=told["code_was_used"],
        at_station_id=told["at_station_id"],
        shift=ShiftFacts(
            **{**shift, "starts_at": _instant(shift["starts_at"]), "ends_at": _instant(shift["ends_at"])}
        )
        if shift
        else None,
        sign_up=told["sign_up"],
        open_session=_session(told["open_session"]),
        last_session=_session(told["last_session"]),
        beacon_at=_instant(told["beacon_at"]),
        trouble=told["trouble"],
        told=Outcome(told["told"]) if told["told"] else None,
    )


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["name"])
def test_the_decision_answers_as_the_case_file_says(case: dict[str, Any]) -> None:
    outcome, reason, *details = case["then"]
    verdict = decide(_context(case["given"]))
    assert (verdict.outcome.value, verdict.reason) == (outcome, reason)
    if details:
        assert verdict.details == details[0]


def test_every_reason_has_words() -> None:

    assert {case["then"][1] for case in FILE["cases"]} <= WORDS.keys()
