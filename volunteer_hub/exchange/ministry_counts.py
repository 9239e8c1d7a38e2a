"""Counts the Ministry's yearly tables ask for and no other page needs: teams, stations and places that record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from volunteer_hub.core.db import db
from volunteer_hub.core.scope import in_region, region_prefix
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team


@dataclass(frozen=True)
class Counts:
    """What stands in a division at the end of a year."""

    teams: int = 0
    community_teams: int = 0
    stations: int = 0
    community_stations: int = 0
    #: Counties, streets and communities in which a station's service is in the ledger, by level.
    recording: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Ground:
    """Everything counted once for a division; `within` cuts out a part of it without asking again."""

    teams: Counter[tuple[str, int]]
    stations: Counter[tuple[str, int]]
    recording: frozenset[str]

    def within(self, code: str) -> Counts:
        """Return the counts of a division inside this one."""
        prefix = region_prefix(code)
        return Counts(
            teams=_sum(self.teams, prefix),
            community_teams=_sum(self.teams, prefix, RegionLevel.COMMUNITY),
            stations=_sum(self.stations, prefix),
            community_stations=_sum(self.stations, prefix, RegionLevel.COMMUNITY),
            recording=_levels(code for code in self.recording if code.startswith(prefix)),
        )


def count(region: str, as_of: datetime) -> Ground:
    """Return what stood in a division's subtree at an instant."""
    return Ground(
        teams=_standing(Team, Team.founded_at, Team.dissolved_at, region, as_of),
        stations=_standing(Station, Station.opened_at, Station.closed_at, region, as_of),
        recording=_recording(region, as_of),
    )


def _standing(
    model: type[Team] | type[Station],
    begins: InstrumentedAttribute[datetime],
    ends: InstrumentedAttribute[datetime | None],
    region: str,
    as_of: datetime,
) -> Counter[tuple[str, int]]:
    rows = db.session.execute(
        select(model.region_code, Region.level, func.count())
        .join(Region, Region.code == model.region_code)
        .where(in_region(model.region_code, region), begins <= as_of, or_(ends.is_(None), ends > as_of))
        .group_by(model.region_code, Region.level)
    )
    return Counter({(code, level): number for code, level, number in rows})


def _recording(region: str, as_of: datetime) -> frozenset[str]:
    """Return the divisions of the stations whose service was in the ledger by then."""
    recorded = select(HoursEntry.id).where(HoursEntry.station_id == Station.id, HoursEntry.recorded_at <= as_of)
    codes = select(Station.region_code).where(and_(in_region(Station.region_code, region), recorded.exists()))
    return frozenset(db.session.scalars(codes.distinct()))


def _sum(counted: Counter[tuple[str, int]], prefix: str, least: int = 0) -> int:
    return sum(n for (code, level), n in counted.items() if code.startswith(prefix) and level >= least)


def _levels(codes: Iterable[str]) -> Counter[int]:
    """Return how many counties, streets and communities the codes lie in; a county station names no street."""
    seen: set[tuple[int, str]] = set()
    for code in codes:
        significant = len(region_prefix(code))
        for level, length in ((RegionLevel.COUNTY, 6), (RegionLevel.STREET, 9), (RegionLevel.COMMUNITY, 12)):
            if significant >= length:
                seen.add((level, code[:length]))
    return Counter(level for level, _ in seen)
