"""`POST /api/v1/scans`: one to two hundred scans, each answered by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.checkin.service import ScanItem
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, require, scope

api = Blueprint("checkin_api", __name__)

MOST = 200
NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
FIELDS = {"nonce", "code", "direction", "shift_id", "scanned_at", "entry_point"}
WAYS = {way.value: way for way in (EntryPoint.MANAGER_SCAN, EntryPoint.SHORT_CODE, EntryPoint.API)}


@api.post("/api/v1/scans")
@require(Permission.SCAN)
def scans() -> Response:
    """Take a batch. The batch is refused whole (422) if it is not well formed; nothing is recorded then.

    A nonce that was used before with another content is answered `nonce_conflict`, and with 422 where
    it was sent alone; the others of its batch are settled.
    """
    items = _read_batch(_sent())
    answers = take_scans(items, actor(), scope(Permission.SCAN), now=clock.now())
    response = jsonify({"results": [shown(answer) for answer in answers]})
    if len(answers) == 1 and answers[0].contradicts:
        response.status_code = 422
    return response


def _sent() -> Any:
    """Return the JSON that was sent, or None: what is nested too deep to be read is no JSON of ours."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _read_batch(body: Any) -> list[ScanItem]:
    sent = body.get("items") if isinstance(body, dict) else None
    if not isinstance(sent, list) or not 1 <= len(sent) <= MOST:
        raise Unprocessable("items_wrong", N_("items 应为 1 到 %(most)d 条扫码。"), most=MOST)
    items = [_read_item(number, item) for number, item in enumerate(sent)]
    if len({item.nonce for item in items}) != len(items):
        raise Unprocessable("nonce_twice", N_("同一批里有重复的 nonce。"))
    return items


def _read_item(number: int, sent: Any) -> ScanItem:
    if not isinstance(sent, dict) or not sent.keys() <= FIELDS:
        raise _wrong(number, "item")
    nonce, code, shift_id = sent.get("nonce"), sent.get("code"), sent.get("shift_id")
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
        raise _wrong(number, "nonce")
    if not isinstance(code, str) or not 1 <= len(code) <= 2000:
        raise _wrong(number, "code")
    if not isinstance(shift_id, int) or isinstance(shift_id, bool) or not 0 < shift_id < 2**63:
        raise _wrong(number, "shift_id")
    if sent.get("direction") not in ("in", "out"):
        raise _wrong(number, "direction")
    way = WAYS.get(sent.get("entry_point") or "api") if isinstance(sent.get("entry_point", ""), str) else None
    if way is None:
        raise _wrong(number, "entry_point")
    # JSON can name halves of characters, which no text and no column can hold.
    code = code.encode(errors="replace").decode()
    return ScanItem(
        nonce, code, Direction(sent["direction"]), shift_id, way, _instant(number, sent.get("scanned_at"))
    )


def _instant(number: int, text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise _wrong(number, "scanned_at") from None
    if instant.tzinfo is None or not 2000 <= instant.year <= 2200:
        raise _wrong(number, "scanned_at")
    return instant.astimezone(UTC)


def _wrong(number: int, field: str) -> Unprocessable:
    return Unprocessable("item_wrong", N_("第 %(number)d 条的 %(name)s 不对。"), number=number + 1, name=field)
