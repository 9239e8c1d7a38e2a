"""Accounts, the names they sign in with, logins, roles and tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class SignInKind(StrEnum):
    """What a person may type above the password."""

    MOBILE = "mobile"
    VOLUNTEER_NUMBER = "volunteer_number"
    STAFF_NAME = "staff_name"


class Role(StrEnum):
    """A bundle of permissions, granted on a subtree."""

    ADMINISTRATOR = "administrator"
    OFFICE = "office"
    STATION_MANAGER = "station_manager"
    SCANNER = "scanner"
    TEAM_LEADER = "team_leader"
    AUDITOR = "auditor"


class ScopeKind(StrEnum):
    """What kind of subtree a grant names."""

    EVERYTHING = "everything"
    REGION = "region"
    STATION = "station"
    TEAM = "team"


class TokenKind(StrEnum):
    """A scanner at the door, or another program."""

    DEVICE = "device"
    PROGRAM = "program"


class Account(Base):
    """Somebody who can sign in."""

    __tablename__ = "accounts"

    id: Mapped[PrimaryKey]
    display_name: Mapped[str]
    #: Argon2id, or None while nobody has set one.
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    #: The account that is signed in to instead: of a person who had registered twice.
    leads_to_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    is_demonstration: Mapped[bool] = mapped_column(default=False)


class SignInName(Base):
    """A keyed hash of what an account signs in with. A family may share one mobile; other names are unique."""

    __tablename__ = "sign_in_names"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[SignInKind] = mapped_column(choice(SignInKind))
    name_index: Mapped[str]

    __table_args__ = (
        UniqueConstraint("account_id", "kind"),
        Index(None, "name_index"),
        Index(
            "uq_sign_in_names_unshared",
            "name_index",
            unique=True,
            sqlite_where=text("kind <> 'mobile'"),
            postgresql_where=text("kind <> 'mobile'"),
        ),
    )


class Login(Base):
    """One signed-in browser. Ending the row ends the login on every server at its next request."""

    __tablename__ = "logins"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: The browser as it named itself, so that its owner can recognise it.
    browser: Mapped[str]
    #: The station whose kiosk this browser shows and nothing else; it is left by the PIN.
    kiosk_station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    kiosk_pin_hash: Mapped[str | None]
    kiosk_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    #: By which link this browser acts for somebody; whether the link still holds is asked at each request.
    acting_link_id: Mapped[int | None] = mapped_column(ForeignKey("care_links.id"))

    __table_args__ = (
        Index(None, "account_id"),
        CheckConstraint("(kiosk_station_id IS NULL) = (kiosk_pin_hash IS NULL)", name="kiosk_has_a_pin"),
    )


class RoleGrant(Base):
    """A role on a subtree, from one instant to another."""

    __tablename__ = "role_grants"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    scope_kind: Mapped[ScopeKind] = mapped_column(choice(ScopeKind))
    #: Significant digits of a division, or the path of a station or team; empty for everything.
    scope_value: Mapped[str] = mapped_column(default="")
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "account_id"),
        CheckConstraint("(scope_kind = 'everything') = (scope_value = '')", name="scope_has_a_value"),
    )


class ApiToken(Base):
    """A revocable token of a device or a program; it never holds more than its account does."""

    __tablename__ = "api_tokens"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[TokenKind] = mapped_column(choice(TokenKind))
    name: Mapped[str]
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "account_id"),)


class SetupToken(Base):
    """The one-time way to the first administrator."""

    __tablename__ = "setup_tokens"

    id: Mapped[PrimaryKey]
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FailedSignIn(Base):
    """A failed attempt, kept for the throttle only; both columns are keyed hashes."""

    __tablename__ = "failed_sign_ins"

    id: Mapped[PrimaryKey]
    name_index: Mapped[str]
    address_index: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "address_index", "at"), Index(None, "at"))


class RecoveryCode(Base):
    """A one-time way to a new password, given on paper at a desk to who stands there with the document."""

    __tablename__ = "recovery_codes"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    code_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(BigKey)
    expires_at: Mapped[datetime]
    #: When it was used, or another took its place.
    ended_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_recovery_codes_live",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class MobileCode(Base):
    """Six digits sent to a mobile, to prove that who asks holds it. Only keyed hashes are kept."""

    __tablename__ = "mobile_codes"

    id: Mapped[PrimaryKey]
    #: What the proof is for; it serves nothing else.
    purpose: Mapped[str] = mapped_column(String(24))
    #: Keyed hash of the login, or of the browser's own secret, in which it was asked for.
    bound_to: Mapped[str] = mapped_column(String(64))
    mobile_index: Mapped[str]
    address_index: Mapped[str]
    code_digest: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("tries BETWEEN 0 AND 5", name="five_tries"),
        Index(None, "mobile_index", "sent_at"),
        Index(None, "address_index", "sent_at"),
        Index(None, "sent_at"),
    )
