"""Merges of two registrations of one person, and what each of them moved, so that it can be moved back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class MergeState(StrEnum):
    """What became of two registrations that look like one person's."""

    #: One person asked; many hours would move, so a second decides.
    REQUESTED = "requested"
    MERGED = "merged"
    UNDONE = "undone"
    #: The second person said no.
    REFUSED = "refused"
    #: Somebody looked, and they are two people; the pair is not shown again.
    DISTINCT = "distinct"


class Merge(Base):
    """One decision on one pair of registrations."""

    __tablename__ = "merges"

    id: Mapped[PrimaryKey]
    #: The registration that stays.
    kept_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: The registration that becomes a part of it.
    merged_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    state: Mapped[MergeState] = mapped_column(choice(MergeState))
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    requested_by: Mapped[int] = mapped_column(BigKey)
    #: True where more hours would move than one person alone may move.
    needs_second: Mapped[bool]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    decision_reason: Mapped[str | None]
    merged_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigKey)
    undo_reason: Mapped[str | None]
    #: Minutes the kept registration gained, and minutes it did not because they were its own already.
    moved_minutes: Mapped[int] = mapped_column(default=0)
    overlap_minutes: Mapped[int] = mapped_column(default=0)
    #: What else was changed, as it had been: sign-ups, memberships, standing, account, earlier merges.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_people"),
        CheckConstraint(
            "NOT needs_second OR state NOT IN ('merged', 'undone')"
            " OR (decided_by IS NOT NULL AND decided_by <> requested_by)",
            name="second_person",
        ),
        CheckConstraint("(state IN ('merged', 'undone')) = (merged_at IS NOT NULL)", name="merged_at_some_time"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_at_some_time"),
        Index(None, "kept_id"),
        Index(None, "state"),
        Index(
            "uq_merges_live",
            "merged_id",
            unique=True,
            sqlite_where=text("state IN ('requested', 'merged')"),
            postgresql_where=text("state IN ('requested', 'merged')"),
        ),
    )


class MergeEntry(Base):
    """A line of the ledger that a merge took back, and the one that stands for it at the kept registration."""

    __tablename__ = "merge_entries"

    entry_id: Mapped[int] = mapped_column(ForeignKey("hours_entries.id"), primary_key=True, autoincrement=False)
    merge_id: Mapped[int] = mapped_column(ForeignKey("merges.id"))
    minutes: Mapped[int]
    #: None where all of it was counted at the kept registration already.
    moved_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entries.id"), unique=True)
    moved_minutes: Mapped[int]

    __table_args__ = (
        CheckConstraint("moved_minutes BETWEEN 0 AND minutes", name="never_more"),
        CheckConstraint("(moved_id IS NULL) = (moved_minutes = 0)", name="moved_or_counted_already"),
        Index(None, "merge_id"),
    )
