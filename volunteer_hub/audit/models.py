"""The trail's one table. No foreign keys: a row outlives whatever it speaks of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Base, BigKey, PrimaryKey


class AuditEntry(Base):
    """One privileged act. Append-only: triggers refuse UPDATE and DELETE on both engines."""

    __tablename__ = "audit_entries"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime]
    #: None for the timetable and the command line.
    actor_account_id: Mapped[int | None] = mapped_column(BigKey)
    actor_label: Mapped[str]
    #: room.act, for instance `volunteers.open_identity`.
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    #: The division whose office may read this row; None is for the whole deployment.
    region_code: Mapped[str | None]
    reason: Mapped[str | None]
    #: Old and new values, never personal data in clear.
    details: Mapped[dict[str, Any]]
    address: Mapped[str | None]

    __table_args__ = (
        Index(None, "at"),
        Index(None, "object_type", "object_id"),
        Index(None, "region_code", "at"),
        Index(None, "actor_account_id"),
    )
