"""What is said of a station by whoever opens or changes it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from volunteer_hub.stations.models import StationKind


@dataclass(frozen=True)
class Details:
    """What a station says of itself; where it stands in the tree is said once, when it is opened."""

    kind: StationKind
    name: str
    region_code: str
    address: str = ""
    opening_hours: str = ""
    phone: str = ""
    introduction: str = ""
    latitude: float | None = None
    longitude: float | None = None
