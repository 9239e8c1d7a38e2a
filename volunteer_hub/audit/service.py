"""Writes the trail, in the caller's transaction: if the row cannot be written, the act is undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db


def record(
    actor: Actor,
    action: str,
    object_type: str,
    object_id: object,
    *,
    now: datetime,
    region: str | None = None,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Add one row to the trail. `details` must not hold personal data in clear.

    Where somebody acts for another, the row names who really acts, and for whom.
    """
    if actor.by_account_id is not None:
        details["on_behalf_of"] = actor.account_id
    db.session.add(
        AuditEntry(
            at=now,
            actor_account_id=actor.hand,
            actor_label=actor.label,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            region_code=region,
            reason=reason,
            details=details,
            address=actor.address,
        )
    )
