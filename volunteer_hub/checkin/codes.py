"""Rotating codes: a person's, which a manager scans, and a station's, which a person scans; and printed cards.

A rotating code names its subject and its time slot and carries an HMAC over both, so nothing is stored
and a screenshot dies with its slot. A person's code and card also carry an opener, which never changes
and is no proof: it opens that person's record on a scanner without a network (docs/offline.md). Text is
kept to what a QR code holds in alphanumeric mode.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from volunteer_hub.core import crypto

#: A person's code changes every 30 seconds, a station's every 15; the slot before is still good.
PERSONAL_SECONDS = 30
STATION_SECONDS = 15
#: Typed codes leave out 0 O 1 I L.
TYPED = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MAC_BYTES = 10
_TYPED_MAC = 4


class CodeKind(StrEnum):
    """Which code it is."""

    PERSONAL = "personal"
    TYPED = "typed"
    CARD = "card"
    STATION = "station"
    UNKNOWN = "unknown"


class CodeState(StrEnum):
    """Whether it can be believed at the moment of the scan."""

    VALID = "valid"
    EXPIRED = "expired"
    #: A card that was lost and replaced.
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reading:
    """A code, read: its kind, whom it names, the slot it belongs to, and whether it holds.

    The subject is a volunteer, a station or, for a card, the card.
    """

    kind: CodeKind
    state: CodeState
    subject_id: int | None = None
    slot: int | None = None

    @property
    def use(self) -> str | None:
        """Return the key under which a personal code can be used once; typed and scanned forms share it."""
        if self.kind in (CodeKind.PERSONAL, CodeKind.TYPED) and self.slot is not None:
            return f"p:{self.subject_id}:{self.slot}"
        return None


UNKNOWN = Reading(CodeKind.UNKNOWN, CodeState.UNKNOWN)


def personal_code(volunteer_id: int, at: datetime) -> str:
    """Return the text of a volunteer's QR code at an instant."""
    slot = slot_of(at, PERSONAL_SECONDS)
    parts = ("VH1", "P", _base36(volunteer_id), _base36(slot), opener(volunteer_id), _mac("P", volunteer_id, slot))
    return ".".join(parts)


def opener(volunteer_id: int) -> str:
    """Return what opens a volunteer's record in a snapshot: sixteen letters that never change."""
    return _letters(crypto.sign("openers", f"P:{volunteer_id}".encode(), _MAC_BYTES))


def card_code(card_id: int) -> str:
    """Return the text on a printed card; its opener is also its proof, until the card is replaced."""
    return f"VH1.C.{_base36(card_id)}.{card_opener(card_id)}"


def card_opener(card_id: int) -> str:
    """Return what opens the record of a card's holder in a snapshot."""
    return _letters(crypto.sign("openers", f"C:{card_id}".encode(), _MAC_BYTES))


def typed_code(volunteer_id: int, at: datetime) -> str:
    """Return the short form for typing, in groups of four: the subject, then four characters of proof."""
    return _grouped(_typed(volunteer_id, slot_of(at, PERSONAL_SECONDS)))


def station_code(station_id: int, at: datetime) -> str:
    """Return the text of a station's rotating code at an instant; it goes at the end of an address."""
    slot = slot_of(at, STATION_SECONDS)
    return f"VH1.S.{_base36(station_id)}.{_base36(slot)}.{_mac('S', station_id, slot)}"


def seconds_left(at: datetime, seconds: int) -> int:
    """Return how long the current slot still runs, at least 1."""
    return max(1, seconds - int(at.timestamp()) % seconds)


def slot_of(at: datetime, seconds: int) -> int:
    """Return the number of the slot an instant falls in."""
    return int(at.timestamp()) // seconds


def drawn_at(slot: int, seconds: int, now: datetime) -> datetime:
    """Return an instant inside a slot whose code is still good, so that a picture asked for late is the one meant.

    Any other slot gives the present one: no code of the future or of long ago can be asked for.
    """
    current = slot_of(now, seconds)
    return now - timedelta(seconds=seconds) if slot == current - 1 else now


def read(text: str, at: datetime) -> Reading:
    """Read any code at the instant it was scanned. Whatever is not ours is UNKNOWN, and says no more."""
    cleaned = text.strip().upper()
    if len(cleaned) > 120:
        return UNKNOWN
    if cleaned.startswith("VH1."):
        return _read_scanned(cleaned, at)
    return _read_typed(cleaned.replace("-", "").replace(" ", ""), at)


def _read_scanned(text: str, at: datetime) -> Reading:
    try:
        match text.split("."):
            case [_, "P", subject, slot, key, mac]:
                reading = _rotating(CodeKind.PERSONAL, int(subject, 36), int(slot, 36), mac, at)
                return reading if _equal(key, opener(int(subject, 36))) else UNKNOWN
            case [_, "S", subject, slot, mac]:
                return _rotating(CodeKind.STATION, int(subject, 36), int(slot, 36), mac, at)
            case [_, "C", card, key] if _equal(key, card_opener(int(card, 36))):
                return Reading(CodeKind.CARD, CodeState.VALID, int(card, 36))
    except ValueError:
        return UNKNOWN
    return UNKNOWN


def _rotating(kind: CodeKind, subject: int, slot: int, mac: str, at: datetime) -> Reading:
    letter, seconds = ("P", PERSONAL_SECONDS) if kind is CodeKind.PERSONAL else ("S", STATION_SECONDS)
    if not _equal(mac, _mac(letter, subject, slot)):
        return UNKNOWN
    return Reading(kind, _state(slot, slot_of(at, seconds)), subject, slot)


def _equal(given: str, ours: str) -> bool:
    return crypto.same(given.encode(), ours.encode())


def _read_typed(text: str, at: datetime) -> Reading:
    if not 8 <= len(text) <= 14 or not set(text) <= set(TYPED):
        return UNKNOWN
    subject_id = 0
    for letter in text[:-_TYPED_MAC]:
        subject_id = subject_id * len(TYPED) + TYPED.index(letter)
    if subject_id >= 2**62:
        return UNKNOWN
    current = slot_of(at, PERSONAL_SECONDS)
    for slot in (current, current - 1):
        if crypto.same(text.encode(), _typed(subject_id, slot).encode()):
            return Reading(CodeKind.TYPED, CodeState.VALID, subject_id, slot)
    return UNKNOWN


def _state(slot: int, current: int) -> CodeState:
    return CodeState.VALID if slot in (current, current - 1) else CodeState.EXPIRED


def _mac(letter: str, subject_id: int, slot: int) -> str:
    return _letters(crypto.sign("codes", f"{letter}:{subject_id}:{slot}".encode(), _MAC_BYTES))


def _letters(secret: bytes) -> str:
    return base64.b32encode(secret).decode()


def _typed(subject_id: int, slot: int) -> str:
    """Write the subject in at least four characters, then the proof."""
    subject = ""
    left = subject_id
    while left or len(subject) < 4:
        left, digit = divmod(left, len(TYPED))
        subject = TYPED[digit] + subject
    number = int.from_bytes(crypto.sign("typed-codes", f"{subject_id}:{slot}".encode(), 8), "big")
    proof = ""
    for _ in range(_TYPED_MAC):
        number, digit = divmod(number, len(TYPED))
        proof += TYPED[digit]
    return subject + proof


def _grouped(text: str) -> str:
    return "-".join((text[:-4], text[-4:]))


def _base36(number: int) -> str:
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
        if not number:
            return text
