"""Reads stations: for everybody, and within the scope of whoever manages them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.regions.codes import codes_above, full_code
from volunteer_hub.stations.models import Station, StationKeeper, StationKind
from volunteer_hub.stations.tree import ids_above

#: Stations of one page of the tree: a district's fit on one.
TREE_SIZE = 300


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; what is empty narrows nothing."""

    region: str = ""
    kind: StationKind | None = None
    text: str = ""
    closed: bool = False


def find_station(station_id: int) -> Station | None:
    """Return a station, closed ones too, or None."""
    return db.session.get(Station, station_id)


def get_station(station_id: int) -> Station:
    """Return a station, closed ones too. Raises NotFound."""
    station = find_station(station_id)
    if station is None:
        raise NotFound
    return station


def get_managed(scope: Scope, station_id: int) -> Station:
    """Return a station that lies in the scope by its division or its path, read anew. Raises NotFound."""
    statement = select(Station).where(Station.id == station_id, _within(scope))
    station = db.session.scalar(statement.execution_options(populate_existing=True))
    if station is None:
        raise NotFound
    return station


def page_tree(wanted: Wanted, number: int = 1) -> Page[Station]:
    """Return open stations for the public tree, a branch together."""
    return page_of(db.session, _narrowed(wanted).order_by(Station.path), number, TREE_SIZE)


def page_managed(scope: Scope, wanted: Wanted, number: int = 1) -> Page[Station]:
    """Return the stations of the scope, a branch together."""
    return page_of(db.session, _narrowed(wanted).where(_within(scope)).order_by(Station.path), number)


def count_by_kind(wanted: Wanted) -> dict[StationKind, int]:
    """Return how many open stations there are of each kind, by division and name; the wanted kind is ignored."""
    chosen = _narrowed(Wanted(region=wanted.region, text=wanted.text)).subquery()
    rows = db.session.execute(select(chosen.c.kind, func.count()).group_by(chosen.c.kind))
    counted = {StationKind(kind): count for kind, count in rows}
    return {kind: counted.get(kind, 0) for kind in StationKind}


def list_below(station: Station) -> list[Station]:
    """Return the open stations directly below one."""
    statement = select(Station).where(Station.parent_id == station.id, Station.closed_at.is_(None))
    return list(db.session.scalars(statement.order_by(Station.region_code, Station.id)))


def list_above(station: Station) -> list[Station]:
    """Return the stations above one, from the top."""
    return list(db.session.scalars(select(Station).where(Station.id.in_(ids_above(station))).order_by(Station.path)))


def list_for_scanning(scope: Scope) -> list[Station]:
    """Return the open stations of the scope, a branch together: where somebody may check people in."""
    return list(
        db.session.scalars(select(Station).where(_within(scope), Station.closed_at.is_(None)).order_by(Station.path))
    )


def list_possible_parents(scope: Scope) -> list[Station]:
    """Return the open stations under which one of the scope may be opened: its own, and those of areas above it."""
    above = {upper for code in map(full_code, scope.regions) if code for upper in codes_above(code)}
    condition = or_(_within(scope), Station.region_code.in_(above))
    return list(
        db.session.scalars(select(Station).where(condition, Station.closed_at.is_(None)).order_by(Station.path))
    )


def list_keepers(station: Station, today: date) -> list[StationKeeper]:
    """Return who keeps a station today, in the order in which they began."""
    return [
        keeper
        for keeper in station.keepers
        if keeper.since <= today and (keeper.until is None or keeper.until >= today)
    ]


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.where(region=Station.region_code, station=Station.path)


def _narrowed(wanted: Wanted) -> Select[Any]:
    statement = select(Station)
    if not wanted.closed:
        statement = statement.where(Station.closed_at.is_(None))
    if code := full_code(wanted.region):
        statement = statement.where(in_region(Station.region_code, code))
    if wanted.kind is not None:
        statement = statement.where(Station.kind == wanted.kind)
    for word in wanted.text.split()[:5]:
        statement = statement.where(
            or_(Station.name.contains(word, autoescape=True), Station.address.contains(word, autoescape=True))
        )
    return statement
