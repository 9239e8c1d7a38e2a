"""What reaches the check-in from a door, and what goes back: plain facts, before anything is decided."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.scope import Scope


@dataclass(frozen=True)
class Witness:
    """What an enrolled device says about a scan, and whether it may be believed."""

    device_id: int
    seq: int
    prev_hash: str
    item_hash: str
    #: The server's time the device last heard before the scan; None where nothing of this is believed.
    beacon_at: datetime | None
    #: Who was signed in on the device when it was made, and where that account may scan now.
    operator: Actor | None
    scope: Scope
    #: Milliseconds since the beacon by the page's monotonic clock (None after a reload) and by the wall clock.
    mono_ms: int | None
    wall_ms: int
    #: What the device told the person.
    told: Outcome | None
    #: device_unknown, device_revoked, signature_wrong or chain_broken; None where all is well.
    trouble: str | None = None


@dataclass(frozen=True)
class ScanItem:
    """One scan as a client sent it. `scanned_at` is None where the client trusts the server's clock."""

    nonce: str
    code: str
    direction: Direction
    shift_id: int
    entry_point: EntryPoint
    scanned_at: datetime | None = None
    #: A person the door has identified by itself (name, group); never what a client claims.
    volunteer_id: int | None = None
    witness: Witness | None = None

    @property
    def digest(self) -> str:
        """Return a keyed fingerprint of everything but the nonce, to tell a repeat from a contradiction.

        Keyed, because what was scanned may be an identity number, and few of those are enough to try.
        """
        sent: list[Any] = [self.code, self.direction, self.shift_id, self.entry_point, str(self.scanned_at)]
        if self.volunteer_id is not None:
            sent.append(self.volunteer_id)
        return crypto.sign("scan-payload", json.dumps(sent).encode()).hex()


@dataclass(frozen=True)
class SignedItem:
    """A scan with a device's signature over its text; `item` has no witness yet."""

    item: ScanItem
    text: str
    signature: bytes
    device_id: int
    seq: int
    prev_hash: str
    beacon: str
    mono_ms: int | None
    wall_ms: int
    told: Outcome | None

    @property
    def item_hash(self) -> str:
        """Return the SHA-256 of the signed text, by which the device's next scan points back to this one."""
        return crypto.fingerprint(self.text.encode())


@dataclass(frozen=True)
class Presence:
    """Proof that a person stood at a station: what a self-scan carries instead of a personal code."""

    volunteer_id: int
    station_id: int


@dataclass(frozen=True)
class Answer:
    """What the person at the door is told."""

    nonce: str
    outcome: Outcome
    reason: str
    details: dict[str, Any]
    name: str | None = None
    number: str | None = None
    team: str | None = None
    at: datetime | None = None
    #: True where the nonce was seen before with another content.
    contradicts: bool = False
