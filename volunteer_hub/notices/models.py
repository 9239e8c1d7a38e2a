"""Notices to accounts, how an account is reached outside the application, and what was sent there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, Json, PrimaryKey


class Notice(Base):
    """One thing told to one account. The key makes a second telling of the same thing impossible."""

    __tablename__ = "notices"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    #: What it is about, for instance `make-up:5:asked`.
    key: Mapped[str] = mapped_column(String(120))
    #: The Chinese gettext key.
    subject: Mapped[str]
    #: What fills the sentence's places, as texts; never identity numbers or mobiles.
    params: Mapped[dict[str, Any]]
    #: The page on which the reader can do something about it.
    link: Mapped[str | None]
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: Whom it was told in the first place; None where that is the account itself, and not somebody it cares for.
    for_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

    for_account: Mapped[Account | None] = relationship(foreign_keys=[for_account_id])

    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index(None, "account_id", "read_at"),
        Index(
            None,
            "for_account_id",
            sqlite_where=text("for_account_id IS NOT NULL"),
            postgresql_where=text("for_account_id IS NOT NULL"),
        ),
    )


class ContactPoint(Base):
    """Where an account is reached by one channel. Nothing is sent there before its holder has proved it."""

    __tablename__ = "contact_points"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    #: A ChannelKind.
    channel: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(EncryptedText("contact_points.address"))
    created_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    #: The code that was sent there, as a keyed hash, while it may still be typed.
    code_digest: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        UniqueConstraint("account_id", "channel"),
        CheckConstraint("channel IN ('email', 'sms', 'wechat')", name="known_channel"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="five_tries"),
    )


class NoticeWishes(Base):
    """What an account does not want to be sent, and when it is not to be disturbed; none is the usual."""

    __tablename__ = "notice_wishes"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    #: Topics that stay in the application.
    muted: Mapped[list[str]] = mapped_column(Json)
    #: Minutes of the civil day; equal ends mean no quiet time.
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    language: Mapped[str] = mapped_column(String(5))

    __table_args__ = (
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name="minutes_of_a_day"),
    )


class Delivery(Base):
    """A notice on its way out by one channel; written in the transaction that wrote the notice."""

    __tablename__ = "deliveries"

    id: Mapped[PrimaryKey]
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[str] = mapped_column(String(10))
    #: waiting, sent, failed (the carrier would not), dropped (no longer worth sending).
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    #: Why it failed or was dropped, as a word.
    reason: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name="known_state"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_or_waiting"),
        Index(None, "due_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    )
