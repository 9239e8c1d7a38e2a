"""Scans, which are kept for ever, and the sessions derived from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice
from volunteer_hub.ledger.models import HoursClass


class Direction(StrEnum):
    """In and out are explicit; nothing toggles."""

    IN = "in"
    OUT = "out"


class EntryPoint(StrEnum):
    """By which way a scan came."""

    MANAGER_SCAN = "manager_scan"
    SHORT_CODE = "short_code"
    SELF_SCAN = "self_scan"
    API = "api"
    IMPORT = "import"


class Outcome(StrEnum):
    """What the decision said."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    PENDING = "pending"
    REFUSED = "refused"


class CloseKind(StrEnum):
    """How a session ended."""

    SCANNED = "scanned"
    LEADER = "leader"
    AUTOMATIC = "automatic"


class Scan(Base):
    """One attempt, accepted or not. Append-only: triggers refuse UPDATE and DELETE."""

    __tablename__ = "scans"

    id: Mapped[PrimaryKey]
    #: Made by the client at the moment of scanning; the same nonce is the same scan for ever.
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    #: Keyed hash of what was sent with the nonce, to tell a repeat from a contradiction.
    payload_digest: Mapped[str] = mapped_column(String(64))
    direction: Mapped[Direction] = mapped_column(choice(Direction, 3))
    entry_point: Mapped[EntryPoint] = mapped_column(choice(EntryPoint))
    #: The code as presented if it is one of ours (it has expired), else its keyed hash.
    code: Mapped[str] = mapped_column(String(120))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    operator_account_id: Mapped[int | None] = mapped_column(BigKey)
    device_id: Mapped[int | None] = mapped_column(BigKey)
    #: When it happened, by the device; and when the server received it.
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason: Mapped[str] = mapped_column(String(40))
    #: Values for the explanation's places (times, who was first), never personal numbers.
    details: Mapped[dict[str, Any]]
    #: Set on an accepted scan of a personal code: the code's slot, which cannot be used twice.
    code_use: Mapped[str | None] = mapped_column(String(64), unique=True)

    __table_args__ = (
        Index(None, "shift_id", "received_at"),
        Index(None, "volunteer_id", "scanned_at"),
        Index(None, "station_id", "received_at"),
        CheckConstraint("scanned_at <= received_at OR outcome <> 'accepted'", name="not_from_the_future"),
    )


class ServiceSession(Base):
    """One stay of one person at one shift, derived from scans."""

    __tablename__ = "sessions"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    #: Where the person lived that day.
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    in_at: Mapped[datetime]
    out_at: Mapped[datetime | None]
    in_scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"), unique=True)
    out_scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"), unique=True)
    closed_by: Mapped[CloseKind | None] = mapped_column(choice(CloseKind))
    #: Whole minutes from in to out, before any rule.
    raw_minutes: Mapped[int | None]
    #: Whole minutes after windows, caps, presence and rounding; 0 while a person must decide.
    credited_minutes: Mapped[int] = mapped_column(default=0)
    #: Why fewer were credited than were stayed, as keys joined by commas.
    reductions: Mapped[str] = mapped_column(String(120), default="", server_default="")
    hours_class: Mapped[HoursClass] = mapped_column(choice(HoursClass, 1))
    #: True once minutes are in the ledger: such sessions of one person may not overlap.
    is_credited: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "uq_sessions_open",
            "volunteer_id",
            unique=True,
            sqlite_where=text("out_at IS NULL"),
            postgresql_where=text("out_at IS NULL"),
        ),
        Index(None, "volunteer_id", "in_at"),
        Index(None, "shift_id"),
        Index(None, "station_id", "in_at"),
        CheckConstraint("out_at IS NULL OR out_at >= in_at", name="forward"),
        CheckConstraint("(out_at IS NULL) = (closed_by IS NULL)", name="closed_somehow"),
        CheckConstraint(
            "credited_minutes >= 0 AND credited_minutes <= coalesce(raw_minutes, 0)",
            name="never_more_than_stayed",
        ),
        CheckConstraint("NOT is_credited OR out_at IS NOT NULL", name="credited_is_closed"),
    )
