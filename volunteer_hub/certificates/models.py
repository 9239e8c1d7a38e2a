"""Recording units with their seals, requests, issued certificates with their papers, and the public keys."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, BigKey, Json, PrimaryKey, choice


class CertificateState(StrEnum):
    """Whether a certificate still says what is so. Only a valid one can change, and never back."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class RequestState(StrEnum):
    """Where a request stands. Only one that waits can still move."""

    WAITING = "waiting"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RecordingUnit(Base):
    """A station or a team as an issuer: who answers for its certificates, and how they are numbered."""

    __tablename__ = "recording_units"

    id: Mapped[PrimaryKey]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"), unique=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), unique=True)
    #: Begins every number of this unit; given once, and kept when the unit is renamed or moves.
    prefix: Mapped[str] = mapped_column(String(24), unique=True)
    #: 负责人 and 联系方式 as they are printed; both are needed before anything is issued.
    person_in_charge: Mapped[str] = mapped_column(String(60), default="")
    contact: Mapped[str] = mapped_column(String(60), default="")
    changed_at: Mapped[datetime]
    #: None where nobody has filled anything in yet.
    changed_by: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (CheckConstraint("(station_id IS NULL) <> (team_id IS NULL)", name="one_kind"),)

    @property
    def is_ready(self) -> bool:
        """Tell whether what the paper must say of its issuer is known."""
        return bool(self.person_in_charge and self.contact)


class UnitSeal(Base):
    """The picture of a unit's seal, re-encoded by us. A new one withdraws the old; none is deleted."""

    __tablename__ = "unit_seals"

    id: Mapped[PrimaryKey]
    unit_id: Mapped[int] = mapped_column(ForeignKey("recording_units.id"))
    #: A PNG with a clear ground and no metadata.
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(BigKey)
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "unit_id"),
        Index(
            "uq_unit_seals_live",
            "unit_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class CertificateSeries(Base):
    """The last serial a unit has given out in a year."""

    __tablename__ = "certificate_series"

    unit_id: Mapped[int] = mapped_column(ForeignKey("recording_units.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class CertificateKey(Base):
    """A public key with which certificates are checked. The private one is derived, never stored."""

    __tablename__ = "certificate_keys"

    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The first 8 hex digits of the key's SHA-256: what a signature names.
    key_id: Mapped[str] = mapped_column(String(8), unique=True)
    #: 32 bytes in base64url.
    public_key: Mapped[str] = mapped_column(String(43))
    since: Mapped[datetime]
    #: When the next key took over; what this one signed stays good.
    retired_at: Mapped[datetime | None]
    #: When the key was declared lost: what it signed is to be checked on the page alone.
    withdrawn_at: Mapped[datetime | None]


class Certificate(Base):
    """One issued certificate. What it says never changes: triggers hold it, and refuse to delete it.

    Leaving empties `content` and `paper` and keeps number, state and minutes.
    """

    __tablename__ = "certificates"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: The holder's own account when it was issued, which may not be the issuer's.
    holder_account_id: Mapped[int | None] = mapped_column(BigKey)
    unit_id: Mapped[int] = mapped_column(ForeignKey("recording_units.id"))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    #: The unguessable end of the public page's address: 128 random bits.
    token: Mapped[str] = mapped_column(String(22), unique=True)
    #: Civil dates of the first and the last day asked about.
    since: Mapped[date]
    until: Mapped[date]
    minutes: Mapped[int]
    #: Ids of the ledger's credits that were counted.
    covered: Mapped[list[int]] = mapped_column(Json)
    #: Canonical JSON of what is printed, never with a whole document number; None once the person was erased.
    content: Mapped[str | None] = mapped_column(EncryptedText("certificates.content"))
    #: The sealed PDF, byte for byte as it was issued; None once the person was erased.
    paper: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    #: SHA-256 of the PDF.
    paper_sha256: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(8))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(BigKey)
    state: Mapped[CertificateState] = mapped_column(choice(CertificateState), default=CertificateState.VALID)
    ended_at: Mapped[datetime | None]
    #: None where the ledger ended it.
    ended_by: Mapped[int | None] = mapped_column(BigKey)
    end_reason: Mapped[str | None]
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("unit_id", "year", "serial"),
        Index(None, "volunteer_id"),
        CheckConstraint("serial > 0", name="serial_counts_from_one"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
        CheckConstraint("since <= until", name="forward"),
        CheckConstraint("holder_account_id IS NULL OR holder_account_id <> issued_by", name="not_ones_own"),
        CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name="ended_somehow"),
        CheckConstraint(
            "state <> 'revoked' OR (ended_by IS NOT NULL AND end_reason IS NOT NULL)", name="revoked_with_a_reason"
        ),
        CheckConstraint("superseded_by_id IS NULL OR state <> 'valid'", name="superseded_is_not_valid"),
        CheckConstraint(
            "(erased_at IS NULL) = (content IS NOT NULL) AND (erased_at IS NULL) = (paper IS NOT NULL)",
            name="erased_as_a_whole",
        ),
    )


class CertificateRequest(Base):
    """A certificate asked for by the volunteer, or due since a correction, until somebody of the unit decides."""

    __tablename__ = "certificate_requests"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("recording_units.id"))
    since: Mapped[date]
    until: Mapped[date]
    #: What the volunteer needs it for, as printed.
    purpose: Mapped[str] = mapped_column(String(60))
    wants_seal: Mapped[bool]
    #: True prints the whole document number; on the paper alone.
    whole_document: Mapped[bool]
    asked_at: Mapped[datetime]
    #: None where a correction of hours made it.
    asked_by: Mapped[int | None] = mapped_column(BigKey)
    #: The certificate whose place it takes.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.WAITING)
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"), unique=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigKey)
    reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("since <= until", name="forward"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_somehow"),
        CheckConstraint("(state = 'issued') = (certificate_id IS NOT NULL)", name="issued_as_something"),
        CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="refused_with_a_reason"),
        CheckConstraint("(asked_by IS NULL) = (replaces_id IS NOT NULL)", name="asked_or_due"),
        Index(None, "unit_id", "state"),
        Index(None, "volunteer_id"),
        Index(
            "uq_certificate_requests_waiting",
            "volunteer_id",
            "unit_id",
            "since",
            "until",
            unique=True,
            sqlite_where=text("state = 'waiting' AND replaces_id IS NULL"),
            postgresql_where=text("state = 'waiting' AND replaces_id IS NULL"),
        ),
        Index(
            "uq_certificate_requests_due",
            "replaces_id",
            unique=True,
            sqlite_where=text("replaces_id IS NOT NULL"),
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
    )


class CertificateLook(Base):
    """How far the timetable has looked for corrections: one row, by its instant."""

    __tablename__ = "certificate_looks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime]
