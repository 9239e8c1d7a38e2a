"""Where teams may stand, who may found them, and what is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests.makers.regions import make_district
from tests.makers.teams import FOUNDED, JOINED, make_membership, make_team
from tests.makers.volunteers import make_volunteer
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.teams import queries, service
from volunteer_hub.teams.models import MembershipState, Specialty, TeamKind
from volunteer_hub.teams.queries import Wanted
from volunteer_hub.teams.tree import Details, ids_above, may_stand_under
from volunteer_hub.volunteers import service as volunteer_service

CLERK = Actor(None, "赵主任")
CORPS, BRIGADE, SQUAD = TeamKind
DETAILS = Details("清洁队", Specialty.ENVIRONMENT, "220403002001")


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        (CORPS, None, True),
        (CORPS, CORPS, False),
        (CORPS, BRIGADE, False),
        (CORPS, SQUAD, False),
        (BRIGADE, None, True),
        (BRIGADE, CORPS, True),
        (BRIGADE, BRIGADE, False),
        (BRIGADE, SQUAD, False),
        (SQUAD, None, True),
        (SQUAD, CORPS, True),
        (SQUAD, BRIGADE, True),
        (SQUAD, SQUAD, False),
    ],
)
def test_the_tree_is_corps_brigades_squads(kind: TeamKind, parent: TeamKind | None, fits: bool) -> None:
    assert may_stand_under(kind, parent) is fits


@pytest.mark.parametrize(("path", "above"), [("/1/", []), ("/1/7/", [1]), ("/1/7/12/", [1, 7])])
def test_a_path_tells_what_stands_above(path: str, above: list[int]) -> None:
    assert ids_above(path) == above


def test_a_path_runs_from_the_corps_to_the_squad(app: Flask) -> None:
    place = make_district()
    corps = make_team(place.county, CORPS)
    brigade = make_team(place.county, BRIGADE, corps)
    squad = make_team(place.community, SQUAD, brigade)
    assert squad.path == f"/{corps.id}/{brigade.id}/{squad.id}/"
    assert [team.id for team in queries.list_above(squad)] == [corps.id, brigade.id]
    assert [team.id for team in queries.list_below(corps)] == [brigade.id]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"region_code": "999999999999"}, "region_code"),
        ({"region_code": "220403003001"}, "region_code"),
        ({"station_id": 99}, "station_id"),
    ],
)
def test_a_team_outside_the_scope_or_without_a_name_is_refused(
    app: Flask, changed: dict[str, str], field: str
) -> None:
    make_district()
    street = Scope(regions=("220403002",))
    with pytest.raises(DomainError) as refusal, transaction():
        service.found_team(CLERK, street, SQUAD, replace(DETAILS, **changed), now=FOUNDED)
    assert refusal.value.field == field


def test_a_parent_has_to_fit_in_kind_and_place(app: Flask) -> None:
    place = make_district()
    squad, far = make_team(place.community), make_team(place.other_street, BRIGADE)
    for parent_id, field in ((squad.id, "parent_id"), (far.id, "region_code"), (99, "parent_id")):
        with pytest.raises(DomainError) as refusal, transaction():
            service.found_team(CLERK, EVERYTHING, SQUAD, DETAILS, parent_id=parent_id, now=FOUNDED)
        assert refusal.value.field == field


def test_what_changed_of_a_team_is_told_to_the_trail(app: Flask) -> None:
    team = make_team(make_district().community)
    with transaction():
        service.edit_team(CLERK, EVERYTHING, team.id, replace(DETAILS, name="仙城清洁队"), now=JOINED)
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "teams.edit")).one()
    assert row.details["changed"] == {"name": ["仙城社区志愿服务队", "仙城清洁队"]}


def test_a_dissolved_team_ends_its_memberships_and_takes_nobody_in(app: Flask) -> None:
    place = make_district()
    brigade = make_team(place.county, BRIGADE)
    squad = make_team(place.community, SQUAD, brigade)
    member, other = make_volunteer(place.community), make_volunteer(place.community)
    membership = make_membership(squad, member, leader=True)
    with pytest.raises(DomainError, match="has_teams_below"), transaction():
        service.dissolve_team(CLERK, EVERYTHING, brigade.id, now=JOINED)
    with transaction():
        service.dissolve_team(CLERK, EVERYTHING, squad.id, now=JOINED)
    assert (membership.state, membership.is_leader) == (MembershipState.LEFT, False)
    with pytest.raises(DomainError, match="team_dissolved"), transaction():
        service.join(CLERK, other, squad.id, now=JOINED)
    assert squad not in queries.page_teams(Wanted(text="仙城")).items
    with transaction():
        service.dissolve_team(CLERK, EVERYTHING, brigade.id, now=JOINED)


def test_each_person_counts_once_in_a_team_and_in_a_field(app: Flask) -> None:
    place = make_district()
    corps = make_team(place.county, CORPS, specialty=Specialty.OTHER)
    brigade = make_team(place.county, BRIGADE, corps)
    squads = [make_team(place.community, SQUAD, brigade, name=name) for name in ("甲", "乙")]
    both, one, gone = (make_volunteer(place.community) for _ in range(3))
    for squad, volunteer in ((squads[0], both), (squads[1], both), (squads[0], one), (squads[0], gone)):
        make_membership(squad, volunteer)
    with transaction():
        volunteer_service.withdraw(CLERK, gone, now=JOINED)
    assert queries.count_members([corps, brigade, *squads]) == {
        corps.id: 2,
        brigade.id: 2,
        squads[0].id: 2,
        squads[1].id: 1,
    }
    fields = {field.specialty: (field.teams, field.members) for field in queries.count_fields()}
    assert fields[Specialty.ENVIRONMENT] == (3, 2)
    assert fields[Specialty.OTHER] == (0, 0)
