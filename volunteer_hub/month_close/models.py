"""Months as they are drafted and signed, the documents that closing leaves behind, and requests to close anew."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class CloseState(StrEnum):
    """How far a month has come: prepared, signed by the first person, signed by the second."""

    DRAFT = "draft"
    FILED = "filed"
    CLOSED = "closed"


class MonthClose(Base):
    """One version of one month of one division. Once closed, triggers refuse UPDATE and DELETE.

    At most one version of a month is open at a time (a partial unique index), so that a draft prepared
    twice is one draft.
    """

    __tablename__ = "month_closes"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: The first civil day of the month.
    month: Mapped[date]
    #: 1, and one more for each time the month was closed anew.
    version: Mapped[int]
    state: Mapped[CloseState] = mapped_column(choice(CloseState))
    #: What was known at this instant, and no later, is in the figures.
    as_of: Mapped[datetime]
    prepared_at: Mapped[datetime]
    #: Canonical JSON: the very bytes both people sign.
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: SHA-256 of `content`.
    digest: Mapped[str] = mapped_column(String(64))
    #: What had changed when a signature was last refused for it.
    changes: Mapped[dict[str, Any] | None]
    filed_by: Mapped[int | None] = mapped_column(BigKey)
    filed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(BigKey)
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("region_code", "month", "version"),
        Index(
            "uq_month_closes_open",
            "region_code",
            "month",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("reviewed_by IS NULL OR filed_by IS NULL OR reviewed_by <> filed_by", name="two_people"),
        CheckConstraint(
            "(state = 'draft' AND filed_by IS NULL AND filed_at IS NULL"
            " AND reviewed_by IS NULL AND closed_at IS NULL)"
            " OR (state = 'filed' AND filed_by IS NOT NULL AND filed_at IS NOT NULL"
            " AND reviewed_by IS NULL AND closed_at IS NULL)"
            " OR (state = 'closed' AND filed_by IS NOT NULL AND filed_at IS NOT NULL"
            " AND reviewed_by IS NOT NULL AND closed_at IS NOT NULL)",
            name="signed_in_order",
        ),
    )


class ClosedDocument(Base):
    """What a close leaves: the document, its paper, and their sums. Append-only, as `month_closes` once closed."""

    __tablename__ = "month_close_documents"

    close_id: Mapped[int] = mapped_column(ForeignKey("month_closes.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: 1, 2, 3 … in the order in which a division's months were closed.
    sequence: Mapped[int]
    #: Canonical JSON: what was signed, who signed, and the sums of the document before.
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    previous_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("region_code", "sequence"),
        CheckConstraint("(sequence = 1) = (previous_sha256 IS NULL)", name="chained"),
    )


class Reopening(Base):
    """A request to close a month anew, and what a second person decided. Kept as decided."""

    __tablename__ = "month_close_reopenings"

    id: Mapped[PrimaryKey]
    close_id: Mapped[int] = mapped_column(ForeignKey("month_closes.id"))
    reason: Mapped[str]
    asked_by: Mapped[int] = mapped_column(BigKey)
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decided_at: Mapped[datetime | None]
    is_granted: Mapped[bool | None]

    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_people"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_granted IS NULL)",
            name="decided_as_a_whole",
        ),
        Index(
            "uq_month_close_reopenings_waiting",
            "close_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(None, "close_id"),
    )
