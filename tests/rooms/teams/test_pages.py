"""Teams as everybody, a volunteer, a leader and an office see them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from tests.makers.teams import make_membership, make_team
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.teams import queries
from volunteer_hub.teams.models import JoinMode, Membership, MembershipState, Specialty, Team, TeamKind


def test_everybody_reads_the_tree(client: FlaskClient) -> None:
    place = make_district()
    corps = make_team(place.county, TeamKind.CORPS, name="西安区总队", specialty=Specialty.OTHER)
    brigade = make_team(place.county, TeamKind.BRIGADE, corps, name="卫生环保支队")
    make_team(place.community, TeamKind.SQUAD, brigade, name="仙城清洁队")
    page = client.get("/teams").text
    assert "西安区总队" in page
    assert "卫生环保支队" in page
    assert "仙城清洁队" in client.get("/teams?specialty=environment").text
    assert "仙城清洁队" in client.get("/teams?q=清洁").text
    assert "仙城清洁队" not in client.get("/teams?q=合唱").text
    assert "仙城清洁队" not in client.get("/teams?q=清洁&region=220403003000").text
    assert client.get("/teams?specialty=nonsense&region=nonsense&page=x").status_code == 200


def test_nobody_is_named_to_who_does_not_belong(client: FlaskClient) -> None:
    place = make_district()
    team = make_team(place.community)
    leader, member = make_volunteer(place.community, "王建国"), make_volunteer(place.community)
    make_membership(team, leader, leader=True)
    address = f"/teams/{team.id}"
    assert "王建国" not in client.get(address).text
    make_membership(team, member)
    assert "王建国" in sign_in(client, member).get(address).text


def test_a_volunteer_asks_and_a_leader_accepts(client: FlaskClient) -> None:
    place = make_district()
    team = make_team(place.community)
    leader, volunteer = make_volunteer(place.community, "王建国"), make_volunteer(place.community)
    make_membership(team, leader, leader=True)
    browser = client.application.test_client()
    assert browser.post(f"/teams/{team.id}/join").location.startswith("/sign-in")
    sign_in(browser, volunteer)
    assert browser.post(f"/teams/{team.id}/join").status_code == 302
    held = queries.find_live(volunteer.id, team.id)
    assert held is not None
    assert held.state is MembershipState.REQUESTED

    sign_in(client, leader)
    manage = f"/manage/teams/{team.id}"
    page = client.get(manage).text
    assert volunteer.name in page
    assert volunteer.mobile not in page
    assert client.post(f"{manage}/memberships/{held.id}/accept").status_code == 302
    assert queries.membership_on(volunteer.id, team.id, clock.civil_date(held.requested_at)) is not None
    assert volunteer.name in client.post(manage, data={"q": volunteer.name[:2]}).text


def test_a_leader_invites_and_the_volunteer_accepts(client: FlaskClient) -> None:
    place = make_district()
    team = make_team(place.community, join_mode=JoinMode.INVITATION)
    leader, volunteer = make_volunteer(place.community, "王建国"), make_volunteer(place.community)
    make_membership(team, leader, leader=True)
    sign_in(client, leader)
    wrong = client.post(f"/manage/teams/{team.id}/invite", data={"number": "V1"})
    assert wrong.status_code == 422
    assert 'value="V1"' in wrong.text
    assert client.post(f"/manage/teams/{team.id}/invite", data={"number": volunteer.number}).status_code == 302
    browser = sign_in(client.application.test_client(), volunteer)
    assert "邀请您加入" in browser.get(f"/teams/{team.id}").text
    assert browser.post(f"/teams/{team.id}/join").status_code == 302
    assert browser.post(f"/teams/{team.id}/leave").status_code == 302
    assert browser.post(f"/teams/{team.id}/leave").status_code == 404


def test_a_leader_leads_their_own_team_and_no_other(client: FlaskClient) -> None:
    place = make_district()
    own, other = make_team(place.community, name="甲队"), make_team(place.community, name="乙队")
    leader, member = make_volunteer(place.community), make_volunteer(place.community)
    make_membership(own, leader, leader=True)
    foreign = make_membership(other, member)
    sign_in(client, leader)
    page = client.get("/manage/teams").text
    assert "甲队" in page
    assert "乙队" not in page
    assert client.get(f"/manage/teams/{other.id}").status_code == 404
    assert client.post(f"/manage/teams/{other.id}/invite", data={"number": leader.number}).status_code == 404
    assert client.post(f"/manage/teams/{other.id}/memberships/{foreign.id}/remove").status_code == 404
    for address in ("/manage/teams/new", f"/manage/teams/{own.id}/edit"):
        assert client.get(address).status_code == 403
    assert client.post(f"/manage/teams/{own.id}/memberships/{foreign.id}/appoint").status_code == 403


def test_the_office_of_another_district_gets_nothing(client: FlaskClient) -> None:
    place = make_district()
    team = make_team(place.community)
    membership = make_membership(team, make_volunteer(place.community))
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, "220402000000"))
    assert client.get(f"/manage/teams/{team.id}").status_code == 404
    assert client.get(f"/manage/teams/{team.id}/edit").status_code == 404
    for act in ("accept", "decline", "remove", "appoint", "dismiss"):
        assert client.post(f"/manage/teams/{team.id}/memberships/{membership.id}/{act}").status_code == 404
    assert client.post(f"/manage/teams/{team.id}/dissolve").status_code == 404


@pytest.mark.parametrize("role", [Role.SCANNER, Role.STATION_MANAGER, Role.AUDITOR])
def test_who_leads_no_team_has_no_pages_of_teams(client: FlaskClient, role: Role) -> None:
    team = make_team(make_district().community)
    sign_in(client, make_staff(role))
    assert client.get("/manage/teams").status_code == 403
    assert client.get(f"/manage/teams/{team.id}").status_code == 403


def test_an_office_founds_changes_and_dissolves_a_team(client: FlaskClient) -> None:
    place = make_district()
    station = make_station(place.community)
    brigade = make_team(place.county, TeamKind.BRIGADE)
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, place.county))
    assert client.get(f"/manage/teams/new?parent={brigade.id}").status_code == 200
    sent = {
        "kind": "squad",
        "parent_id": str(brigade.id),
        "name": "仙城清洁队",
        "specialty": "environment",
        "region_code": place.community,
        "station_id": str(station.id),
        "join_mode": "open",
        "introduction": "每周六清扫。",
    }
    refused = client.post("/manage/teams/new", data=sent | {"kind": "corps"})
    assert refused.status_code == 422
    assert 'value="仙城清洁队"' in refused.text
    assert client.post("/manage/teams/new", data=sent).status_code == 302
    team = db.session.scalars(select(Team).where(Team.name == "仙城清洁队")).one()
    assert (team.parent_id, team.station_id, team.join_mode) == (brigade.id, station.id, JoinMode.OPEN)
    edit = f"/manage/teams/{team.id}/edit"
    assert "每周六清扫。" in client.get(edit).text
    assert client.post(edit, data=sent | {"name": "仙城美化队", "station_id": ""}).status_code == 302
    assert "仙城美化队" in client.get(f"/teams/{team.id}").text
    assert client.post(f"/manage/teams/{brigade.id}/dissolve").location.endswith("/edit")
    assert client.post(f"/manage/teams/{team.id}/dissolve").location == "/manage/teams"
    assert "已于" in client.get(f"/teams/{team.id}").text


def test_an_office_appoints_a_leader_who_may_then_manage(client: FlaskClient) -> None:
    place = make_district()
    team = make_team(place.community)
    volunteer = make_volunteer(place.community)
    membership = make_membership(team, volunteer)
    browser = sign_in(client.application.test_client(), volunteer)
    manage = f"/manage/teams/{team.id}"
    assert browser.get(manage).status_code == 403
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, place.county))
    assert client.post(f"{manage}/memberships/{membership.id}/appoint").status_code == 302
    assert browser.get(manage).status_code == 200
    assert client.post(f"{manage}/memberships/{membership.id}/dismiss").status_code == 302
    assert browser.get(manage).status_code == 403


def test_a_request_is_taken_back_by_who_made_it(client: FlaskClient) -> None:
    place = make_district()
    team = make_team(place.community)
    sign_in(client, make_volunteer(place.community))
    client.post(f"/teams/{team.id}/join")
    assert client.post(f"/teams/{team.id}/decline").status_code == 302
    assert db.session.scalars(select(Membership.state)).all() == [MembershipState.DECLINED]
    assert client.post(f"/teams/{team.id}/decline").status_code == 404
