"""The subtrees a grant may stand on, found by what people type: an id, a division code, or the exact name.

Divisions and stations lie below this room; teams lie above it, so the list of rooms brings their finder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select

from volunteer_hub.accounts.models import ScopeKind
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import Scope, region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.stations.models import Station


@dataclass(frozen=True)
class Subtree:
    """One subtree, as a grant stores it (`value`) and as people know it (`name`)."""

    kind: ScopeKind
    value: str
    name: str
    #: The division it lies in; None for everything.
    region_code: str | None


@dataclass(frozen=True)
class Finder:
    """How one kind of subtree is found. Keys are ids, or division codes of 12 digits."""

    by_keys: Callable[[Collection[str]], dict[str, Subtree]]
    by_name: Callable[[str], list[Subtree]]


EVERYTHING = Subtree(ScopeKind.EVERYTHING, "", "", None)
_finders: dict[ScopeKind, Finder] = {}


def use(kind: ScopeKind, finder: Finder) -> None:
    """Bring the finder of a kind of subtree that lies in a room above; called once by the list of rooms."""
    _finders[kind] = finder


def find(kind: ScopeKind, typed: str) -> Subtree:
    """Return the subtree that was meant. Raises DomainError at `place` if there is none, or more than one."""
    if kind is ScopeKind.EVERYTHING:
        return EVERYTHING
    text = typed.strip()
    if not text:
        raise DomainError("place_missing", N_("请填写授权的范围。"), field="place")
    key = text.ljust(12, "0") if kind is ScopeKind.REGION else text
    if text.isascii() and text.isdigit():
        found = list(_finders[kind].by_keys([key]).values())
    else:
        found = _finders[kind].by_name(text)
    if not found:
        raise DomainError("place_unknown", N_("没有找到「%(place)s」。"), field="place", place=text)
    if len(found) > 1:
        raise DomainError("place_ambiguous", N_("有 %(n)d 个同名的，请改填编号或代码。"), field="place", n=len(found))
    return found[0]


def name_all(stored: Collection[tuple[ScopeKind, str]]) -> dict[tuple[ScopeKind, str], Subtree]:
    """Return the subtrees that stored grants stand on, in one statement a kind; vanished ones are left out."""
    named = {(ScopeKind.EVERYTHING, ""): EVERYTHING}
    for kind, finder in _finders.items():
        keys = {_key(kind, value): value for each, value in stored if each is kind}
        if keys:
            named |= {(kind, keys[key]): tree for key, tree in finder.by_keys(list(keys)).items() if key in keys}
    return named


def _key(kind: ScopeKind, value: str) -> str:
    return value.ljust(12, "0") if kind is ScopeKind.REGION else value.rstrip("/").rpartition("/")[2]


def _region(region: Region) -> Subtree:
    return Subtree(ScopeKind.REGION, region_prefix(region.code), region.full_name, region.code)


def _station(station: Station) -> Subtree:
    return Subtree(ScopeKind.STATION, station.path, station.name, station.region_code)


def _regions_by_codes(codes: Collection[str]) -> dict[str, Subtree]:
    rows = db.session.scalars(select(Region).where(Region.code.in_(codes)))
    return {region.code: _region(region) for region in rows}


def _stations_by_ids(ids: Collection[str]) -> dict[str, Subtree]:
    rows = db.session.scalars(select(Station).where(Station.id.in_([int(key) for key in ids if len(key) < 19])))
    return {str(station.id): _station(station) for station in rows}


use(
    ScopeKind.REGION,
    Finder(
        _regions_by_codes,
        lambda name: [_region(r) for r in db.session.scalars(select(Region).where(Region.name == name).limit(20))],
    ),
)
use(
    ScopeKind.STATION,
    Finder(
        _stations_by_ids,
        lambda name: [_station(s) for s in db.session.scalars(select(Station).where(Station.name == name).limit(20))],
    ),
)


def suggest(scope: Scope, limit: int = 300) -> list[str]:
    """Return names to offer while somebody types: divisions down to the street, and open stations, in the scope."""
    regions = db.session.scalars(
        select(Region.name)
        .where(scope.where(region=Region.code), Region.level.between(RegionLevel.COUNTY, RegionLevel.STREET))
        .order_by(Region.code)
        .limit(limit)
    )
    stations = db.session.scalars(
        select(Station.name)
        .where(scope.where(region=Station.region_code, station=Station.path), Station.closed_at.is_(None))
        .order_by(Station.path)
        .limit(limit)
    )
    return [*regions, *stations]
