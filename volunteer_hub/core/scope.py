"""Row scope: which part of the city an actor may see or change. Fetching is permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

AnyColumn = InstrumentedAttribute[Any] | ColumnElement[Any]


def region_prefix(code: str) -> str:
    """Return the significant digits of a 12-digit division code: 220403000000 → 220403."""
    for length in (2, 4, 6, 9):
        if set(code[length:]) <= {"0"}:
            return code[:length]
    return code


def in_region(column: AnyColumn, code_or_prefix: str) -> ColumnElement[bool]:
    """Return the condition that a 12-digit code column lies in a division's subtree.

    A range of digits, not LIKE, so that an ordinary index serves it under any collation.
    """
    prefix = region_prefix(code_or_prefix) if len(code_or_prefix) == 12 else code_or_prefix
    return column.between(prefix.ljust(12, "0"), prefix.ljust(12, "9"))


@dataclass(frozen=True)
class Scope:
    """Subtrees an actor may touch: of regions (code prefixes), stations and teams (paths), or oneself."""

    everything: bool = False
    regions: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    volunteer_id: int | None = None

    def where(
        self,
        *,
        region: AnyColumn | None = None,
        station: AnyColumn | None = None,
        team: AnyColumn | None = None,
        volunteer: AnyColumn | None = None,
    ) -> ColumnElement[bool]:
        """Return the condition on the given columns: any subtree that covers the row is enough.

        A column left out grants nothing by that way; an empty scope matches no row.
        """
        if self.everything:
            return true()
        ways: list[ColumnElement[bool]] = []
        if region is not None:
            ways += [in_region(region, prefix) for prefix in self.regions]
        if station is not None:
            ways += [station.like(f"{path}%") for path in self.stations]
        if team is not None:
            ways += [team.like(f"{path}%") for path in self.teams]
        if volunteer is not None and self.volunteer_id is not None:
            ways.append(volunteer == self.volunteer_id)
        return or_(*ways) if ways else false()

    def covers(self, *, region: str | None = None, station: str | None = None, team: str | None = None) -> bool:
        """Tell whether one row, given by its region code, station path or team path, lies inside."""
        return (
            self.everything
            or (region is not None and any(region.startswith(prefix) for prefix in self.regions))
            or (station is not None and any(station.startswith(path) for path in self.stations))
            or (team is not None and any(team.startswith(path) for path in self.teams))
        )

    @property
    def empty(self) -> bool:
        """Tell whether nothing at all lies inside."""
        return not (self.everything or self.regions or self.stations or self.teams or self.volunteer_id)


EVERYTHING = Scope(everything=True)
NOTHING = Scope()
