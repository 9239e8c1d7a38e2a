"""Requests people make about their data, versions of texts they said no to, and who was erased."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class RequestKind(StrEnum):
    """What the law lets a person ask for (PIPL art. 45-47)."""

    COPY = "copy"
    CORRECTION = "correction"
    ERASURE = "erasure"


class RequestState(StrEnum):
    """Where a request stands. Only an open one can still move."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class RightsRequest(Base):
    """One request with its clock. Its words are sealed with the person's key; the rest stays as proof of the duty."""

    __tablename__ = "rights_requests"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    kind: Mapped[RequestKind] = mapped_column(choice(RequestKind))
    state: Mapped[RequestState] = mapped_column(choice(RequestState))
    #: Where the person lived when asking: that office answers.
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(BigKey)
    #: A guardian asked for a child.
    by_guardian: Mapped[bool] = mapped_column(default=False)
    #: The civil date by which it is answered: the fifteenth working day.
    due_on: Mapped[date]
    #: Of an erasure: not before this instant, so that it can be taken back.
    erase_at: Mapped[datetime | None]
    #: Of an erasure: the person will not wait for what is still to be decided about their hours.
    is_urgent: Mapped[bool] = mapped_column(default=False)
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(BigKey)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_somehow"),
        CheckConstraint("kind <> 'erasure' OR erase_at IS NOT NULL", name="erasure_has_its_time"),
        Index(
            "uq_rights_requests_open",
            "volunteer_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(None, "volunteer_id"),
        Index(None, "state", "due_on"),
    )


class ConsentRefusal(Base):
    """A new version of a text that somebody was asked to agree to and would not: they are not asked again."""

    __tablename__ = "consent_refusals"

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    version: Mapped[str] = mapped_column(String(24), primary_key=True)
    refused_at: Mapped[datetime]


class Erasure(Base):
    """Somebody whose data are erased. Append-only; its rows open the few columns that are otherwise kept for ever.

    The mark tells after a restore from a backup that the row found is the person erased then.
    """

    __tablename__ = "erasures"

    volunteer_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("volunteers.id"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int | None] = mapped_column(BigKey)
    erased_at: Mapped[datetime]
    mark: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "account_id"),)
