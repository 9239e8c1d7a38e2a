"""A tablet at the door that works by itself: which shift a code is for, and what strangers may read of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin import queries
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.queries import find_policy
from volunteer_hub.stations.models import Station

AROUND = timedelta(hours=2)


@dataclass(frozen=True)
class Running:
    """A shift that the kiosk may check in to now, and its name."""

    shift: Shift
    title: str


def running_at(station: Station, *, now: datetime) -> list[Running]:
    """Return the station's shifts around now, soonest first."""
    return [
        Running(shift, shift.activity.title)
        for shift in queries.list_running_at(station.id, now - AROUND, now + AROUND)
    ]


def choose(
    station: Station, person_id: int | None, direction: Direction, wanted: int | None, *, now: datetime
) -> list[Running]:
    """Return the one shift a code is for, or those to choose from.

    Asked for by the person: that one, if it runs here. Otherwise where the person is inside, else where
    they have a place and check-in is open, else what runs now. Raises DomainError where nothing does, and
    NotFound for a shift that does not run here.
    """
    running = running_at(station, now=now)
    if not running:
        raise DomainError("nothing_runs", N_("两小时内没有场次。"))
    if wanted is not None:
        chosen = [one for one in running if one.shift.id == wanted]
        if not chosen:
            raise NotFound
        return chosen
    own = _own(station, person_id, direction, running, now)
    if own:
        return own
    open_now = [one for one in running if _is_open(station, one.shift, direction, now)]
    return (open_now or running)[:1]


def _own(
    station: Station, person_id: int | None, direction: Direction, running: list[Running], now: datetime
) -> list[Running]:
    if person_id is None:
        return running[:1]
    rows = queries.list_own_choices(station.id, person_id, now, AROUND, AROUND)
    inside = [shift.id for shift, _activity, open_id in rows if open_id]
    placed = [shift.id for shift, _activity, _open_id in rows if _is_open(station, shift, direction, now)]
    ids = inside or (placed if direction is Direction.IN else [])
    return [one for one in running if one.shift.id in ids]


def _is_open(station: Station, shift: Shift, direction: Direction, now: datetime) -> bool:
    version = find_policy(station.region_code, shift.starts_at, now=now)
    policy = version.policy if version else Policy()
    if direction is Direction.IN:
        return shift.starts_at - timedelta(minutes=policy.in_opens_before) <= now <= shift.ends_at
    return shift.starts_at <= now <= shift.ends_at + timedelta(minutes=policy.out_closes_after)
