"""The edge around moving: leaving one place and entering the other in one transaction, or neither."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import IntegrityError, OperationalError

from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import Answer, ScanItem
from volunteer_hub.checkin.models import Outcome
from volunteer_hub.checkin.service import record_scans
from volunteer_hub.checkin.writing import LostRace
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.queries import forget_policies
from volunteer_hub.onsite import moving

log = logging.getLogger(__name__)


class _NotEntered(Exception):
    """The person may not enter here, so the other place is not left either."""


def move(item: ScanItem, actor: Actor, scope: Scope, *, now: datetime) -> Answer:
    """Check somebody in here, leaving the place where they still are; the answer is that of the check-in.

    `item` carries the proof: a live code, a card, or a person the door has identified. Where the check-in
    is not accepted nothing is closed, and the refusal is recorded like any other.
    """
    try:
        with transaction():
            if not moving.is_known(item.nonce):
                _leave(item, actor, now)
            return _enter(item, actor, scope, now)
    except (_NotEntered, IntegrityError, LostRace, OperationalError) as error:
        db.session.expire_all()
        forget_policies()  # the first one may have been made in what was just undone
        log.info("not moved: %s", type(error).__name__)
    return take_scans([item], actor, scope, now=now)[0]


def _enter(item: ScanItem, actor: Actor, scope: Scope, now: datetime) -> Answer:
    [answer] = record_scans([item], actor, scope, now=now)
    if answer.outcome is not Outcome.ACCEPTED:
        raise _NotEntered
    return answer


def _leave(item: ScanItem, actor: Actor, now: datetime) -> None:
    person = moving.proven_person(item, now=now)
    if person is not None:
        # The same turn that recording takes, so that two doors never hold one person half each.
        take_turn(db.session, f"person:{person}")
        moving.leave_elsewhere(actor, person, item.shift_id, now=now)
