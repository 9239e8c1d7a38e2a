"""The edge around a leader's closing: a transaction for each person, and another try after a lost race."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import IntegrityError, OperationalError

from volunteer_hub.checkin import queries
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import Scope
from volunteer_hub.onsite import bulk_closing
from volunteer_hub.onsite.bulk_closing import Standing

log = logging.getLogger(__name__)
TRIES = 4
#: PostgreSQL broke a deadlock, or could not serialise; both ask for another try.
TRY_AGAIN = ("40P01", "40001")


def close_everybody(actor: Actor, scope: Scope, shift_id: int, *, out_at: datetime, now: datetime) -> int:
    """Close everybody still at a shift at the stated time and return how many were closed.

    Each in a transaction of its own, so that nobody's check-out waits for two hundred others and a lost
    race harms no other. Who could not be settled stays open, and is shown as such: doing it again closes
    those who are left. Raises NotFound, and DomainError at `out_at` for an impossible time.
    """
    shift, _activity, station = queries.get_shift_here(scope, shift_id)
    bulk_closing.check_time(shift, station, out_at, now=now)
    waiting = [
        present.session.id
        for present in bulk_closing.list_present(shift_id, actor, out_at)
        if present.standing is Standing.INSIDE
    ]

    def close(session_id: int) -> bool:
        shift, _activity, station = queries.get_shift_here(scope, shift_id)
        return bulk_closing.close_one(actor, shift, station, session_id, out_at=out_at, now=now)

    return sum(_settle(close, session_id) for session_id in waiting)


def close_cancelled(*, now: datetime) -> int:
    """Close everybody still inside a cancelled shift as of its cancellation; return how many."""
    cancelled = bulk_closing.list_cancelled()

    def close(session_id: int) -> bool:
        return bulk_closing.close_cancelled(session_id, cancelled[session_id], now=now)

    return sum(_settle(close, session_id) for session_id in cancelled)


def _settle(close: Callable[[int], bool], session_id: int) -> bool:
    for left in reversed(range(TRIES)):
        try:
            with transaction():
                return close(session_id)
        except (IntegrityError, OperationalError) as error:
            db.session.expire_all()
            known = isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in TRY_AGAIN
            if not known:
                raise
            log.info("closing of session %d: %s, %d tries left", session_id, type(error).__name__, left)
    return False
