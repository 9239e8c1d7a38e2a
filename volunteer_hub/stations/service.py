"""Opens, changes and closes stations, and keeps who keeps them."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, datetime

from volunteer_hub.audit import service as audit
from volunteer_hub.core import dialect
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import Scope, region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.regions import queries as regions
from volunteer_hub.stations import queries
from volunteer_hub.stations.details import Details
from volunteer_hub.stations.models import Station, StationKeeper, StationKind

PHONE = re.compile(r"[0-9+][0-9 \-]{5,19}", re.ASCII)


def open_station(
    actor: Actor, scope: Scope, details: Details, *, parent_id: int | None = None, now: datetime
) -> Station:
    """Open a station in the scope, under another or on its own; leaves a row in the trail.

    Raises DomainError at the field at fault: an unknown or foreign division, a parent that is closed or
    stands elsewhere, half a position.
    """
    _take_turn()
    parent = queries.find_station(parent_id) if parent_id else None
    if parent_id and (parent is None or not _may_stand_under(scope, parent, details.region_code)):
        raise DomainError("parent_unfit", N_("上级阵地不存在，或不在您能选择的范围内。"), field="parent_id")
    if parent is not None and parent.closed_at is not None:
        raise DomainError("parent_closed", N_("上级阵地已经停用，请另选一个。"), field="parent_id")
    station = Station(
        parent_id=parent_id, path="", opened_at=now, **_checked(scope, details, parent.path if parent else None)
    )
    db.session.add(station)
    # The path holds the station's own number, which the database gives.
    db.session.flush()
    station.path = f"{parent.path if parent else '/'}{station.id}/"
    db.session.flush()
    _record(actor, "open", station, now=now, kind=station.kind.value, name=station.name, parent=parent_id)
    return station


def edit_station(actor: Actor, scope: Scope, station_id: int, details: Details, *, now: datetime) -> Station:
    """Change what a station says of itself; what changed is told to the trail. Raises NotFound, DomainError."""
    station = queries.get_managed(scope, station_id)
    changed: dict[str, list[object]] = {}
    for name, value in _checked(scope, details, station.path).items():
        if getattr(station, name) != value:
            changed[name] = [getattr(station, name), value]
            setattr(station, name, value)
    if changed:
        db.session.flush()
        _record(actor, "edit", station, now=now, changed=changed)
    return station


def close_station(actor: Actor, scope: Scope, station_id: int, *, now: datetime) -> None:
    """Close a station: nothing new happens there, its history stays. Raises DomainError while others lie below it."""
    _take_turn()
    station = queries.get_managed(scope, station_id)
    if station.closed_at is not None:
        return
    if queries.list_below(station):
        raise DomainError("has_open_stations_below", N_("它下面还有在用的阵地，请先停用它们。"))
    station.closed_at = now
    db.session.flush()
    _record(actor, "close", station, now=now)


def reopen_station(actor: Actor, scope: Scope, station_id: int, *, now: datetime) -> None:
    """Open a closed station again. Raises DomainError while the one above it is closed."""
    _take_turn()
    station = queries.get_managed(scope, station_id)
    if station.closed_at is None:
        return
    parent = queries.find_station(station.parent_id) if station.parent_id else None
    if parent is not None and parent.closed_at is not None:
        raise DomainError("parent_closed", N_("它的上级阵地已经停用，请先恢复上级。"))
    station.closed_at = None
    db.session.flush()
    _record(actor, "reopen", station, now=now)


def add_keeper(
    actor: Actor, scope: Scope, station_id: int, name: str, phone: str, since: date, *, now: datetime
) -> StationKeeper:
    """Name a keeper from a day on. The phone may be empty; it is encrypted, and masked wherever it is shown."""
    station = queries.get_managed(scope, station_id)
    name = name.strip()
    if not name:
        raise DomainError("name_missing", N_("请填写姓名。"), field="name")
    keeper = StationKeeper(station_id=station.id, name=name, phone=_checked_phone(phone) or None, since=since)
    station.keepers.append(keeper)
    db.session.flush()
    _record(actor, "add_keeper", station, now=now, keeper=keeper.id, since=since.isoformat())
    return keeper


def end_keeper(actor: Actor, scope: Scope, station_id: int, keeper_id: int, until: date, *, now: datetime) -> None:
    """End a keeper's time with a day, the last one. Raises NotFound, or DomainError before the first day."""
    station = queries.get_managed(scope, station_id)
    keeper = next((keeper for keeper in station.keepers if keeper.id == keeper_id), None)
    if keeper is None:
        raise NotFound
    if until < keeper.since:
        raise DomainError("until_before_since", N_("结束日期不能早于开始日期。"), field="until")
    keeper.until = until
    db.session.flush()
    _record(actor, "end_keeper", station, now=now, keeper=keeper.id, until=until.isoformat())


def _take_turn() -> None:
    """Let changes of the tree wait for one another: nothing is opened under what is just being closed."""
    dialect.take_turn(db.session, "stations")


def _may_stand_under(scope: Scope, parent: Station, region_code: str) -> bool:
    """Tell whether the parent is one's own, or stands for an area in which the new station lies."""
    area = region_prefix(parent.region_code)
    return scope.covers(region=parent.region_code, station=parent.path) or region_code.startswith(area)


def _checked(scope: Scope, details: Details, path: str | None) -> dict[str, object]:
    """Return the columns of the details, trimmed; `path` is where it stands in the tree, or will stand below.

    Raises DomainError at the field at fault.
    """
    columns = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(details).items()}
    columns["kind"] = StationKind(details.kind)
    if not columns["name"]:
        raise DomainError("name_missing", N_("请填写名称。"), field="name")
    region = regions.find_region(details.region_code)
    if region is None:
        raise DomainError("region_missing", N_("请选择所在区划。"), field="region_code")
    if not scope.covers(region=region.code, station=path):
        raise DomainError("region_outside", N_("所选区划不在您的管理范围内。"), field="region_code")
    if (details.latitude is None) != (details.longitude is None):
        raise DomainError("half_a_position", N_("经度和纬度要么都填，要么都不填。"), field="longitude")
    columns["region_code"] = region.code
    columns["phone"] = _checked_phone(details.phone)
    return columns


def _checked_phone(typed: str) -> str:
    phone = typed.strip()
    if phone and not PHONE.fullmatch(phone):
        raise DomainError("phone_unfit", N_("电话只写数字、空格和短横线。"), field="phone")
    return phone


def _record(actor: Actor, act: str, station: Station, *, now: datetime, **details: object) -> None:
    audit.record(
        actor, f"stations.{act}", "station", station.id, now=now, region=station.region_code, reason=None, **details
    )
