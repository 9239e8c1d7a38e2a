"""What the pages of make-ups and corrections share: their words, and carrying out an act that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from volunteer_hub.amendments import correction_queries, labels, make_up_queries, objection_queries
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import labels as checkin_labels
from volunteer_hub.checkin.answers import REDUCTIONS, WORDS
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.web.access import actor


def words() -> dict[str, Any]:
    """Return the words and the instant that every page of requests needs."""
    return {
        "states": labels.STATES,
        "tones": labels.TONES,
        "took_part": labels.TOOK_PART,
        "directions": checkin_labels.DIRECTIONS,
        "outcomes": checkin_labels.OUTCOMES,
        "entry_points": checkin_labels.ENTRY_POINTS,
        "closes": checkin_labels.CLOSES,
        "words": WORDS,
        "reductions": REDUCTIONS,
        "made_up": HoursClass.C,
        "now": clock.now(),
    }


def count_pending(scope: Scope) -> dict[str, int]:
    """Return how many requests of each kind wait in the scope."""
    return {
        "make_ups": make_up_queries.count_pending(scope),
        "corrections": correction_queries.count_pending(scope),
        "objections": objection_queries.count_waiting(scope),
    }


def carried_out(
    act: Callable[[datetime], object], *, about: str, object_id: object, region: str
) -> DomainError | None:
    """Do an act in one transaction and return its refusal, if it was refused.

    Who may not do it at all (his own hours, his own request, below the level) is put into the trail: one
    such attempt is a slip, a row of them is not.
    """
    try:
        with transaction():
            act(clock.now())
    except NotFound:
        raise
    except Denied as refusal:
        with transaction():
            audit.record(
                actor(), "reviews.denied", about, object_id, now=clock.now(), region=region, why=refusal.code
            )
        return refusal
    except DomainError as refusal:
        return refusal
    return None


def wall(instant: datetime) -> datetime:
    """Return an instant as a form's field takes it."""
    return clock.local(instant).replace(tzinfo=None)
