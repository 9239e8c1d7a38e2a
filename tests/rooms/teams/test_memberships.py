"""Joining, being invited, leaving and leading, with dates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.regions import make_district
from tests.makers.teams import JOINED, make_membership, make_team
from tests.makers.volunteers import VISITOR, make_volunteer
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.teams import queries, service
from volunteer_hub.teams.models import JoinMode, Membership, MembershipState, Team
from volunteer_hub.volunteers import service as volunteer_service
from volunteer_hub.volunteers.models import Volunteer

LEADER = Actor(None, "王队长")
ON_THE_DAY = date(2025, 2, 3)
LATER = JOINED + timedelta(days=10)


def make_pair(join_mode: JoinMode = JoinMode.REQUEST) -> tuple[Team, Volunteer]:
    place = make_district()
    return make_team(place.community, join_mode=join_mode), make_volunteer(place.community)


def state_of(team: Team, volunteer: Volunteer) -> MembershipState | None:
    held = queries.find_live(volunteer.id, team.id)
    return held.state if held else None


@pytest.mark.parametrize(
    ("mode", "state"), [(JoinMode.REQUEST, MembershipState.REQUESTED), (JoinMode.OPEN, MembershipState.ACTIVE)]
)
def test_an_open_team_takes_in_at_once_and_another_decides(
    app: Flask, mode: JoinMode, state: MembershipState
) -> None:
    team, volunteer = make_pair(mode)
    with transaction():
        membership = service.join(VISITOR, volunteer, team.id, now=JOINED)
    assert membership.state is state
    assert membership.joined_on == (ON_THE_DAY if state is MembershipState.ACTIVE else None)
    with pytest.raises(DomainError), transaction():
        service.join(VISITOR, volunteer, team.id, now=JOINED)


def test_a_team_by_invitation_is_not_joined_without_one(app: Flask) -> None:
    team, volunteer = make_pair(JoinMode.INVITATION)
    with pytest.raises(DomainError, match="invitation_only"), transaction():
        service.join(VISITOR, volunteer, team.id, now=JOINED)
    with transaction():
        service.invite(LEADER, EVERYTHING, team.id, f" {volunteer.number.lower()} ", now=JOINED)
    assert state_of(team, volunteer) is MembershipState.INVITED
    with transaction():
        service.join(VISITOR, volunteer, team.id, now=JOINED)
    assert state_of(team, volunteer) is MembershipState.ACTIVE


def test_who_is_invited_is_no_member_until_they_accept(app: Flask) -> None:
    team, volunteer = make_pair()
    with transaction():
        service.invite(LEADER, EVERYTHING, team.id, volunteer.number, now=JOINED)
    assert queries.membership_on(volunteer.id, team.id, ON_THE_DAY) is None
    assert queries.count_members([team]) == {team.id: 0}
    with transaction():
        service.decline_invitation(VISITOR, volunteer, team.id, now=JOINED)
    assert state_of(team, volunteer) is None


def test_inviting_who_has_asked_lets_them_in(app: Flask) -> None:
    team, volunteer = make_pair()
    with transaction():
        service.join(VISITOR, volunteer, team.id, now=JOINED)
        service.invite(LEADER, EVERYTHING, team.id, volunteer.number, now=LATER)
    assert state_of(team, volunteer) is MembershipState.ACTIVE


def test_an_unknown_number_or_a_member_is_not_invited(app: Flask) -> None:
    team, volunteer = make_pair()
    make_membership(team, volunteer)
    gone = make_volunteer(make_district().community)
    with transaction():
        volunteer_service.withdraw(VISITOR, gone, now=LATER)
    for number in ("V0000000000000000A", volunteer.number, gone.number):
        with pytest.raises(DomainError) as refusal, transaction():
            service.invite(LEADER, EVERYTHING, team.id, number, now=LATER)
        assert refusal.value.field == "number"


def test_a_leader_decides_once(app: Flask) -> None:
    team, volunteer = make_pair()
    with transaction():
        membership = service.join(VISITOR, volunteer, team.id, now=JOINED)
        service.accept_request(LEADER, EVERYTHING, team.id, membership.id, now=LATER)
    assert (membership.state, membership.decided_by) == (MembershipState.ACTIVE, "王队长")
    for act in (service.accept_request, service.decline_request):
        with pytest.raises(DomainError, match="already_decided"), transaction():
            act(LEADER, EVERYTHING, team.id, membership.id, now=LATER)


def test_a_declined_request_may_be_made_again(app: Flask) -> None:
    team, volunteer = make_pair()
    with transaction():
        first = service.join(VISITOR, volunteer, team.id, now=JOINED)
        service.decline_request(LEADER, EVERYTHING, team.id, first.id, now=JOINED)
        second = service.join(VISITOR, volunteer, team.id, now=LATER)
    assert first.id != second.id
    assert (first.state, second.state) == (MembershipState.DECLINED, MembershipState.REQUESTED)


def test_leaving_keeps_the_days_of_membership(app: Flask) -> None:
    team, volunteer = make_pair()
    first = make_membership(team, volunteer)
    with transaction():
        service.leave(VISITOR, volunteer, team.id, now=LATER)
    assert (first.state, first.joined_on, first.left_on) == (MembershipState.LEFT, ON_THE_DAY, date(2025, 2, 13))
    with pytest.raises(NotFound), transaction():
        service.leave(VISITOR, volunteer, team.id, now=LATER)
    make_membership(team, volunteer, joined_at=LATER + timedelta(days=10))
    days = {day: queries.membership_on(volunteer.id, team.id, date(2025, 2, day)) for day in (2, 3, 13, 14, 22, 23)}
    assert [day for day, held in days.items() if held] == [3, 13, 23]


def test_who_has_withdrawn_from_the_register_cannot_join(app: Flask) -> None:
    team, volunteer = make_pair(JoinMode.OPEN)
    with transaction():
        volunteer_service.withdraw(VISITOR, volunteer, now=JOINED)
    with pytest.raises(DomainError, match="not_in_register"), transaction():
        service.join(VISITOR, volunteer, team.id, now=LATER)


def test_a_leader_holds_the_role_on_the_team_until_leaving(app: Flask) -> None:
    team, volunteer = make_pair()
    make_membership(team, volunteer, leader=True)
    held = (Role.TEAM_LEADER, ScopeKind.TEAM, team.path)
    assert volunteer.account_id is not None
    assert accounts.list_grants(volunteer.account_id, JOINED) == [held]
    with transaction():
        service.leave(VISITOR, volunteer, team.id, now=LATER)
    assert accounts.list_grants(volunteer.account_id, LATER) == []


def test_a_dismissed_leader_stays_a_member(app: Flask) -> None:
    team, volunteer = make_pair()
    membership = make_membership(team, volunteer, leader=True)
    with transaction():
        service.dismiss_leader(LEADER, EVERYTHING, team.id, membership.id, now=LATER)
    assert (membership.state, membership.is_leader) == (MembershipState.ACTIVE, False)
    assert volunteer.account_id is not None
    assert accounts.list_grants(volunteer.account_id, LATER) == []


def test_only_a_member_becomes_a_leader(app: Flask) -> None:
    team, volunteer = make_pair()
    with transaction():
        membership = service.join(VISITOR, volunteer, team.id, now=JOINED)
    with pytest.raises(DomainError, match="not_a_member"), transaction():
        service.appoint_leader(LEADER, EVERYTHING, team.id, membership.id, now=LATER)


def test_a_membership_of_another_team_is_not_there(app: Flask) -> None:
    team, volunteer = make_pair()
    other = make_team(make_district().far_community)
    membership = make_membership(team, volunteer)
    for scope, team_id in ((EVERYTHING, other.id), (Scope(teams=(other.path,)), team.id)):
        with pytest.raises(NotFound), transaction():
            service.remove_member(LEADER, scope, team_id, membership.id, now=LATER)


def test_who_taps_twice_joins_once(app: Flask) -> None:
    """Red when join() does not take its turn: on PostgreSQL the second breaks uq_memberships_live as a bug."""
    team, volunteer = make_pair(JoinMode.OPEN)
    at_once = 6
    start = Barrier(at_once, timeout=60)

    def tap(_: int) -> str:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    person = db.session.get_one(Volunteer, volunteer_id)
                    return service.join(VISITOR, person, team_id, now=JOINED).state.value
            except DomainError as refusal:
                return refusal.code
            finally:
                db.session.remove()

    team_id, volunteer_id = team.id, volunteer.id
    db.session.rollback()
    with ThreadPoolExecutor(at_once) as pool:
        answers = sorted(pool.map(tap, range(at_once)))
    assert answers == ["active"] + ["already_member"] * (at_once - 1)
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1
