"""Who may act for whom, and the codes by which somebody lets a relative."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey, choice


class CareKind(StrEnum):
    """As what somebody acts for another."""

    #: Of a minor; ends by itself with the age of majority.
    GUARDIAN = "guardian"
    #: Of an adult who has agreed.
    RELATIVE = "relative"
    #: A neighbour or somebody of the community, for an adult who has agreed.
    HELPER = "helper"


class Proof(StrEnum):
    """How a link came about."""

    #: The guardian's account registered the child.
    REGISTRATION = "registration"
    #: Staff saw the documents, or the person cared for stood there.
    DESK = "desk"
    #: The child's printed card, held by who the register says is the guardian.
    CARD = "card"
    #: A code that the person cared for gave away.
    CODE = "code"


class CareLink(Base):
    """One account may act for one volunteer, from one instant to another."""

    __tablename__ = "care_links"

    id: Mapped[PrimaryKey]
    carer_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    kind: Mapped[CareKind] = mapped_column(choice(CareKind))
    proof: Mapped[Proof] = mapped_column(choice(Proof))
    #: What staff looked at.
    evidence: Mapped[str | None]
    #: The account that established it: the guardian's, a member of staff's, or of the person cared for.
    confirmed_by: Mapped[int] = mapped_column(BigKey)
    since: Mapped[datetime]
    #: When somebody ended it; None while nobody has. A guardian's also stops holding with the child's majority.
    until: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="forward"),
        CheckConstraint("(until IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint("(proof = 'desk') = (evidence IS NOT NULL)", name="seen_at_a_desk"),
        Index(None, "volunteer_id"),
        Index(
            "uq_care_links_open",
            "carer_account_id",
            "volunteer_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )


class CareCode(Base):
    """A code that somebody reads out to a relative. It is kept as a keyed hash, and is good once, for minutes."""

    __tablename__ = "care_codes"

    id: Mapped[PrimaryKey]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteers.id"))
    kind: Mapped[CareKind] = mapped_column(choice(CareKind))
    code_index: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(BigKey)

    __table_args__ = (
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used_by_somebody"),
        Index(None, "volunteer_id"),
    )
