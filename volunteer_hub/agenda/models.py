"""Saved searches, and the secret addresses under which other calendars read one's own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, PrimaryKey


class SavedSearch(Base):
    """What somebody looks for again and again, under a name; told of what is new while `tells`."""

    __tablename__ = "saved_searches"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(40))
    #: The query of the public list, its names in order, so that equal searches are equal texts.
    filters: Mapped[str] = mapped_column(String(400))
    tells: Mapped[bool]
    #: What was published up to this instant has been looked through.
    told_until: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("account_id", "filters"), Index(None, "told_until"))


class CalendarFeed(Base):
    """A secret address of one's own calendar; whoever has it can read, until it is revoked."""

    __tablename__ = "calendar_feeds"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_calendar_feeds_live",
            "volunteer_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint("revoked_at IS NULL OR revoked_at >= created_at", name="forward"),
    )
