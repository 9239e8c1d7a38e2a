"""Scans, which are kept for ever, and the sessions derived from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.crypto import EncryptedText
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
    #: A handheld scanner, which is a keyboard that types fast.
    HANDHELD = "handheld"
    #: The printed card of somebody without a phone.
    CARD = "card"
    #: Looked up by name and last digits: only the operator vouches for the person.
    NAME = "name"
    #: A family, a class or a team in one act: only the operator vouches for each.
    GROUP = "group"
    KIOSK = "kiosk"
    #: Somebody without registration, whose name is settled later.
    WALK_IN = "walk_in"


#: Ways in which nothing but the operator's word says who came.
VOUCHED_FOR = frozenset({EntryPoint.NAME, EntryPoint.GROUP, EntryPoint.WALK_IN})


class Outcome(StrEnum):
    """What the decision said."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    PENDING = "pending"
    REFUSED = "refused"


class CloseKind(StrEnum):
    """How a session ended."""

    SCANNED = "scanned"
    #: A person decided, in a review; no scan that comes later changes it.
    LEADER = "leader"
    AUTOMATIC = "automatic"
    #: A leader closed everybody still there; a person's own earlier check-out replaces it when it arrives.
    BULK = "bulk"
    #: Its opening scan was undone or turned out to open nothing; it counts nothing and opens no place.
    VOIDED = "voided"


class RulingKind(StrEnum):
    """What a person said about a scan that the rules alone could not settle, or that was a mistake."""

    ADMITTED = "admitted"
    DISMISSED = "dismissed"
    UNDONE = "undone"


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
    #: The enrolled device's own count of its scans, and the chain it keeps over them.
    device_seq: Mapped[int | None] = mapped_column(BigKey)
    item_hash: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str | None] = mapped_column(String(64))
    #: When the device last heard the server's time before this scan.
    beacon_at: Mapped[datetime | None]
    #: True where only the order of the person's scans decides what this one does: sessions derive from these.
    is_admissible: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The placeholder that came or left, where nobody knew yet who it was; volunteer_id is null then.
    walk_in_id: Mapped[int | None] = mapped_column(ForeignKey("walk_ins.id"))

    __table_args__ = (
        Index(None, "shift_id", "received_at"),
        Index(None, "volunteer_id", "scanned_at"),
        Index(None, "station_id", "received_at"),
        Index(
            "uq_scans_walk_in",
            "walk_in_id",
            "direction",
            unique=True,
            sqlite_where=text("walk_in_id IS NOT NULL"),
            postgresql_where=text("walk_in_id IS NOT NULL"),
        ),
        Index(
            "uq_scans_device_seq",
            "device_id",
            "device_seq",
            unique=True,
            sqlite_where=text("device_seq IS NOT NULL"),
            postgresql_where=text("device_seq IS NOT NULL"),
        ),
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
    #: Rises each time the credit is taken back; part of the next ledger entry's source.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")

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

    @property
    def source(self) -> str:
        """Return the key under which the ledger may be credited once for this state of the session."""
        return session_source(self.id, self.revision)


def session_source(session_id: int, revision: int) -> str:
    """Return the ledger source of a session's state; later states carry their number."""
    return f"session:{session_id}" if revision == 1 else f"session:{session_id}:{revision}"


class ScanRuling(Base):
    """A person's word on one scan. Append-only: triggers refuse UPDATE and DELETE."""

    __tablename__ = "scan_rulings"

    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id"), primary_key=True)
    kind: Mapped[RulingKind] = mapped_column(choice(RulingKind))
    ruled_at: Mapped[datetime]
    ruled_by: Mapped[int] = mapped_column(BigKey)
    reason: Mapped[str]
    #: When it really happened, where the one who admitted it says so; the scan keeps its own time.
    stated_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "ruled_at"),)


class Device(Base):
    """A scanner enrolled by pairing; its bearer token carries the same id, and revoking that revokes it."""

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    #: P-256, uncompressed point, base64url without padding. The private half never leaves the device.
    public_key: Mapped[str] = mapped_column(unique=True)
    enrolled_at: Mapped[datetime]
    enrolled_by: Mapped[int] = mapped_column(BigKey)
    last_seen_at: Mapped[datetime | None]
    #: How many scans it said it still keeps, and since when the oldest of them.
    unsent: Mapped[int] = mapped_column(default=0)
    oldest_unsent_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("unsent >= 0", name="unsent_not_negative"),)


class Pairing(Base):
    """A one-time offer to enrol a device, shown as a QR code by somebody signed in."""

    __tablename__ = "pairings"

    id: Mapped[PrimaryKey]
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: The device that used it, and nobody after that.
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"), unique=True)


class WalkIn(Base):
    """Somebody who came without registration: a placeholder for one stay, until a person says who it was."""

    __tablename__ = "walk_ins"

    id: Mapped[PrimaryKey]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    #: What the operator knows the person by: 红衣服阿姨.
    label: Mapped[str] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(EncryptedText("walk_ins.name"))
    mobile: Mapped[str | None] = mapped_column(EncryptedText("walk_ins.mobile"))
    in_at: Mapped[datetime]
    out_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(BigKey)
    #: Who it is said to have been. Set by a claim, taken away if a second person does not believe it.
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[int | None] = mapped_column(BigKey)
    #: When a second person agreed; from then on it is final.
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "shift_id"),
        Index(None, "volunteer_id"),
        CheckConstraint("out_at IS NULL OR out_at >= in_at", name="forward"),
        CheckConstraint("(volunteer_id IS NULL) = (claimed_at IS NULL)", name="claimed_for_somebody"),
        CheckConstraint("confirmed_at IS NULL OR volunteer_id IS NOT NULL", name="confirmed_for_somebody"),
    )
