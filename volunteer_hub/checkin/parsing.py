"""Reads scans out of JSON. Plain ones must be right as a whole batch; a device's signed ones fail each by itself."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from volunteer_hub.checkin.items import ScanItem, SignedItem
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.text import N_

NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
HASH = re.compile(r"([0-9a-f]{64})?")
FIELDS = {"nonce", "code", "direction", "shift_id", "scanned_at", "entry_point"}
WAYS = {
    way.value: way
    for way in (
        EntryPoint.MANAGER_SCAN,
        EntryPoint.SHORT_CODE,
        EntryPoint.API,
        EntryPoint.HANDHELD,
        EntryPoint.CARD,
        EntryPoint.KIOSK,
    )
}
TOLD = {outcome.value: outcome for outcome in Outcome} | {"stored": None}
#: The first word of a signed text names its form, so that another can follow.
FORM = "VH1"
LONGEST = 8000


@dataclass(frozen=True)
class Unreadable:
    """A signed scan that cannot be read, and what of it is wrong; the device keeps it in its tray."""

    nonce: str | None
    field: str


class _WrongField(Exception):
    """The name of the field that is wrong."""


def read_plain(number: int, sent: Any) -> ScanItem:
    """Return a plain scan. Raises Unprocessable naming the item and the field."""
    if not isinstance(sent, dict) or not sent.keys() <= FIELDS:
        raise _wrong(number, "item")
    try:
        return _item(
            sent.get("nonce"),
            sent.get("code"),
            sent.get("direction"),
            sent.get("shift_id"),
            sent.get("scanned_at"),
            sent.get("entry_point") or "api" if isinstance(sent.get("entry_point", ""), str) else None,
        )
    except _WrongField as field:
        raise _wrong(number, str(field)) from None


def read_signed(sent: dict[str, Any]) -> SignedItem | Unreadable:
    """Return a device's signed scan, or what of it cannot be read."""
    text, signature = sent.get("signed"), sent.get("signature")
    if not isinstance(text, str) or len(text) > LONGEST or not isinstance(signature, str):
        return Unreadable(None, "signed")
    try:
        told = json.loads(text)
        text.encode()
    except (ValueError, RecursionError):
        return Unreadable(None, "signed")
    if not isinstance(told, list) or len(told) != 14 or told[0] != FORM:
        return Unreadable(None, "signed")
    nonce = told[4] if isinstance(told[4], str) and NONCE.fullmatch(told[4]) else None
    try:
        return _signed(told, text, signature)
    except _WrongField as field:
        return Unreadable(nonce, str(field))


def instant_or_none(text: Any) -> datetime | None:
    """Return an instant, or None for whatever is none."""
    try:
        return _instant(text)
    except _WrongField:
        return None


def _signed(told: list[Any], text: str, signature: str) -> SignedItem:
    _, device, seq, prev, nonce, code, direction, shift_id, scanned_at, way, beacon, mono, wall, shown = told
    item = _item(nonce, code, direction, shift_id, scanned_at, way)
    if item.scanned_at is None:
        raise _WrongField("scanned_at")
    if not isinstance(prev, str) or not HASH.fullmatch(prev):
        raise _WrongField("prev")
    if not isinstance(beacon, str) or len(beacon) > 400 or not beacon.isascii():
        raise _WrongField("beacon")
    if shown is not None and (not isinstance(shown, str) or shown not in TOLD):
        raise _WrongField("told")
    return SignedItem(
        item,
        text,
        _bytes(signature),
        _whole("device", device, least=1),
        _whole("seq", seq, least=1),
        prev,
        beacon,
        None if mono is None else _whole("mono_ms", mono, least=-(2**53)),
        _whole("wall_ms", wall, least=-(2**53)),
        TOLD[shown] if shown else None,
    )


def _item(nonce: Any, code: Any, direction: Any, shift_id: Any, scanned_at: Any, way: Any) -> ScanItem:
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
        raise _WrongField("nonce")
    if not isinstance(code, str) or not 1 <= len(code) <= 2000:
        raise _WrongField("code")
    if direction not in ("in", "out"):
        raise _WrongField("direction")
    entry_point = WAYS.get(way) if isinstance(way, str) else None
    if entry_point is None:
        raise _WrongField("entry_point")
    # JSON can name halves of characters, which no text and no column can hold.
    return ScanItem(
        nonce,
        code.encode(errors="replace").decode(),
        Direction(direction),
        _whole("shift_id", shift_id, least=1),
        entry_point,
        _instant(scanned_at),
    )


def _whole(field: str, value: Any, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 2**53:
        raise _WrongField(field)
    return value


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _instant(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise _WrongField("scanned_at") from None
    if instant.tzinfo is None or not 2000 <= instant.year <= 2200:
        raise _WrongField("scanned_at")
    return instant.astimezone(UTC)


def _wrong(number: int, field: str) -> Unprocessable:
    return Unprocessable("item_wrong", N_("第 %(number)d 条的 %(name)s 不对。"), number=number + 1, name=field)
