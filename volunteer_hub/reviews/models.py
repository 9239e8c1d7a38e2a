"""Review cases: one for each thing a person must decide."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class CaseKind(StrEnum):
    """What is to be decided."""

    AUTOMATIC_CLOSE = "automatic_close"
    OVERLAP = "overlap"
    #: A scan that came late, or from a device or a clock that cannot be believed by itself.
    QUARANTINED_SCAN = "quarantined_scan"
    #: A check-out without a check-in.
    INCOMPLETE = "incomplete"
    #: A scan that came late contradicts what a person had decided, or takes back what was credited.
    CONFLICT = "conflict"
    #: Somebody served before registering and is now named.
    WALK_IN = "walk_in"


class Decision(StrEnum):
    """What was decided."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class ReviewCase(Base):
    """A question about one session or one scan, and its answer."""

    __tablename__ = "review_cases"

    id: Mapped[PrimaryKey]
    kind: Mapped[CaseKind] = mapped_column(choice(CaseKind))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"))
    walk_in_id: Mapped[int | None] = mapped_column(ForeignKey("walk_ins.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    opened_at: Mapped[datetime]
    #: The account that asked, where a person did; it may never decide.
    requested_by: Mapped[int | None] = mapped_column(BigKey)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decision: Mapped[Decision | None] = mapped_column(choice(Decision))
    #: When the person really left, as the decider states it.
    stated_out_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("kind", "session_id"),
        UniqueConstraint("kind", "scan_id"),
        Index(None, "session_id"),
        Index(
            "uq_review_cases_walk_in",
            "walk_in_id",
            unique=True,
            sqlite_where=text("walk_in_id IS NOT NULL AND (decision IS NULL OR decision = 'confirmed')"),
            postgresql_where=text("walk_in_id IS NOT NULL AND (decision IS NULL OR decision = 'confirmed')"),
        ),
        CheckConstraint(
            "requested_by IS NULL OR decided_by IS NULL OR requested_by <> decided_by", name="two_people"
        ),
        CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL) AND (decision IS NULL OR reason IS NOT NULL)",
            name="decided_with_a_reason",
        ),
        Index(None, "station_id", "decided_at"),
    )
