"""Notices to accounts: a sentence to be translated when it is read, and what fills its places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, PrimaryKey


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

    __table_args__ = (UniqueConstraint("account_id", "key"), Index(None, "account_id", "read_at"))
