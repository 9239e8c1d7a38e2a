"""Reads what stands on the boards beside the figures: stations without activity, what waits, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select

from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import Activity, ActivityState, Shift
from volunteer_hub.activities.queries import Listed
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.scope import Scope, in_region, region_prefix
from volunteer_hub.reviews import queries as reviews
from volunteer_hub.stations.models import Station

#: A station without a shift for so long stands on the board.
QUIET = timedelta(days=30)
SHOWN = 12


@dataclass(frozen=True)
class Quiet:
    """Open stations of a division in which nothing took place of late, the longest first."""

    open: int
    quiet: int
    #: (station_id, name, region_code, last_at: the start of its last shift, or None)
    stations: list[AnyRow]


def find_quiet(region: str, now: datetime) -> Quiet:
    """Return the open stations of a division's subtree without a shift that began in the thirty days before `now`.

    Two statements.
    """
    is_open = and_(
        in_region(Station.region_code, region),
        Station.opened_at <= now,
        or_(Station.closed_at.is_(None), Station.closed_at > now),
    )
    took_place = and_(
        Activity.station_id == Station.id,
        Activity.state.in_([ActivityState.PUBLISHED, ActivityState.CLOSED]),
        Shift.cancelled_at.is_(None),
        Shift.starts_at <= now,
    )
    of_late = exists().where(Shift.activity_id == Activity.id, took_place, Shift.starts_at > now - QUIET)
    counts = db.session.execute(
        select(func.count(), func.count().filter(~of_late)).select_from(Station).where(is_open)
    ).one()
    last_at = (
        select(func.max(Shift.starts_at))
        .join(Activity, Activity.id == Shift.activity_id)
        .where(took_place)
        .correlate(Station)
        .scalar_subquery()
        .label("last_at")
    )
    rows = db.session.execute(
        select(Station.id.label("station_id"), Station.name, Station.region_code, last_at)
        .where(is_open, ~of_late)
        .order_by(func.coalesce(last_at, Station.opened_at), Station.id)
        .limit(SHOWN)
    ).all()
    return Quiet(counts[0], counts[1], list(rows))


def count_waiting(region: str) -> int:
    """Return how many cases of a division's stations wait for a person's decision; their hours count nowhere yet."""
    return reviews.count_open(Scope(regions=(region_prefix(region),)))


def list_coming(region: str, now: datetime, limit: int) -> list[Listed]:
    """Return the published shifts of a division's stations that come next, one for each activity."""
    first: dict[int, Listed] = {}
    for listed in activities.page_open(activities.Filters(region=region), now, 1).items:
        first.setdefault(listed.activity.id, listed)
    return list(first.values())[:limit]
