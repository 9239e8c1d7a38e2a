"""Where an account is reached: an address is proved by typing what was sent there; wishes and quiet hours."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from volunteer_hub.core import crypto
from volunteer_hub.core.channels import ChannelKind
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.notices import topics
from volunteer_hub.notices.models import ContactPoint, NoticeWishes
from volunteer_hub.notices.quiet import QUIET_FROM, QUIET_UNTIL

CODE_LIVES = timedelta(minutes=10)
#: A new code for the same address is made at most this often.
CODE_PAUSE = timedelta(seconds=60)
TRIES = 5


def find_point(account_id: int, channel: ChannelKind) -> ContactPoint | None:
    """Return where an account is reached by a channel, proved or not, as the database has it now."""
    return db.session.scalar(
        select(ContactPoint)
        .where(ContactPoint.account_id == account_id, ContactPoint.channel == channel.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def list_points(account_id: int) -> dict[str, ContactPoint]:
    """Return everywhere an account may be reached, by channel."""
    rows = db.session.scalars(select(ContactPoint).where(ContactPoint.account_id == account_id))
    return {row.channel: row for row in rows}


def ask_proof(account_id: int, channel: ChannelKind, address: str, *, now: datetime) -> str:
    """Keep an address that is still to be proved and return the six-digit code to be sent there after the commit.

    Another address by the same channel is forgotten. Raises DomainError when a code was sent less than a minute ago.
    """
    point = find_point(account_id, channel)
    if point is not None and point.code_until and now < point.code_until - CODE_LIVES + CODE_PAUSE:
        raise DomainError("code_too_soon", N_("验证码刚发出不久，请过一分钟再试。"), field="address")
    if point is None:
        point = ContactPoint(account_id=account_id, channel=channel.value, address=address, created_at=now)
        db.session.add(point)
    code = f"{secrets.randbelow(10**6):06d}"
    point.address, point.created_at, point.proved_at = address, now, None
    db.session.flush()
    point.code_digest, point.code_until, point.tries = _digest(point, code), now + CODE_LIVES, 0
    db.session.flush()
    return code


def prove(account_id: int, channel: ChannelKind, code: str, *, now: datetime) -> bool:
    """Tell whether the code is right, and open the address if it is; five tries, counted one after another.

    The count must survive a wrong guess, so this refuses by its answer and never by raising.
    """
    point = find_point(account_id, channel)
    if point is None or point.code_digest is None or point.code_until is None or now >= point.code_until:
        return False
    counted = db.session.execute(
        update(ContactPoint)
        .where(ContactPoint.id == point.id, ContactPoint.tries < TRIES, ContactPoint.code_digest == point.code_digest)
        .values(tries=ContactPoint.tries + 1)
        .returning(ContactPoint.id)
    ).first()
    if counted is None or not crypto.same(_digest(point, code.strip()).encode(), point.code_digest.encode()):
        return False
    point.proved_at, point.code_digest, point.code_until = now, None, None
    db.session.flush()
    return True


def keep_proved(account_id: int, channel: ChannelKind, address: str, *, now: datetime) -> None:
    """Keep an address that something else has proved: a sign-in at the carrier, a mobile the register has proved."""
    point = find_point(account_id, channel)
    if point is None:
        point = ContactPoint(account_id=account_id, channel=channel.value, address=address, created_at=now)
        db.session.add(point)
    point.address, point.proved_at, point.code_digest, point.code_until = address, now, None, None
    db.session.flush()


def forget(account_id: int, channel: ChannelKind) -> None:
    """Send nothing more by a channel, and forget the address."""
    point = find_point(account_id, channel)
    if point is not None:
        db.session.delete(point)
        db.session.flush()


def wishes_of(account_id: int) -> NoticeWishes:
    """Return an account's wishes, or the usual ones, which are not kept."""
    kept = db.session.get(NoticeWishes, account_id)
    return kept or NoticeWishes(
        account_id=account_id, muted=[], quiet_from=QUIET_FROM, quiet_until=QUIET_UNTIL, language="zh"
    )


def wish(account_id: int, muted: Sequence[str], quiet_from: int, quiet_until: int, language: str) -> None:
    """Keep what an account does not want to be sent, and its quiet minutes of the civil day."""
    kept = db.session.get(NoticeWishes, account_id)
    if kept is None:
        kept = NoticeWishes(account_id=account_id)
        db.session.add(kept)
    kept.muted = [topic for topic in topics.TOPICS if topic in muted]
    kept.quiet_from, kept.quiet_until, kept.language = quiet_from, quiet_until, language
    db.session.flush()


def _digest(point: ContactPoint, code: str) -> str:
    """Return a keyed hash of a code, bound to the account, the channel and the address."""
    return crypto.sign("contact-code", f"{point.account_id}:{point.channel}:{point.address}:{code}".encode()).hex()
