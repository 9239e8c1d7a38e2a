"""Hour policies, the ledger, and the two sums that triggers keep over it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class HoursClass(StrEnum):
    """How an hour is known. A: both ends scanned; B: one end; C: entered afterwards; D: imported."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class EntryKind(StrEnum):
    """A credit, or the reversal of one."""

    CREDIT = "credit"
    REVERSAL = "reversal"


class HourPolicy(Base):
    """A version of an area's rules for windows, caps, presence and rounding. Never edited; a new one follows."""

    __tablename__ = "hour_policies"

    id: Mapped[PrimaryKey]
    #: The division it holds for, by prefix; empty is the whole deployment.
    region_prefix: Mapped[str]
    version: Mapped[int]
    effective_from: Mapped[datetime]
    #: The fields of `ledger.policy.Policy`.
    rules: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]

    __table_args__ = (UniqueConstraint("region_prefix", "version"),)


class HoursEntry(Base):
    """One line of the ledger. Append-only: triggers refuse UPDATE and DELETE; a correction reverses."""

    __tablename__ = "hours_entries"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind))
    #: Whole minutes; negative in a reversal.
    minutes: Mapped[int]
    hours_class: Mapped[HoursClass] = mapped_column(choice(HoursClass, 1))
    #: The civil date on which the service began.
    service_on: Mapped[date]
    #: What this line is for, once and only once: `session:8412`, `reversal:17`, `import:5:203`.
    source: Mapped[str] = mapped_column(unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entries.id"), unique=True)
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    #: Region, station and team as they were on the day of service.
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("hour_policies.id"))
    #: The policy's cap for one person and day; the trigger refuses a credit beyond it.
    day_cap_minutes: Mapped[int]
    recorded_at: Mapped[datetime]
    #: None where the timetable or a device recorded it without a person.
    recorded_by: Mapped[int | None] = mapped_column(BigKey)
    approved_by: Mapped[int | None] = mapped_column(BigKey)
    reason: Mapped[str | None]
    #: The line first entered for this service, where this one carries it to another registration of the same
    #: person, or back again. Whether it was entered in time is asked of that one.
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entries.id"))

    __table_args__ = (
        CheckConstraint(
            "(kind = 'credit' AND minutes > 0 AND reverses_id IS NULL)"
            " OR (kind = 'reversal' AND minutes < 0 AND reverses_id IS NOT NULL)",
            name="sign_fits_kind",
        ),
        CheckConstraint("minutes BETWEEN -1440 AND 1440 OR hours_class = 'D'", name="a_day_at_most"),
        CheckConstraint(
            "hours_class <> 'C' OR kind = 'reversal'"
            " OR (approved_by IS NOT NULL AND recorded_by IS NOT NULL AND approved_by <> recorded_by"
            " AND reason IS NOT NULL)",
            name="make_up_has_a_second_approver",
        ),
        # Both hold all that figures need of a line: one in the order of people, one for some days.
        Index(
            "ix_hours_entries_by_person",
            "volunteer_id",
            "region_code",
            "service_on",
            "recorded_at",
            "hours_class",
            "minutes",
        ),
        Index("ix_hours_entries_by_day", "service_on", "volunteer_id", "recorded_at", "hours_class", "minutes"),
        Index(None, "recorded_at"),
        Index(None, "shift_id"),
        Index(None, "station_id", "service_on"),
        Index(None, "region_code", "service_on"),
        Index(None, "team_id", "service_on"),
        Index(
            None,
            "origin_id",
            sqlite_where=text("origin_id IS NOT NULL"),
            postgresql_where=text("origin_id IS NOT NULL"),
        ),
    )


class HoursBalance(Base):
    """A volunteer's minutes over the whole ledger, kept by its insert trigger."""

    __tablename__ = "hours_balances"

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"), primary_key=True)
    minutes: Mapped[int] = mapped_column(BigKey)
    class_a: Mapped[int] = mapped_column(BigKey)
    class_b: Mapped[int] = mapped_column(BigKey)
    class_c: Mapped[int] = mapped_column(BigKey)
    class_d: Mapped[int] = mapped_column(BigKey)

    __table_args__ = (CheckConstraint("minutes >= 0", name="not_negative"),)


class HoursDay(Base):
    """A volunteer's scanned and made-up minutes on one civil date, kept by the same trigger."""

    __tablename__ = "hours_days"

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"), primary_key=True)
    service_on: Mapped[date] = mapped_column(primary_key=True)
    minutes: Mapped[int]

    __table_args__ = (CheckConstraint("minutes BETWEEN 0 AND 1440", name="a_day_at_most"),)
