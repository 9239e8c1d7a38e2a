"""Rows of stations as a tree. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from volunteer_hub.stations.models import Station, StationKind

RANKS = {kind: rank for rank, kind in enumerate(StationKind)}


@dataclass
class Branch:
    """A station with the branches below it."""

    station: Station
    below: list[Branch] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Return how many stations lie below, at any depth."""
        return sum(1 + branch.size for branch in self.below)


def grow(stations: Iterable[Station]) -> list[Branch]:
    """Return the stations as branches; one whose parent is not among them stands at the top.

    Neighbours are ordered by kind, then by division, then as they were opened.
    """
    branches = {station.id: Branch(station) for station in stations}
    top: list[Branch] = []
    for branch in sorted(branches.values(), key=_order):
        parent = branches.get(branch.station.parent_id or 0)
        (parent.below if parent else top).append(branch)
    return top


def ids_above(station: Station) -> list[int]:
    """Return the ids on the path to a station, from the top, without its own."""
    return [int(step) for step in station.path.split("/") if step][:-1]


def _order(branch: Branch) -> tuple[int, str, int]:
    station = branch.station
    return RANKS[station.kind], station.region_code, station.id
