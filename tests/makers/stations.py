"""Makes stations."""

from __future__ import annotations

from datetime import UTC, datetime

from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.stations import service
from volunteer_hub.stations.details import Details
from volunteer_hub.stations.models import Station, StationKind

OPENED = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)


def make_station(
    region_code: str,
    kind: StationKind = StationKind.POST,
    parent: Station | None = None,
    name: str = "仙城社区新时代文明实践站",
) -> Station:
    """Return an open station in a division, under `parent` if one is given."""
    details = Details(
        kind=kind,
        name=name,
        region_code=region_code,
        address="仙城大街 18 号",
        opening_hours="周一至周五 8:30–17:00",
    )
    with transaction():
        return service.open_station(
            COMMAND_LINE, EVERYTHING, details, parent_id=parent.id if parent else None, now=OPENED
        )
