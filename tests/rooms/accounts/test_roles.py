"""Who may give which role where: a pure rule."""

from __future__ import annotations

import pytest

from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.accounts.roles import FITS, HELD, Grant, may_grant, permissions_of, roles_to_give
from volunteer_hub.core.permission import Permission

ADMINISTRATOR: Grant = (Role.ADMINISTRATOR, ScopeKind.EVERYTHING, "")
DISTRICT_ADMINISTRATOR: Grant = (Role.ADMINISTRATOR, ScopeKind.REGION, "220403")
OFFICE: Grant = (Role.OFFICE, ScopeKind.REGION, "220403")
KEEPER: Grant = (Role.STATION_MANAGER, ScopeKind.STATION, "/1/")

INSIDE = "220403002001"
OUTSIDE = "220402002001"


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_gives_every_role_everywhere(role: Role) -> None:
    assert may_grant([ADMINISTRATOR], role, ScopeKind.EVERYTHING, "", None)


@pytest.mark.parametrize(
    ("role", "kind", "value", "region", "may"),
    [
        (Role.SCANNER, ScopeKind.STATION, "/1/7/", INSIDE, True),
        (Role.STATION_MANAGER, ScopeKind.STATION, "/1/7/", INSIDE, True),
        (Role.STATION_MANAGER, ScopeKind.REGION, "220403002", INSIDE, True),
        (Role.TEAM_LEADER, ScopeKind.TEAM, "/3/", INSIDE, True),
        (Role.SCANNER, ScopeKind.STATION, "/1/7/", OUTSIDE, False),
        (Role.SCANNER, ScopeKind.REGION, "2204", "220400000000", False),
        (Role.SCANNER, ScopeKind.EVERYTHING, "", None, False),
        (Role.SCANNER, ScopeKind.STATION, "/1/7/", None, False),
        (Role.OFFICE, ScopeKind.REGION, "220403002", INSIDE, False),
        (Role.ADMINISTRATOR, ScopeKind.REGION, "220403002", INSIDE, False),
        (Role.AUDITOR, ScopeKind.REGION, "220403002", INSIDE, False),
    ],
)
def test_an_office_gives_three_roles_inside_its_own_region(
    role: Role, kind: ScopeKind, value: str, region: str | None, may: bool
) -> None:
    assert may_grant([OFFICE], role, kind, value, region) is may


def test_a_district_administrator_gives_every_role_in_the_district_only() -> None:
    assert may_grant([DISTRICT_ADMINISTRATOR], Role.OFFICE, ScopeKind.REGION, "220403002", None)
    assert not may_grant([DISTRICT_ADMINISTRATOR], Role.OFFICE, ScopeKind.REGION, "2204", None)
    assert not may_grant([DISTRICT_ADMINISTRATOR], Role.OFFICE, ScopeKind.EVERYTHING, "", None)


def test_a_station_manager_gives_nothing() -> None:
    assert roles_to_give([KEEPER]) == []
    assert not may_grant([KEEPER], Role.SCANNER, ScopeKind.STATION, "/1/7/", INSIDE)


def test_who_may_give_roles_also_holds_the_permission_to() -> None:
    for role in Role:
        gives = bool(roles_to_give([(role, ScopeKind.EVERYTHING, "")]))
        assert gives == (Permission.GRANT_ROLES in HELD[role])


def test_a_scanner_may_check_in_and_not_browse_people() -> None:
    held = permissions_of([(Role.SCANNER, ScopeKind.STATION, "/1/")])
    assert Permission.SCAN in held
    assert Permission.SEE_PEOPLE not in held


def test_the_trail_is_read_by_auditors_alone() -> None:
    assert [role for role in Role if Permission.READ_AUDIT in HELD[role]] == [Role.AUDITOR]


def test_every_role_fits_some_subtree() -> None:
    assert set(FITS) == set(Role)
