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
            P.SET_TARGETS,
            P.SIGN_FIGURES,
            P.SEE_ANOMALIES,
            P.IMPORT,
            P.APPROVE_EXPORT,
            P.SET_POLICIES,
            P.MERGE_PEOPLE,
            P.RECOVER_ACCOUNTS,
            P.RECOGNISE,
            P.ISSUE_CERTIFICATES,
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
            P.RECOVER_ACCOUNTS,
            P.ISSUE_CERTIFICATES,
        }
    ),
    Role.SCANNER: frozenset({P.SCAN}),
    Role.TEAM_LEADER: frozenset({P.LEAD_TEAM, P.SCAN}),
    Role.AUDITOR: frozenset({P.READ_AUDIT, P.SEE_ANOMALIES}),
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


#: What an office may give, inside its own region. An administrator gives any role.
GIVEN_BY_OFFICE = frozenset({Role.SCANNER, Role.STATION_MANAGER, Role.TEAM_LEADER})
#: On which kinds of subtree a role makes sense.
FITS: dict[Role, tuple[ScopeKind, ...]] = {
    Role.ADMINISTRATOR: (ScopeKind.EVERYTHING, ScopeKind.REGION),
    Role.AUDITOR: (ScopeKind.EVERYTHING, ScopeKind.REGION),
    Role.OFFICE: (ScopeKind.REGION, ScopeKind.EVERYTHING),
    Role.STATION_MANAGER: (ScopeKind.STATION, ScopeKind.REGION),
    Role.SCANNER: (ScopeKind.STATION, ScopeKind.REGION, ScopeKind.TEAM),
    Role.TEAM_LEADER: (ScopeKind.TEAM,),
}


def roles_to_give(held: Iterable[Grant]) -> list[Role]:
    """Return the roles that the holder of these grants may give somewhere, in the order of the enumeration."""
    holders = {role for role, _, _ in held}
    return [role for role in Role if any(_gives(holder, role) for holder in holders)]


def may_grant(held: Iterable[Grant], role: Role, kind: ScopeKind, value: str, region_code: str | None) -> bool:
    """Tell whether the holder of these grants may give a role on a subtree, or take it back.

    `region_code` is the division in which the subtree's station or team lies; a division is its own.
    """
    return any(
        _gives(holder, role) and _covers(over, reach, kind, value, region_code) for holder, over, reach in held
    )


def _gives(holder: Role, role: Role) -> bool:
    return holder is Role.ADMINISTRATOR or (holder is Role.OFFICE and role in GIVEN_BY_OFFICE)


def _covers(over: ScopeKind, reach: str, kind: ScopeKind, value: str, region_code: str | None) -> bool:
    """Tell whether the subtree (kind, value) lies inside the subtree (over, reach)."""
    if over is ScopeKind.EVERYTHING:
        return True
    if over is ScopeKind.REGION:
        lies_in = value if kind is ScopeKind.REGION else region_code
        return lies_in is not None and lies_in.startswith(reach)
    return kind is over and value.startswith(reach)
