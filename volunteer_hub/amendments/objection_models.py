"""Objections of volunteers to what is recorded of them (MCA order 67 of 2020, art. 13): asked, and answered once."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice

#: How many characters a reason or an answer may have.
LENGTH = 500


class ObjectionState(StrEnum):
    """Where an objection stands. Only one that was asked and not answered can still move."""

    ASKED = "asked"
    #: The record was wrong, and the ledger says otherwise now.
    AMENDED = "amended"
    #: The record stays as it is, for a reason.
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


class Objection(Base):
    """What somebody says is wrong or missing in the own record. What was said never changes, nor does the answer."""

    __tablename__ = "objections"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: The person's own account, which may never answer; None where there was none.
    volunteer_account_id: Mapped[int | None] = mapped_column(BigKey)
    #: Who asked: the person, or whoever acts for the person.
    asked_by: Mapped[int] = mapped_column(BigKey)
    #: At most one of the three; none where something is missing.
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"))
    make_up_id: Mapped[int | None] = mapped_column(ForeignKey("make_ups.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entries.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    #: The recording unit; None for hours from elsewhere, about which the division's office answers.
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: The civil date of the service it is about, where that is known.
    served_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(LENGTH))
    asked_at: Mapped[datetime]
    #: The last civil date on which an answer is in time.
    due_on: Mapped[date]
    #: When it went to the next level because nobody had answered in time.
    escalated_at: Mapped[datetime | None]
    state: Mapped[ObjectionState] = mapped_column(choice(ObjectionState), default=ObjectionState.ASKED)
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(LENGTH))
    #: The correction that amended the record, where it was one.
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("corrections.id"))

    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN session_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN make_up_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN entry_id IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_subject",
        ),
        CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR (decided_by <> asked_by"
            " AND (volunteer_account_id IS NULL OR decided_by <> volunteer_account_id))",
            name="two_people",
        ),
        CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
            " AND (state IN ('asked', 'withdrawn') OR answer IS NOT NULL)",
            name="decided_somehow",
        ),
        *(
            Index(
                f"uq_objections_open_{subject}",
                f"{subject}_id",
                unique=True,
                sqlite_where=text("state = 'asked'"),
                postgresql_where=text("state = 'asked'"),
            )
            for subject in ("session", "make_up", "entry")
        ),
        Index(None, "volunteer_id", "asked_at"),
        Index(None, "station_id", "state"),
        Index(None, "state", "due_on"),
    )
