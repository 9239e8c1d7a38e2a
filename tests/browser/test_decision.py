"""The phone's JavaScript answers every case of the decision as Python does, in a real browser under our policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.browser.conftest import Opener
from tests.browser.door import Door, phone, signed_in
from tests.rooms.checkin import test_decision as python
from volunteer_hub.onsite.door_routes import ALONE, REASONS

pytestmark = pytest.mark.browser

FILE = json.loads((Path(__file__).parents[1] / "cases" / "decision.json").read_text(encoding="utf-8"))
#: What a phone knows nothing about at the moment of a scan: the server finds it when the scan arrives.
ON_ARRIVAL = {"received_at", "beacon_at", "trouble", "told", "code_was_used"}
#: And what only the server can tell of the person or the operator: there the phone keeps the scan and says so.
UNKNOWABLE = {
    "a code's proof is checked by the server",
    "a person outside the snapshot",
    "a card that is no longer live opens no record",
    "the snapshot may be older",
    "the snapshot is of a shift he may scan for",
    "a self-scan needs the network",
}

RUN = """async ({ file }) => {
  const { decide } = await import('/static/js/decision.js');
  const instant = (text) => (text ? Date.parse(text) : null);
  const shiftOf = (given) => {
    if (given === null) return null;
    const shift = { ...file.usual.shift, ...given };
    return { ...shift, starts_at: instant(shift.starts_at), ends_at: instant(shift.ends_at) };
  };
  const sessionOf = (name) => {
    if (!name) return null;
    const told = file.sessions[name];
    const times = Object.fromEntries(['in_at', 'out_at', 'expires_at'].map((key) => [key, instant(told[key])]));
    return { ...told, ...times };
  };
  return file.cases.map(({ given }) => {
    const told = { ...file.usual, ...given };
    const scanned_at = instant(told.scanned_at);
    return decide({
      ...told,
      scanned_at,
      received_at: instant(told.received_at) ?? scanned_at,
      policy: file.policy,
      shift: shiftOf('shift' in given ? given.shift : {}),
      open_session: sessionOf(told.open_session),
      last_session: sessionOf(told.last_session),
      beacon_at: instant(told.beacon_at),
    });
  });
}"""

#: Builds what the phone would hold for each case (a sealed record, its code, its shift) and asks the phone itself.
ASK_THE_PHONE = """async ({ file }) => {
  const { Snapshot } = await import('/static/js/snapshot.js');
  const { judge } = await import('/static/js/judge.js');
  const { bytesOf, sha256, toBase64url, toHex } = await import('/static/js/bytes.js');
  const seal = async (shift, opener, record) => {
    const find = toHex(await sha256(`find:${opener}`)).slice(0, 32);
    const key = await crypto.subtle.importKey('raw', await sha256(`open:${opener}`), 'AES-GCM', false, ['encrypt']);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: 'AES-GCM', iv, additionalData: bytesOf(`${shift}:${find}`) };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(how, key, bytesOf(JSON.stringify(record))));
    return { find, box: toBase64url(new Uint8Array([...iv, ...sealed])) };
  };
  const opener = 'ABCDEFGHIJKLMNOP';
  const answers = [];
  for (const { given } of file.cases) {
    const told = { ...file.usual, ...given };
    const at = Date.parse(told.scanned_at);
    const slot = Math.floor(at / 30000) - (told.code === 'expired' ? 2 : 0);
    const person = told.volunteer_id ?? 7;
    const code = `VH1.P.${person.toString(36)}.${slot.toString(36)}.${opener}.QRSTUVWXYZ234567`.toUpperCase();
    const shift = given.shift === null ? null : { ...file.usual.shift, ...given.shift };
    const known = told.volunteer_id !== null && !['unknown', 'revoked'].includes(told.code) && told.is_registered;
    const record = {
      person, name: 'x', number: 'x', team: null, sign_up: told.sign_up,
      open: file.sessions[told.open_session] ?? null, last: file.sessions[told.last_session] ?? null,
    };
    const kept = {
      id: 3, account: 1, shift, policy: file.policy, made_at: '2026-03-04T00:00:00Z', people: 1,
      records: shift && known ? [await seal(shift.id, opener, record)] : [],
    };
    const snapshot = shift && told.at_station_id === null ? new Snapshot(kept) : null;
    const { outcome, reason, details } = await judge({
      code, direction: told.direction, at, snapshot, account: 1, operators: {}, nonce: 'x' });
    answers.push({ outcome, reason, details });
  }
  return answers;
}"""


@pytest.fixture
def answers(served: tuple[Flask, str], open_browser: Opener, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """What the page's JavaScript says to every case; the page is the scanner's own, policy and all."""
    door = Door(served[1])
    with open_browser() as browser:
        page = signed_in(phone(browser), door.base)
        page.goto(door.scanner)
        return list(page.evaluate(request.param, {"file": FILE}))


def _details(told: dict[str, Any]) -> dict[str, Any]:
    """Write instants alike: Python's +00:00 and JavaScript's Z."""
    return {
        name: value.replace("+00:00", "Z").replace(".000Z", "Z") if isinstance(value, str) else value
        for name, value in told.items()
    }


@pytest.mark.parametrize("answers", [RUN], indirect=True, ids=["decide"])
def test_javascript_decides_every_case_as_python_does(answers: list[dict[str, Any]]) -> None:
    """Python runs the same file in tests/rooms/checkin/test_decision.py."""
    wrong = []
    for case, answer in zip(FILE["cases"], answers, strict=True):
        outcome, reason, *details = case["then"]
        same = (answer["outcome"], answer["reason"]) == (outcome, reason)
        if not same or (details and _details(answer["details"]) != _details(details[0])):
            wrong.append((case["name"], answer))
    assert wrong == []


@pytest.mark.parametrize("answers", [ASK_THE_PHONE], indirect=True, ids=["judge"])
def test_a_phone_alone_says_the_same_or_that_the_server_must_decide(answers: list[dict[str, Any]]) -> None:
    """Without `needs_server` the same verdict; with it, `stored`, or what follows from the facts a phone has."""
    wrong = []
    for case, answer in zip(FILE["cases"], answers, strict=True):
        why = case.get("needs_server")
        if why is None:
            outcome, reason, *details = case["then"]
            fine = (answer["outcome"], answer["reason"]) == (outcome, reason)
            fine = fine and (not details or _details(answer["details"]) == _details(details[0]))
        elif why in UNKNOWABLE:
            fine = answer["outcome"] == "stored"
        else:
            known = {name: value for name, value in case["given"].items() if name not in ON_ARRIVAL}
            verdict = python.decide(python._context(known))
            fine = (answer["outcome"], answer["reason"]) == (verdict.outcome.value, verdict.reason)
        if not fine:
            wrong.append((case["name"], why, answer))
    assert wrong == []


def test_every_reason_a_phone_may_give_has_its_words_on_the_page() -> None:
    """A reason that only the server can find is not among them."""
    told = {case["then"][1] for case in FILE["cases"] if "needs_server" not in case}
    assert told <= {*REASONS, *ALONE}
