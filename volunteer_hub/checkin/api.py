"""`POST /api/v1/scans`: one to two hundred scans, each answered by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from volunteer_hub.checkin import beacons, devices, queries, snapshots, undoing
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.devices import Word
from volunteer_hub.checkin.items import ScanItem, SignedItem
from volunteer_hub.checkin.parsing import Unreadable, instant_or_none, read_plain, read_signed
from volunteer_hub.checkin.showing import shown, unreadable
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, public, require, scope
from volunteer_hub.web.limits import limiter

api = Blueprint("checkin_api", __name__)

MOST = 200


@api.post("/api/v1/scans")
@require(Permission.SCAN)
def scans() -> Response:
    """Take a batch. The batch is refused whole (422) if it is not well formed; nothing is recorded then.

    A nonce that was used before with another content is answered `nonce_conflict`, and with 422 where
    it was sent alone; the others of its batch are settled. A device's signed scan that cannot be read is
    answered `stored: false` and harms no other.
    """
    body = _sent()
    sent = _items(body)
    read = [_read(number, item) for number, item in enumerate(sent)]
    good = [item for item in read if not isinstance(item, Unreadable)]
    _refuse_repeats(good)
    now = clock.now()
    settled = take_scans(good, actor(), scope(Permission.SCAN), now=now, word=_word(body), leave_stuck=True)
    told = {answer.nonce: answer for answer in settled}
    # What could not be settled now has no result: whoever sent it keeps it and sends it again.
    answers = [
        unreadable(item) if isinstance(item, Unreadable) else shown(told[_nonce(item)])
        for item in read
        if isinstance(item, Unreadable) or _nonce(item) in told
    ]
    response = jsonify({"results": answers, **_beacon(now)})
    if len(answers) == 1 and answers[0]["reason"] == "nonce_conflict" and isinstance(good[0], ScanItem):
        response.status_code = 422
    return response


@api.post("/api/v1/scans/<nonce>/undo")
@require(Permission.SCAN)
def undo(nonce: str) -> Response:
    """Take back one's own scan of the last five minutes."""
    with transaction():
        undoing.undo(actor(), nonce, now=clock.now())
    return jsonify({"undone": True})


@api.get("/api/v1/shifts/<int:shift_id>/snapshot")
@require(Permission.SCAN)
def snapshot(shift_id: int) -> Response:
    """Give a scanner what it needs to go on without a network, each person sealed by their own code."""
    now = clock.now()
    parts = queries.get_shift_here(scope(Permission.SCAN), shift_id)
    response = jsonify({**snapshots.snapshot_of(*parts, now=now), **_beacon(now)})
    response.headers["Cache-Control"] = "no-store"
    return response


@api.get("/api/v1/door/beacon")
@require(Permission.SCAN)
def beacon() -> Response:
    """Give the server's time, signed; a device says with it how many scans it still keeps."""
    now = clock.now()
    word = _word({"unsent": request.args.get("unsent", type=int), "oldest": request.args.get("oldest")})
    if word is not None:
        with transaction():
            devices.hear(word, now=now)
    response = jsonify(_beacon(now))
    response.headers["Cache-Control"] = "no-store"
    return response


@api.post("/api/v1/devices")
@public
@limiter.limit("30 per hour")
def enrol() -> Response:
    """Enrol a device with the one-time offer that a signed-in manager's screen shows."""
    body = _sent()
    sent = body if isinstance(body, dict) else {}
    now = clock.now()
    with transaction():
        device, secret, operator = devices.enrol(
            str(sent.get("pairing", "")), str(sent.get("public_key", "")), str(sent.get("name", "")), now=now
        )
    return jsonify(
        {
            "device": device.id,
            "token": secret,
            "account": operator.account_id,
            "operator": operator.label,
            "beacon": beacons.light(device.enrolled_by, device.id, now),
            "server_time": now.isoformat(),
        }
    )


def _sent() -> Any:
    """Return the JSON that was sent, or None: what is nested too deep to be read is no JSON of ours."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _items(body: Any) -> list[Any]:
    sent = body.get("items") if isinstance(body, dict) else None
    if not isinstance(sent, list) or not 1 <= len(sent) <= MOST:
        raise Unprocessable("items_wrong", N_("items 应为 1 到 %(most)d 条扫码。"), most=MOST)
    return sent


def _read(number: int, sent: Any) -> ScanItem | SignedItem | Unreadable:
    return read_signed(sent) if isinstance(sent, dict) and "signed" in sent else read_plain(number, sent)


def _refuse_repeats(items: list[ScanItem | SignedItem]) -> None:
    nonces = {_nonce(item) for item in items}
    if len(nonces) != len(items):
        raise Unprocessable("nonce_twice", N_("同一批里有重复的 nonce。"))


def _nonce(item: ScanItem | SignedItem) -> str:
    return item.item.nonce if isinstance(item, SignedItem) else item.nonce


def _word(said: Any) -> Word | None:
    """Return what a device says of itself beside its scans, or None where nothing is said."""
    device_id, unsent = actor().device_id, said.get("unsent") if isinstance(said, dict) else None
    if device_id is None or not isinstance(unsent, int) or not 0 <= unsent < 2**31:
        return None
    return Word(device_id, unsent, instant_or_none(said.get("oldest")))


def _beacon(now: datetime) -> dict[str, str]:
    asker = actor()
    if asker.account_id is None:
        return {}
    return {
        "beacon": beacons.light(asker.account_id, asker.device_id, now),
        "server_time": now.isoformat(timespec="milliseconds"),
    }
