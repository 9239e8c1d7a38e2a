"""Takes notices out of the application, after the commit that wrote them.

A try is counted and the next one dated before the carrier is asked, in a transaction of its own: a crash between
asking and noting repeats the message once, under the same key, and never loses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.channels import ChannelKind, Message
from volunteer_hub.core.db import db
from volunteer_hub.core.text import N_
from volunteer_hub.notices import quiet, reaching
from volunteer_hub.notices.models import ContactPoint, Delivery, Notice

#: Puts a notice's sentence into its reader's language.
Say = Callable[[str, dict[str, object], str], str]


@dataclass(frozen=True)
class Ready:
    """A message that may be handed over now."""

    delivery_id: int
    kind: ChannelKind
    message: Message


def list_due(now: datetime, limit: int = 40) -> list[int]:
    """Return the deliveries that are due, the longest due first."""
    return list(
        db.session.scalars(
            select(Delivery.id)
            .where(Delivery.state == "waiting", Delivery.due_at <= now)
            .order_by(Delivery.due_at, Delivery.id)
            .limit(limit)
        )
    )


def prepare(delivery_id: int, say: Say, origin: str, *, now: datetime) -> Ready | None:
    """Count a try and return the message, or None where it must wait, or is no longer worth sending."""
    row = db.session.scalar(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or row.state != "waiting" or row.due_at > now:
        return None
    notice = db.session.get_one(Notice, row.notice_id)
    point = _point(notice.account_id, row.channel)
    why_not = _why_not(notice, point, now)
    if why_not or point is None:
        _end(row, "dropped", why_not, now)
        return None
    wishes = reaching.wishes_of(notice.account_id)
    chance = quiet.next_chance(now, wishes.quiet_from, wishes.quiet_until)
    if chance > now:
        row.due_at = chance
        return None
    row.tries += 1
    again = quiet.next_try(now, row.tries)
    row.due_at = again or now
    if again is None:
        _end(row, "failed", "unreachable", now)
        return None
    text = say(notice.subject, dict(notice.params), wishes.language)
    link = origin + notice.link if origin and notice.link else ""
    message = Message(point.address, say(TITLE, {}, wishes.language), text, f"notice-{notice.id}-{row.channel}", link)
    return Ready(row.id, ChannelKind(row.channel), message)


def note_sent(delivery_id: int, *, now: datetime) -> None:
    """Note that the carrier has a message."""
    _end(db.session.get_one(Delivery, delivery_id), "sent", None, now)


def note_refused(delivery_id: int, *, now: datetime) -> None:
    """Note that the carrier will never take a message."""
    _end(db.session.get_one(Delivery, delivery_id), "failed", "refused", now)


def _why_not(notice: Notice, point: ContactPoint | None, now: datetime) -> str | None:
    if notice.read_at is not None:
        return "read"
    if point is None or point.proved_at is None:
        return "no_address"
    if now - notice.told_at > quiet.STALE:
        return "stale"
    if db.session.get_one(Account, notice.account_id).disabled_at is not None:
        return "disabled"
    return None


def _point(account_id: int, channel: str) -> ContactPoint | None:
    return db.session.scalar(
        select(ContactPoint).where(ContactPoint.account_id == account_id, ContactPoint.channel == channel)
    )


def _end(row: Delivery, state: str, reason: str | None, now: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason, now
    db.session.flush()


#: The gettext key of what stands above every message.
TITLE = N_("志愿服务通知")
