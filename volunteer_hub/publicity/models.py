"""Reports that anybody may make about the public record of hours, and what was found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice

#: How many characters a report may have.
REASON_LENGTH = 100


class Finding(StrEnum):
    """What looking into a report has shown."""

    UNFOUNDED = "unfounded"
    FOUNDED = "founded"


class HoursReport(Base):
    """One report. Kept for ever: triggers refuse DELETE, any change of what was said, and a second decision."""

    __tablename__ = "hours_reports"

    id: Mapped[PrimaryKey]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    #: Whose row it is about; None where it is about the activity as a whole.
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    reason: Mapped[str] = mapped_column(String(100))
    #: How to reach who reported, if they want to be reached.
    contact: Mapped[str | None] = mapped_column(EncryptedText("hours_reports.contact"))
    reported_at: Mapped[datetime]
    #: None for somebody who was not signed in.
    reported_by: Mapped[int | None] = mapped_column(BigKey)
    finding: Mapped[Finding | None] = mapped_column(choice(Finding))
    finding_reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (
        CheckConstraint("reported_by IS NULL OR decided_by IS NULL OR reported_by <> decided_by", name="two_people"),
        CheckConstraint(
            "(decided_at IS NULL) = (finding IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (finding_reason IS NULL)",
            name="decided_with_a_reason",
        ),
        Index(None, "activity_id"),
        Index(None, "decided_at", "reported_at"),
    )
