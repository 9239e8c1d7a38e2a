"""A key for each person of whom something is sealed in rows that are kept: destroy the key, and they are gone.

Keys are made when they are first needed, so that registering many people costs nothing (decision 0127).
"""

from __future__ import annotations

import os
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core import crypto
from volunteer_hub.core.db import Base, BigKey, db, table_of
from volunteer_hub.core.dialect import upsert

PURPOSE = "person-key"


class PersonKey(Base):
    """32 random bytes of one person, sealed under the master key. Deleting the row destroys what they sealed."""

    __tablename__ = "person_keys"

    volunteer_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("volunteers.id"), primary_key=True, autoincrement=False
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


def seal(volunteer_id: int, text: str, about: str, *, now: datetime) -> bytes:
    """Encrypt a text under the person's key, bound to what it is about; the key is made if there is none."""
    secret = _find(volunteer_id) or _make(volunteer_id, now)
    return crypto.seal_box(secret, text.encode(), about.encode())


def unseal(volunteer_id: int, sealed: bytes, about: str) -> str | None:
    """Return what `seal` was given, or None once the person's key is destroyed. Raises InvalidTag for another's."""
    secret = _find(volunteer_id)
    if secret is None:
        return None
    return crypto.open_box(secret, sealed, about.encode()).decode()


def destroy(volunteer_id: int) -> None:
    """Destroy a person's key: whatever was sealed with it can be read by nobody from then on."""
    db.session.execute(delete(PersonKey).where(PersonKey.volunteer_id == volunteer_id))


def _find(volunteer_id: int) -> bytes | None:
    kept = db.session.scalar(select(PersonKey.secret).where(PersonKey.volunteer_id == volunteer_id))
    return None if kept is None else crypto.open_bytes(PURPOSE, kept, str(volunteer_id).encode())


def _make(volunteer_id: int, now: datetime) -> bytes:
    """Make a key; of two who make it at once, both use the first one's."""
    sealed = crypto.seal_bytes(PURPOSE, os.urandom(32), str(volunteer_id).encode())
    db.session.execute(
        upsert(db.session, table_of(PersonKey))
        .values(volunteer_id=volunteer_id, secret=sealed, made_at=now)
        .on_conflict_do_nothing(index_elements=["volunteer_id"])
    )
    made = _find(volunteer_id)
    if made is None:
        raise RuntimeError("a person's key was destroyed while it was being made")
    return made
