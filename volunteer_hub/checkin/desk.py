"""The edge that API, pages and jobs share: transactions around scans, and another try after a lost race."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError, OperationalError

from volunteer_hub.checkin import devices
from volunteer_hub.checkin.devices import Word
from volunteer_hub.checkin.items import Answer, Presence, ScanItem, SignedItem
from volunteer_hub.checkin.service import record_scans
from volunteer_hub.checkin.writing import LostRace
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import Scope

log = logging.getLogger(__name__)

TRIES = 4
#: PostgreSQL broke a deadlock, or could not serialise; both ask for another try.
TRY_AGAIN = ("40P01", "40001")


def take_scans(
    items: Sequence[ScanItem | SignedItem],
    actor: Actor,
    scope: Scope,
    *,
    now: datetime,
    presence: Presence | None = None,
    word: Word | None = None,
    leave_stuck: bool = False,
) -> list[Answer]:
    """Record scans in one transaction; if one of them loses a race, each in its own, so that it harms no other.

    `word` is what the sending device says of itself. Every answer is about something committed. Raises
    the database's error if a scan cannot be settled after TRIES, so that the client keeps it and sends it
    again under the same nonce. With `leave_stuck` such a scan is left out of the answers instead, unless all
    are such: it must not hold back the others of its batch for ever.
    """
    try:
        with transaction():
            if word is not None:
                devices.hear(word, now=now)
            return record_scans(items, actor, scope, now=now, presence=presence)
    except (IntegrityError, LostRace, OperationalError) as error:
        if not _is_race(error):
            raise
        log.info("scans taken again one by one after %s", type(error).__name__)
    answers: list[Answer] = []
    stuck: Exception | None = None
    for item in items:
        try:
            answers.append(_take_one(item, actor, scope, now, presence))
        except (IntegrityError, LostRace, OperationalError) as error:
            if not leave_stuck or not _is_race(error):
                raise
            stuck = error
            log.warning("a scan could not be settled, and is left to be sent again: %s", type(error).__name__)
    if stuck is not None and not answers:
        raise stuck
    return answers


def _take_one(
    item: ScanItem | SignedItem, actor: Actor, scope: Scope, now: datetime, presence: Presence | None
) -> Answer:
    for left in reversed(range(TRIES)):
        try:
            with transaction():
                return record_scans([item], actor, scope, now=now, presence=presence)[0]
        except (IntegrityError, LostRace, OperationalError) as error:
            if not left or not _is_race(error):
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _is_race(error: Exception) -> bool:
    """Tell a race from a database that is away: a constraint spoke, the other was first, or a deadlock broke."""
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlstate", None) in TRY_AGAIN
    return True
