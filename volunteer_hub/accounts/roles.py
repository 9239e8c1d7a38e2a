"""Which role holds which permissions: a pure table."""

from __future__ import annotations

from collections.abc import Iterable

from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING, Scope

P = Permission

HELD: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(P) - {P.READ_AUDIT},
    Role.OFFICE: frozenset(
        {
            P.SCAN,
            P.SEE_PEOPLE,
            P.OPEN_IDENTITY,
            P.RAISE_ASSURANCE,
            P.MANAGE_STATIONS,
            P.MANAGE_ACTIVITIES,
            P.MANAGE_TEAMS,
            P.LEAD_TEAM,
            P.DECIDE_REVIEWS,
            P.SEE_STATISTICS,
            P.EXPORT,
            P.SET_POPULATION,
            P.GRANT_ROLES,
        }
    ),
    Role.STATION_MANAGER: frozenset(
        {
            P.SCAN,
            P.SEE_PEOPLE,
            P.RAISE_ASSURANCE,
            P.MANAGE_ACTIVITIES,
            P.DECIDE_REVIEWS,
        }
    ),
    Role.SCANNER: frozenset({P.SCAN}),
    Role.TEAM_LEADER: frozenset({P.LEAD_TEAM, P.SCAN}),
    Role.AUDITOR: frozenset({P.READ_AUDIT}),
}

Grant = tuple[Role, ScopeKind, str]


def permissions_of(grants: Iterable[Grant]) -> frozenset[Permission]:
    """Return everything the grants hold, plus one's own pages, which every account has."""
    held = {Permission.OWN_PAGES}
    for role, _, _ in grants:
        held |= HELD[role]
    return frozenset(held)


def scope_of(grants: Iterable[Grant], permission: Permission, volunteer_id: int | None) -> Scope:
    """Return the union of the subtrees on which some role holds the permission."""
    chosen = [(kind, value) for role, kind, value in grants if permission in HELD[role]]
    if any(kind is ScopeKind.EVERYTHING for kind, _ in chosen):
        return EVERYTHING
    return Scope(
        regions=tuple(value for kind, value in chosen if kind is ScopeKind.REGION),
        stations=tuple(value for kind, value in chosen if kind is ScopeKind.STATION),
        teams=tuple(value for kind, value in chosen if kind is ScopeKind.TEAM),
        volunteer_id=volunteer_id if permission is Permission.OWN_PAGES else None,
    )
