"""Makes enrolled scanner phones, which sign and chain their scans as the real page does."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.makers.checkin import Door
from volunteer_hub.checkin import beacons, devices
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import Answer, SignedItem
from volunteer_hub.checkin.models import Direction
from volunteer_hub.checkin.parsing import read_signed
from volunteer_hub.core import crypto
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import EVERYTHING


@dataclass
class Phone:
    """A phone at the door: its key, its chain, and what it has heard of the server's time."""

    door: Door
    device_id: int
    token: str
    key: ec.EllipticCurvePrivateKey
    beacon: str
    beacon_at: datetime
    seq: int = 0
    last_hash: str = ""
    kept: list[dict[str, str]] = field(default_factory=list)

    def hear(self, now: datetime) -> None:
        """Take the server's time, as at every contact."""
        self.beacon, self.beacon_at = beacons.light(self.door.operator.id, self.device_id, now), now

    def scan(self, code: str, direction: Direction, moment: datetime, **other: Any) -> dict[str, str]:
        """Scan without a network: sign, chain, and keep. `other` overrides fields of the signed text."""
        self.seq += 1
        passed = round((moment - self.beacon_at).total_seconds() * 1000)
        told = {
            "device": self.device_id, "seq": self.seq, "prev": self.last_hash, "nonce": secrets.token_hex(16),
            "code": code, "direction": direction.value, "shift": self.door.shift.id, "at": iso(moment),
            "way": "manager_scan", "beacon": self.beacon, "mono": passed, "wall": passed, "told": "accepted", **other,
        }  # fmt: skip
        item = self.sign(["VH1", *told.values()])
        self.last_hash = crypto.fingerprint(item["signed"].encode())
        self.kept.append(item)
        return item

    def sign(self, fields: list[Any]) -> dict[str, str]:
        """Return an item as it is sent."""
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return {"signed": text, "signature": base64.urlsafe_b64encode(signature).decode().rstrip("=")}

    def send(self, items: list[dict[str, str]], now: datetime) -> list[Answer]:
        """Send items at an instant of the server's clock, as the manager at the door."""
        return take_scans(read_items(items), self.door.actor, EVERYTHING, now=now)


def read_items(items: list[dict[str, str]]) -> list[Any]:
    """Return items as the door reads them; all must be readable."""
    read = [read_signed(item) for item in items]
    assert all(isinstance(item, SignedItem) for item in read), read
    return read


def new_key() -> tuple[ec.EllipticCurvePrivateKey, str]:
    """Return a new key, and its public half as a phone sends it."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key, base64.urlsafe_b64encode(point).decode().rstrip("=")


def make_phone(door: Door, now: datetime) -> Phone:
    """Enrol a phone for the door's operator."""
    key, public_key = new_key()
    with transaction():
        offer = devices.offer_pairing(door.actor, now=now)
    with transaction():
        device, token, _ = devices.enrol(offer, public_key, "门口手机", now=now)
    return Phone(door, device.id, token, key, beacons.light(door.operator.id, device.id, now), now)


def iso(at: datetime) -> str:
    """Write an instant as JavaScript does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
