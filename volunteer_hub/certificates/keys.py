"""The keys that sign certificates: derived from the master secret, published, and followed by others.

A key is known by the first 8 hex digits of its public half's SHA-256. The private half is never stored;
the public ones are kept for good, so that what an earlier key signed can be checked.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.certificates.models import CertificateKey
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import NotFound

PURPOSE = "certificates:{serial}"


def current(*, now: datetime) -> CertificateKey:
    """Return the key that signs, made where there is none, or where the master secret is another one."""
    take_turn(db.session, "certificate-keys")
    last = db.session.scalar(
        select(CertificateKey)
        .order_by(CertificateKey.serial.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if last is not None and last.retired_at is None and last.public_key == _public(last.serial):
        return last
    return _follow(TIMETABLE, last, now=now)


def latest() -> CertificateKey:
    """Return the key that signs, which somebody has made sure of. Raises NotFound where there is none."""
    key = db.session.scalar(select(CertificateKey).order_by(CertificateKey.serial.desc()).limit(1))
    if key is None:
        raise NotFound
    return key


def sign(key: CertificateKey, message: bytes) -> bytes:
    """Return the signature of a message under a key."""
    return crypto.sign_openly(PURPOSE.format(serial=key.serial), message)


def rotate(actor: Actor, *, now: datetime) -> CertificateKey:
    """Let another key sign from now on. What the one before signed stays good."""
    return _follow(actor, current(now=now), now=now)


def withdraw(actor: Actor, key_id: str, *, now: datetime) -> CertificateKey:
    """Declare a key lost: what it signed is to be checked on the page alone. Raises NotFound."""
    lost = db.session.scalar(select(CertificateKey).where(CertificateKey.key_id == key_id))
    if lost is None:
        raise NotFound
    if lost.retired_at is None:
        _follow(actor, lost, now=now)
    if lost.withdrawn_at is None:
        lost.withdrawn_at = now
        audit.record(actor, "certificates.withdraw_key", "certificate_key", key_id, now=now)
    return lost


def list_keys() -> Sequence[CertificateKey]:
    """Return every key there ever was, the latest first."""
    return db.session.scalars(select(CertificateKey).order_by(CertificateKey.serial.desc())).all()


def _follow(actor: Actor, last: CertificateKey | None, *, now: datetime) -> CertificateKey:
    if last is not None and last.retired_at is None:
        last.retired_at = now
    serial = last.serial + 1 if last else 1
    public = _public(serial)
    key = CertificateKey(
        serial=serial,
        key_id=crypto.fingerprint(base64.urlsafe_b64decode(public + "="))[:8],
        public_key=public,
        since=now,
    )
    db.session.add(key)
    db.session.flush()
    audit.record(actor, "certificates.begin_key", "certificate_key", key.key_id, now=now)
    return key


def _public(serial: int) -> str:
    return base64.urlsafe_b64encode(crypto.public_key(PURPOSE.format(serial=serial))).decode().rstrip("=")
