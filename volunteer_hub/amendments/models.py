"""What one person asks and a second decides: make-up hours with their evidence, and corrections of credited hours."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class RequestState(StrEnum):
    """Where a request stands. Only a pending one can still move."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class TookPart(StrEnum):
    """What the person said when asked whether he took part."""

    YES = "yes"
    NO = "no"


class EvidencePicture(Base):
    """A picture re-encoded by us, kept with the rows it is evidence for. Append-only."""

    __tablename__ = "evidence_pictures"

    id: Mapped[PrimaryKey]
    #: A JPEG without any metadata.
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]


_SECOND_PERSON = "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requested_by"
_NOT_ONES_OWN = (
    "volunteer_account_id IS NULL OR (requested_by <> volunteer_account_id"
    " AND (decided_by IS NULL OR decided_by <> volunteer_account_id))"
)
_DECIDED = (
    "(state = 'pending') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
    " AND (state <> 'rejected' OR decision_reason IS NOT NULL)"
)


class MakeUp(Base):
    """Hours that no scan shows, asked for by a manager, put before the person, and approved by somebody else.

    What was asked never changes; only after approval may a correction move the two times.
    """

    __tablename__ = "make_ups"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: The person's own account, who may neither ask nor decide; None where there was none.
    volunteer_account_id: Mapped[int | None] = mapped_column(BigKey)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    #: Where the person lived that day.
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    in_at: Mapped[datetime]
    out_at: Mapped[datetime]
    #: What the quota holds: the minutes asked for while pending, the minutes in the ledger once approved.
    minutes: Mapped[int]
    #: The quota's month, that of the civil date of service: 2026-03.
    month: Mapped[str] = mapped_column(String(7))
    reason: Mapped[str]
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence_pictures.id"))
    requested_by: Mapped[int] = mapped_column(BigKey)
    requested_at: Mapped[datetime]
    #: True where the service was more than ten working days ago: somebody above the station decides.
    is_late: Mapped[bool]
    #: Nothing counts before: until then the person can say no.
    decidable_at: Mapped[datetime]
    #: None where the person has no account that can sign in, and so was not asked.
    asked_at: Mapped[datetime | None]
    took_part: Mapped[TookPart | None] = mapped_column(choice(TookPart, 3))
    answered_at: Mapped[datetime | None]
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.PENDING)
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    #: Rises each time the credit is taken back; part of the next ledger entry's source.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")

    __table_args__ = (
        CheckConstraint("in_at < out_at", name="forward"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        CheckConstraint(_SECOND_PERSON, name="two_people"),
        CheckConstraint(_NOT_ONES_OWN, name="not_ones_own"),
        CheckConstraint(_DECIDED, name="decided_somehow"),
        CheckConstraint(
            "state <> 'approved' OR (decided_at >= decidable_at AND (took_part IS NULL OR took_part = 'yes'))",
            name="neither_early_nor_contested",
        ),
        CheckConstraint("(took_part IS NULL) = (answered_at IS NULL)", name="answered_somehow"),
        Index(None, "station_id", "month"),
        Index(None, "station_id", "state"),
        Index(None, "volunteer_id", "in_at"),
        Index(None, "shift_id"),
    )

    @property
    def source(self) -> str:
        """Return the key under which the ledger may be credited once for this state of the make-up."""
        return f"make-up:{self.id}" if self.revision == 1 else f"make-up:{self.id}:{self.revision}"


class Correction(Base):
    """A proposal to change the times of credited hours, or to take them back. Nothing moves until approved."""

    __tablename__ = "corrections"

    id: Mapped[PrimaryKey]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"))
    make_up_id: Mapped[int | None] = mapped_column(ForeignKey("make_ups.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    volunteer_account_id: Mapped[int | None] = mapped_column(BigKey)
    #: The subject as the proposer saw it; another revision or other times make the proposal stale.
    revision: Mapped[int]
    old_in_at: Mapped[datetime]
    old_out_at: Mapped[datetime]
    old_minutes: Mapped[int]
    #: Both None: the person did not serve.
    new_in_at: Mapped[datetime | None]
    new_out_at: Mapped[datetime | None]
    #: What the new times came to when it was approved.
    new_minutes: Mapped[int | None]
    reason: Mapped[str]
    requested_by: Mapped[int] = mapped_column(BigKey)
    requested_at: Mapped[datetime]
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.PENDING)
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(session_id IS NULL) <> (make_up_id IS NULL)", name="one_subject"),
        CheckConstraint(
            "(new_in_at IS NULL) = (new_out_at IS NULL) AND (new_in_at IS NULL OR new_in_at < new_out_at)",
            name="forward",
        ),
        CheckConstraint(_SECOND_PERSON, name="two_people"),
        CheckConstraint(_NOT_ONES_OWN, name="not_ones_own"),
        CheckConstraint(_DECIDED, name="decided_somehow"),
        Index(
            "uq_corrections_pending_session",
            "session_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "uq_corrections_pending_make_up",
            "make_up_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(None, "station_id", "state"),
        Index(None, "decided_at"),
    )
