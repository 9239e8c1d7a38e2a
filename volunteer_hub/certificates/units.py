"""Stations and teams as issuers: which recorded a person's services, and what each prints of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select, update
from sqlalchemy.orm import aliased

from volunteer_hub.audit import service as audit
from volunteer_hub.certificates import services
from volunteer_hub.certificates.models import RecordingUnit, UnitSeal
from volunteer_hub.certificates.queries import Unit, get_unit
from volunteer_hub.certificates.seal_pictures import SealPicture
from volunteer_hub.certificates.services import Done
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn, upsert
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.stations import queries as stations
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team


class UnitKind(StrEnum):
    """What a recording unit is."""

    STATION = "station"
    TEAM = "team"


@dataclass(frozen=True)
class Offer:
    """A unit that recorded something of a person, and the minutes it and the units below it recorded."""

    kind: UnitKind
    key: int
    name: str
    minutes: int

    @property
    def value(self) -> str:
        """Return it as a form sends it: station:5."""
        return f"{self.kind}:{self.key}"


def list_offers(done: Sequence[Done]) -> list[Offer]:
    """Return the units that recorded these services and those above them: stations first, the nearest first."""
    station_ids = _ids({one.station_path for one in done})
    team_ids = _ids({one.team_path for one in done})
    found: list[tuple[int, Offer]] = []
    for station in db.session.scalars(select(Station).where(Station.id.in_(station_ids))):
        minutes = services.total(services.of_unit(done, station_path=station.path, team_path=None))
        found.append((-station.path.count("/"), Offer(UnitKind.STATION, station.id, station.name, minutes)))
    for team in db.session.scalars(select(Team).where(Team.id.in_(team_ids))):
        minutes = services.total(services.of_unit(done, station_path=None, team_path=team.path))
        found.append((100 - team.path.count("/"), Offer(UnitKind.TEAM, team.id, team.name, minutes)))
    return [offer for _, offer in sorted(found, key=lambda pair: (pair[0], pair[1].key))]


def covered_by(unit: Unit, done: Sequence[Done]) -> list[Done]:
    """Return the services that a unit recorded."""
    return services.of_unit(
        done,
        station_path=unit.station.path if unit.station else None,
        team_path=unit.team.path if unit.team else None,
    )


def place_of(kind: UnitKind, key: int) -> Station | Team:
    """Return the station or team itself."""
    return db.session.get_one(Station, key) if kind is UnitKind.STATION else db.session.get_one(Team, key)


def get_place(scope: Scope, kind: UnitKind, key: int) -> Station | Team:
    """Return a station or team of the scope. Raises NotFound."""
    if kind is UnitKind.STATION:
        return stations.get_managed(scope, key)
    home = aliased(Station)
    found = db.session.scalar(_teams(scope, home).where(Team.id == key))
    if found is None:
        raise NotFound
    return found


def list_places(scope: Scope) -> list[tuple[str, str]]:
    """Return the open stations and teams of the scope, as a form offers them."""
    home = aliased(Station)
    listed = [(f"{UnitKind.STATION}:{one.id}", one.name) for one in stations.list_for_scanning(scope)]
    teams = db.session.scalars(_teams(scope, home).where(Team.dissolved_at.is_(None)).order_by(Team.path))
    return [*listed, *((f"{UnitKind.TEAM}:{one.id}", one.name) for one in teams)]


def _teams(scope: Scope, home: type[Station]) -> Select[Team]:
    inside = scope.where(region=Team.region_code, team=Team.path, station=home.path)
    return select(Team).outerjoin(home, home.id == Team.station_id).where(inside)


def ensure(kind: UnitKind, place: Station | Team, *, now: datetime) -> Unit:
    """Return a station or a team as a recording unit, made where it is not one yet."""
    column = "station_id" if kind is UnitKind.STATION else "team_id"
    letter = "S" if kind is UnitKind.STATION else "T"
    db.session.execute(
        upsert(db.session, table_of(RecordingUnit))
        .values(
            **{column: place.id},
            prefix=f"{place.region_code[:6]}{letter}{place.id:04d}",
            person_in_charge="",
            contact="",
            changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=[column])
    )
    found = db.session.scalars(select(RecordingUnit).where(getattr(RecordingUnit, column) == place.id)).one()
    return get_unit(EVERYTHING, found.id)


def change(actor: Actor, unit: Unit, *, person_in_charge: str, contact: str, now: datetime) -> None:
    """Set what a unit's certificates say of it from now on. Those issued before stay as they are."""
    unit.row.person_in_charge, unit.row.contact = person_in_charge, contact
    unit.row.changed_at, unit.row.changed_by = now, actor.account_id
    audit.record(actor, "certificates.change_unit", "recording_unit", unit.row.id, now=now, region=unit.region_code)


def use_seal(actor: Actor, unit: Unit, picture: SealPicture | None, *, now: datetime) -> None:
    """Let another picture of the seal, or none, be printed from now on."""
    take_turn(db.session, f"unit-seal:{unit.row.id}")
    db.session.execute(
        update(UnitSeal)
        .where(UnitSeal.unit_id == unit.row.id, UnitSeal.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    if picture is not None:
        seal = UnitSeal(unit_id=unit.row.id, added_at=now, added_by=actor.account_id)
        seal.content, seal.digest = picture.content, picture.digest
        db.session.add(seal)
        db.session.flush()
    audit.record(
        actor,
        "certificates.use_seal" if picture else "certificates.withdraw_seal",
        "recording_unit",
        unit.row.id,
        now=now,
        region=unit.region_code,
        digest=picture.digest if picture else None,
    )


def _ids(paths: set[str | None]) -> set[int]:
    return {int(part) for path in paths if path for part in path.split("/") if part}
