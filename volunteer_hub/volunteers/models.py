"""Volunteers: who they are, where they live and how sure we are, dated; guardians and consents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import Base, BigKey, Json, PrimaryKey, choice

#: The `until` of a standing that still holds.
STILL = datetime(9999, 12, 31, tzinfo=UTC)


class DocumentKind(StrEnum):
    """Identity documents accepted at registration; only the first has a check digit to hold it to."""

    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT_HMT = "residence_permit_hmt"
    TRAVEL_PERMIT_HM = "travel_permit_hm"
    TRAVEL_PERMIT_TW = "travel_permit_tw"
    PERMANENT_RESIDENT = "permanent_resident"
    PASSPORT = "passport"


class Sex(StrEnum):
    """As the identity document states it."""

    MALE = "male"
    FEMALE = "female"


class Volunteer(Base):
    """A registered person. The identity number is unique through its keyed hash."""

    __tablename__ = "volunteers"

    id: Mapped[PrimaryKey]
    #: V + 6 digits of division + year and month + 6-digit serial + check letter; for life.
    number: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), unique=True)
    name: Mapped[str]
    document_kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind))
    document_number: Mapped[str] = mapped_column(EncryptedText("volunteers.document_number"))
    document_index: Mapped[str] = mapped_column(unique=True)
    birth_on: Mapped[date | None]
    sex: Mapped[Sex | None] = mapped_column(choice(Sex))
    mobile: Mapped[str] = mapped_column(EncryptedText("volunteers.mobile"))
    mobile_index: Mapped[str]
    skills: Mapped[list[str]] = mapped_column(Json, default=list)
    #: Service categories, by key.
    categories: Mapped[list[str]] = mapped_column(Json, default=list)
    is_party_member: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(None, "mobile_index"),
        Index(None, "name"),
        Index(
            None,
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )


class Standing(Base):
    """What the register says of a volunteer from one instant to another: residence and assurance.

    A person who withdraws or is merged away has no open standing, so "registered in R at t" is one
    range condition on this table. `until` is exclusive, and far in the future while it holds.
    """

    __tablename__ = "standings"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    #: 0 self-claimed, 1 phone, 2 seen by staff, 3 external real-name service.
    assurance: Mapped[int] = mapped_column(SmallInteger)
    since: Mapped[datetime]
    until: Mapped[datetime]

    __table_args__ = (
        Index(None, "region_code", "since", "until"),
        Index(None, "since"),
        Index(None, "until"),
        UniqueConstraint("volunteer_id", "since"),
        UniqueConstraint("volunteer_id", "until"),
        CheckConstraint("assurance BETWEEN 0 AND 3", name="known_assurance"),
        CheckConstraint("since < until", name="forward"),
    )


class Guardian(Base):
    """The guardian who answers for a minor's registration."""

    __tablename__ = "guardians"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"), unique=True)
    name: Mapped[str]
    mobile: Mapped[str] = mapped_column(EncryptedText("guardians.mobile"))


class Consent(Base):
    """A text agreed to: which version, when, and by whom."""

    __tablename__ = "consents"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    #: `registration` or `minor` (the guardian's).
    kind: Mapped[str]
    version: Mapped[str]
    #: SHA-256 of the text as shown.
    text_digest: Mapped[str]
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "volunteer_id"),)


class Card(Base):
    """A printed card: its code stands for its holder until the card is replaced or taken back."""

    __tablename__ = "cards"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(BigKey)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (
        Index(None, "volunteer_id"),
        Index(
            "uq_cards_live",
            "volunteer_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint("revoked_at IS NULL OR revoked_at >= issued_at", name="forward"),
    )


class NumberSeries(Base):
    """The last serial given out for a division and month."""

    __tablename__ = "number_series"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    last: Mapped[int] = mapped_column(BigKey, server_default=text("0"))


class MobileChange(Base):
    """A new mobile that somebody asked for without being able to prove they hold it: it waits, and can be stopped."""

    __tablename__ = "mobile_changes"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    mobile: Mapped[str] = mapped_column(EncryptedText("mobile_changes.mobile"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: True where it took effect, false where it was stopped.
    changed: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index(None, "due_at"),
        Index(
            "uq_mobile_changes_live",
            "volunteer_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("NOT changed OR ended_at IS NOT NULL", name="changed_at_some_time"),
    )


class RegistrationAttempt(Base):
    """Somebody tried to register: kept for a day, for the quotas only. All columns are keyed hashes."""

    __tablename__ = "registration_attempts"

    id: Mapped[PrimaryKey]
    address_index: Mapped[str]
    device_index: Mapped[str | None]
    mobile_index: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]

    __table_args__ = (
        Index(None, "address_index", "at"),
        Index(None, "device_index", "at"),
        Index(None, "mobile_index", "at"),
        Index(None, "at"),
    )
