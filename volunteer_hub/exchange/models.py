"""Files made in the background, their sealed pieces, and requests to take whole identity numbers out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class ExportState(StrEnum):
    """Where a file stands. Only a ready one can be fetched; an erased one has no pieces left."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ERASED = "erased"


class IdentityState(StrEnum):
    """Where a request for whole identity numbers stands. Only a pending one can still move."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Writing(StrEnum):
    """How a file is written: as a workbook, as CSV in one of two encodings, or as PDF."""

    XLSX = "xlsx"
    CSV = "csv"
    GB18030 = "gb18030"
    PDF = "pdf"


class IdentityExport(Base):
    """A request to take whole identity numbers out, which another person decides.

    What was asked never changes and a decision is made once: triggers hold it on both engines. Rows are
    never deleted, so that a person can be told who took the number out, and why.
    """

    __tablename__ = "identity_exports"

    id: Mapped[PrimaryKey]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: What `catalogue.read` reads: the instant is fixed here.
    args: Mapped[dict[str, Any]]
    writing: Mapped[Writing] = mapped_column(choice(Writing, 8))
    #: The language the requester read in.
    locale: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str]
    requested_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    requested_at: Mapped[datetime]
    state: Mapped[IdentityState] = mapped_column(choice(IdentityState, 16), default=IdentityState.PENDING)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    #: The last instant at which the file may be fetched.
    until: Mapped[datetime | None]
    #: How many people's numbers the file holds, once it is made.
    people: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requested_by", name="two_people"),
        CheckConstraint(
            "(state = 'pending') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
            " AND (state <> 'rejected' OR decision_reason IS NOT NULL)",
            name="decided_somehow",
        ),
        CheckConstraint("(state = 'approved') = (until IS NOT NULL)", name="approved_for_a_time"),
        CheckConstraint("length(reason) > 0", name="for_a_reason"),
        Index(None, "requested_by", "requested_at"),
        Index(None, "region_code", "state"),
    )


class IdentityExportPeople(Base):
    """Some of the people in an identity export: their ids ascending, packed. Append-only.

    Packed, because a row for each of a district's people at every export would soon outgrow the register;
    the first and last id lead to the few rows that can hold a person (decision 0101).
    """

    __tablename__ = "identity_export_people"

    identity_id: Mapped[int] = mapped_column(ForeignKey("identity_exports.id"), primary_key=True)
    first_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigKey)
    #: zlib of 64-bit integers, little-endian.
    packed: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index(None, "first_id", "last_id"),)


class ExportJob(Base):
    """A file asked for by an account, made in the background, kept for a time, fetched by its owner alone."""

    __tablename__ = "export_jobs"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    #: A key of the catalogue; `identity` for a file of whole identity numbers.
    kind: Mapped[str] = mapped_column(String(40))
    #: What `catalogue.read` reads: the instant is fixed here.
    args: Mapped[dict[str, Any]]
    writing: Mapped[Writing] = mapped_column(choice(Writing, 8))
    locale: Mapped[str] = mapped_column(String(8))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: What the file is called, without its ending.
    name: Mapped[str]
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity_exports.id"), unique=True)
    state: Mapped[ExportState] = mapped_column(choice(ExportState, 16), default=ExportState.WAITING)
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    #: When a ready file is erased.
    expires_at: Mapped[datetime | None]
    rows_done: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_about: Mapped[int | None]
    #: Rises with every worker that begins; pieces of an earlier one are nobody's.
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The worker that makes it must report before `held_until`, or another takes over.
    holder: Mapped[str | None]
    held_until: Mapped[datetime | None]
    size: Mapped[int | None] = mapped_column(BigKey)
    #: SHA-256 of the file.
    digest: Mapped[str | None] = mapped_column(String(64))
    #: Why it failed: a key of `export_labels.FAILURES`.
    failure: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        CheckConstraint(
            "state <> 'ready' OR (size IS NOT NULL AND digest IS NOT NULL AND expires_at IS NOT NULL)",
            name="ready_as_a_whole",
        ),
        CheckConstraint("(state = 'working') = (held_until IS NOT NULL)", name="worked_on_by_somebody"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failed_for_a_reason"),
        Index(None, "account_id", "asked_at"),
        Index(None, "state", "held_until"),
    )


class ExportPiece(Base):
    """A piece of a file, sealed: encrypted and bound to its file and place."""

    __tablename__ = "export_pieces"

    export_id: Mapped[int] = mapped_column(ForeignKey("export_jobs.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
