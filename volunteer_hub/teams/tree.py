"""Where a team may stand in the tree of 1+8+N, and what its path says. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from volunteer_hub.teams.models import JoinMode, Specialty, TeamKind

#: Below which kinds each kind may stand; None is the top.
STANDS_UNDER: dict[TeamKind, frozenset[TeamKind | None]] = {
    TeamKind.CORPS: frozenset({None}),
    TeamKind.BRIGADE: frozenset({None, TeamKind.CORPS}),
    TeamKind.SQUAD: frozenset({None, TeamKind.CORPS, TeamKind.BRIGADE}),
}


@dataclass(frozen=True)
class Details:
    """What is said of a team by whoever founds or changes it; its kind and place are said once."""

    name: str
    specialty: Specialty
    region_code: str
    join_mode: JoinMode = JoinMode.REQUEST
    station_id: int | None = None
    introduction: str = ""


def may_stand_under(kind: TeamKind, parent: TeamKind | None) -> bool:
    """Tell whether a team of one kind may stand below another, or at the top (None)."""
    return parent in STANDS_UNDER[kind]


def ids_above(path: str) -> list[int]:
    """Return the ids of the teams above one, from the top: /1/7/12/ → 1, 7."""
    return [int(part) for part in path.strip("/").split("/")[:-1]]
