"""What a person who scanned a station's code may do there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin import queries
from volunteer_hub.checkin.codes import CodeKind, CodeState, read
from volunteer_hub.checkin.items import Presence
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core import tokens

#: How long after the scan the person may still confirm, signing in included.
CONFIRM_SECONDS = 180
MARGIN = timedelta(hours=2)


@dataclass(frozen=True)
class Choice:
    """One button of the confirmation page."""

    shift: Shift
    activity: Activity
    direction: Direction
    ticket: str
    nonce: str


def station_of(code: str, now: datetime) -> int | None:
    """Return the station a rotating code stands for, or None if it is not a live station code."""
    reading = read(code, now)
    return reading.subject_id if reading.kind is CodeKind.STATION and reading.state is CodeState.VALID else None


def choices_at(station_id: int, volunteer_id: int, now: datetime) -> list[Choice]:
    """Return what the person can confirm at the station now: leaving first, then entering."""
    ticket = tokens.seal("arrival", {"s": station_id, "v": volunteer_id}, CONFIRM_SECONDS)
    rows = queries.list_own_choices(station_id, volunteer_id, now, MARGIN, MARGIN)
    return [
        Choice(shift, activity, Direction.OUT if open_id else Direction.IN, ticket, secrets.token_hex(16))
        for shift, activity, open_id in rows
    ]


def presence_of(ticket: str, volunteer_id: int) -> Presence | None:
    """Return the proof a confirmation carries, or None if it is stale or another person's."""
    claims = tokens.unseal("arrival", ticket)
    if claims is None or claims["v"] != volunteer_id:
        return None
    return Presence(volunteer_id, claims["s"])
