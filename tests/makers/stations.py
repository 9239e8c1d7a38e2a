"""Makes stations."""

from __future__ import annotations

from datetime import UTC, datetime

from volunteer_hub.core.db import db, transaction
from volunteer_hub.stations.models import Station, StationKind

OPENED = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)


def make_station(
    region_code: str,
    kind: StationKind = StationKind.POST,
    parent: Station | None = None,
    name: str = "仙城社区新时代文明实践站",
) -> Station:
    """Return an open station in a division, under `parent` if one is given."""
    with transaction():
        station = Station(
            parent_id=parent.id if parent else None,
            path="",
            kind=kind,
            name=name,
            region_code=region_code,
            address="仙城大街 18 号",
            opening_hours="周一至周五 8:30–17:00",
            opened_at=OPENED,
        )
        db.session.add(station)
        db.session.flush()
        station.path = f"{parent.path if parent else '/'}{station.id}/"
    return station
