"""Scanners: enrolled by pairing, heard of at each contact, and revoked for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from volunteer_hub.accounts import queries as accounts_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import ApiToken, TokenKind
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin.models import Device, Pairing
from volunteer_hub.core import crypto, tokens
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import AnyRow, db, table_of
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_

PAIRING_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Word:
    """What a device says of itself: how many scans it still keeps, and since when the oldest."""

    device_id: int
    unsent: int
    oldest: datetime | None


def offer_pairing(actor: Actor, *, now: datetime) -> str:
    """Return the secret of a one-time offer to enrol a device for the actor's account."""
    if actor.account_id is None:
        raise NotFound
    secret = tokens.new_secret()
    db.session.add(
        Pairing(
            token_digest=tokens.digest(secret),
            account_id=actor.account_id,
            created_at=now,
            expires_at=now + PAIRING_LIFETIME,
        )
    )
    return secret


def enrol(pairing: str, public_key: str, name: str, *, now: datetime) -> tuple[Device, str, Actor]:
    """Enrol a device and return it with its bearer secret and the account it scans for.

    The offer is spent by a compare-and-set, so two phones that hold the same picture make one device.
    Raises DomainError `pairing_over`, `key_wrong` or `device_known`.
    """
    offer = db.session.scalar(select(Pairing).where(Pairing.token_digest == tokens.digest(pairing)))
    if offer is None or offer.device_id is not None or offer.expires_at < now:
        raise DomainError("pairing_over", N_("这个配对码已经用过或过期，请让管理员重新显示一个。"))
    try:
        crypto.read_device_key(public_key)
    except ValueError:
        raise DomainError("key_wrong", N_("手机给出的公钥不对，请刷新页面重试。")) from None
    if db.session.scalar(select(Device.id).where(Device.public_key == public_key)):
        raise DomainError("device_known", N_("这台设备已经登记过。请刷新页面，用新的密钥再登记一次。"))
    account = accounts_queries.get_account(offer.account_id)
    operator = Actor(account.id, account.display_name)
    label = name.strip()[:60] or "scanner"
    token, secret = accounts.issue_token(operator, account.id, TokenKind.DEVICE, label, now=now)
    device = Device(id=token.id, public_key=public_key, enrolled_at=now, enrolled_by=account.id, last_seen_at=now)
    db.session.add(device)
    db.session.flush()
    spent = db.session.execute(
        update(table_of(Pairing))
        .where(table_of(Pairing).c.id == offer.id, table_of(Pairing).c.device_id.is_(None))
        .values(device_id=device.id)
    )
    if not spent.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("pairing_over", N_("这个配对码已经用过或过期，请让管理员重新显示一个。"))
    audit.record(operator, "checkin.enrol_device", "device", device.id, now=now, name=label)
    return device, secret, operator


def hear(word: Word, *, now: datetime) -> None:
    """Note that an enrolled device was heard of, and what it still keeps. Nothing happens for other tokens."""
    db.session.connection().execute(
        update(table_of(Device))
        .where(table_of(Device).c.id == word.device_id)
        .values(last_seen_at=now, unsent=word.unsent, oldest_unsent_at=word.oldest if word.unsent else None)
    )


def list_own(account_id: int) -> Sequence[AnyRow]:
    """Return an account's devices, (device, token), live ones first."""
    return db.session.execute(
        select(Device, ApiToken)
        .join(ApiToken, ApiToken.id == Device.id)
        .where(ApiToken.account_id == account_id)
        .order_by(ApiToken.revoked_at.is_not(None), Device.enrolled_at.desc())
    ).all()


def revoke(actor: Actor, device_id: int, *, now: datetime) -> None:
    """Revoke one of the actor's own devices. What it still sends, by whatever login, waits for a person."""
    if actor.account_id is None:
        raise NotFound
    accounts.revoke_token(actor, actor.account_id, device_id, now=now)
