"""What somebody must still decide about a person: until then an erasure waits, unless the person will not."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from volunteer_hub.amendments.models import Correction, MakeUp
from volunteer_hub.amendments.models import RequestState as Asked
from volunteer_hub.amendments.objection_models import Objection, ObjectionState
from volunteer_hub.anomalies.models import DECIDED, AnomalyFlag, AnomalyParty
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.rights.queries import Subject


class Matter(StrEnum):
    """A kind of thing that waits for somebody."""

    SESSION = "session"
    REVIEW = "review"
    MAKE_UP = "make_up"
    CORRECTION = "correction"
    OBJECTION = "objection"
    FLAG = "flag"


def count_open(subject: Subject) -> dict[Matter, int]:
    """Return how many matters of each kind wait; only kinds of which there are any."""
    stays = select(ServiceSession.id).where(ServiceSession.volunteer_id.in_(subject.volunteers))
    made_up = select(MakeUp.id).where(MakeUp.volunteer_id.in_(subject.volunteers))
    party = select(AnomalyParty.flag_id).where(AnomalyParty.account_id.in_(subject.accounts))
    waiting: dict[Matter, tuple[Any, ColumnElement[bool]]] = {
        Matter.SESSION: (ServiceSession.id, ServiceSession.id.in_(stays) & ServiceSession.out_at.is_(None)),
        Matter.REVIEW: (ReviewCase.id, ReviewCase.session_id.in_(stays) & ReviewCase.decided_at.is_(None)),
        Matter.MAKE_UP: (MakeUp.id, MakeUp.id.in_(made_up) & (MakeUp.state == Asked.PENDING)),
        Matter.CORRECTION: (
            Correction.id,
            or_(Correction.session_id.in_(stays), Correction.make_up_id.in_(made_up))
            & (Correction.state == Asked.PENDING),
        ),
        Matter.OBJECTION: (
            Objection.id,
            Objection.volunteer_id.in_(subject.volunteers) & (Objection.state == ObjectionState.ASKED),
        ),
        Matter.FLAG: (AnomalyFlag.id, AnomalyFlag.id.in_(party) & AnomalyFlag.state.not_in(DECIDED)),
    }
    counts = {
        kind: db.session.scalar(select(func.count(key)).where(where)) or 0 for kind, (key, where) in waiting.items()
    }
    return {kind: count for kind, count in counts.items() if count}
