"""Taking a place, waiting, withdrawing, moving up, being taken in or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from tests.rooms.activities.people import ACTOR, sign
from volunteer_hub.activities import queries, sign_ups
from volunteer_hub.activities.models import Audience, Shift, SignUp, SignUpState
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import JoinMode, Membership, MembershipState, Specialty, Team, TeamKind
from volunteer_hub.volunteers.models import Volunteer

START = datetime(2026, 5, 16, 1, 0, tzinfo=UTC)
NOW = START - timedelta(days=1)
HOUR = timedelta(hours=1)
S = SignUpState


def a_shift(station: Station, **kwargs: object) -> Shift:
    return make_shift(station, starts_at=START, ends_at=START + 2 * HOUR, **kwargs)


def people(count: int) -> list[Volunteer]:
    return [make_volunteer(District.community, f"志愿者{n}") for n in range(count)]


def state(shift: Shift, volunteer: Volunteer) -> SignUpState:
    db.session.rollback()
    return db.session.scalars(
        select(SignUp.state).where(SignUp.shift_id == shift.id, SignUp.volunteer_id == volunteer.id)
    ).one()


def row(shift: Shift, volunteer: Volunteer) -> SignUp:
    return db.session.scalars(
        select(SignUp).where(SignUp.shift_id == shift.id, SignUp.volunteer_id == volunteer.id)
    ).one()


def taken(shift: Shift) -> int:
    db.session.rollback()
    return db.session.get_one(Shift, shift.id).taken


def withdraw(shift: Shift, volunteer: Volunteer, now: datetime = NOW) -> None:
    with transaction():
        sign_ups.withdraw(ACTOR, shift.id, volunteer.id, now=now)


def refused(shift: Shift, volunteer: Volunteer, now: datetime = NOW) -> DomainError:
    with pytest.raises(DomainError) as caught:
        sign(shift, volunteer, now)
    return caught.value


def make_team(*, parent: Team | None = None, name: str = "环保志愿服务队") -> Team:
    with transaction():
        team = Team(
            parent_id=parent.id if parent else None,
            path="",
            kind=TeamKind.SQUAD if parent else TeamKind.BRIGADE,
            specialty=Specialty.ENVIRONMENT,
            name=name,
            region_code=District.county,
            join_mode=JoinMode.OPEN,
            founded_at=NOW,
        )
        db.session.add(team)
        db.session.flush()
        team.path = f"{parent.path if parent else '/'}{team.id}/"
    return team


def join(team: Team, volunteer: Volunteer, state: MembershipState = MembershipState.ACTIVE) -> None:
    with transaction():
        db.session.add(
            Membership(
                team_id=team.id,
                volunteer_id=volunteer.id,
                state=state,
                joined_on=date(2026, 1, 1),
                requested_at=NOW,
                left_on=date(2026, 5, 14) if state is MembershipState.LEFT else None,
            )
        )


def test_a_place_is_taken_and_counted(station: Station) -> None:
    shift, (person,) = a_shift(station, capacity=2), people(1)
    assert sign(shift, person, NOW) is S.ACCEPTED
    assert taken(shift) == 1


def test_a_full_shift_puts_on_the_waiting_list(station: Station) -> None:
    shift, (first, second) = a_shift(station, capacity=1), people(2)
    assert [sign(shift, person, NOW) for person in (first, second)] == [S.ACCEPTED, S.WAITING]
    assert taken(shift) == 1


def test_who_withdraws_frees_the_place_for_the_first_who_waited(station: Station) -> None:
    shift, (holder, late, early) = a_shift(station, capacity=1), people(3)
    sign(shift, holder, NOW)
    sign(shift, late, NOW + 2 * HOUR)
    make_sign_up(shift, early, S.WAITING, asked_at=NOW + HOUR)
    assert queries.count_ahead(row(shift, late)) == 1
    withdraw(shift, holder, NOW + 3 * HOUR)
    assert [state(shift, person) for person in (holder, early, late)] == [S.WITHDRAWN, S.OFFERED, S.WAITING]
    assert row(shift, early).changed_by is None
    assert taken(shift) == 1


def test_signing_up_again_uses_the_same_row_and_the_end_of_the_queue(station: Station) -> None:
    shift, (back, other) = a_shift(station, capacity=1), people(2)
    sign(shift, back, NOW)
    first_row = row(shift, back).id
    sign(shift, other, NOW)
    withdraw(shift, back)
    assert sign(shift, back, NOW + HOUR) is S.WAITING
    again = row(shift, back)
    assert (again.id, again.asked_at) == (first_row, NOW + HOUR)
    assert taken(shift) == 1


def test_withdrawing_ends_when_the_shift_begins(station: Station) -> None:
    shift, (person, other) = a_shift(station), people(2)
    sign(shift, person, NOW)
    with pytest.raises(DomainError, match="shift_started"):
        withdraw(shift, person, START)
    withdraw(shift, person, START - timedelta(seconds=1))
    for stranger in (person, other):
        with pytest.raises(NotFound):
            withdraw(shift, stranger)


def test_nobody_moves_up_once_the_shift_has_begun(station: Station) -> None:
    shift, (holder, waiting) = a_shift(station, capacity=1), people(2)
    sign(shift, holder, NOW)
    sign(shift, waiting, NOW)
    with transaction():
        sign_ups.decline(ACTOR, row(shift, holder), "未到场", now=START + HOUR)
    assert [state(shift, person) for person in (holder, waiting)] == [S.DECLINED, S.WAITING]
    assert taken(shift) == 0


def test_a_person_who_left_the_register_is_passed_over(station: Station) -> None:
    shift, (holder, gone, next_one) = a_shift(station, capacity=1), people(3)
    for person in (holder, gone, next_one):
        sign(shift, person, NOW)
    with transaction():
        db.session.get_one(Volunteer, gone.id).withdrawn_at = NOW
    withdraw(shift, holder)
    assert [state(shift, person) for person in (gone, next_one)] == [S.WAITING, S.OFFERED]


def test_the_collision_names_the_other_activity(station: Station) -> None:
    shift, (person,) = a_shift(station), people(1)
    other = make_shift(station, starts_at=START + HOUR, ends_at=START + 3 * HOUR, title="敬老院理发")
    after = make_shift(station, starts_at=START + 2 * HOUR, ends_at=START + 3 * HOUR)
    sign(shift, person, NOW)
    error = refused(other, person)
    assert (error.code, error.params["title"]) == ("collides", "街道清洁日")
    assert sign(after, person, NOW) is S.ACCEPTED
    withdraw(shift, person)
    assert refused(other, person).params["starts"] == "05-16 11:00"
    withdraw(after, person)
    assert sign(other, person, NOW) is S.ACCEPTED


def test_a_cancelled_shift_no_longer_binds(station: Station) -> None:
    shift, (person,) = a_shift(station), people(1)
    sign(shift, person, NOW)
    with transaction():
        db.session.get_one(Shift, shift.id).cancelled_at = NOW
    assert sign(a_shift(station), person, NOW) is S.ACCEPTED


@pytest.mark.parametrize(
    ("membership", "code"),
    [(None, "not_in_team"), (MembershipState.REQUESTED, "not_in_team"), (MembershipState.LEFT, "not_in_team")],
)
def test_team_only_refuses_strangers_the_pending_and_who_left_yesterday(
    station: Station, membership: MembershipState | None, code: str
) -> None:
    team, (person,) = make_team(), people(1)
    if membership:
        join(team, person, membership)
    error = refused(a_shift(station, team_id=team.id, audience=Audience.TEAM), person)
    assert (error.code, error.params) == (code, {"team": "环保志愿服务队"})


def test_a_member_serves_for_the_team_and_a_squad_member_for_the_squad(station: Station) -> None:
    team = make_team()
    squad = make_team(parent=team, name="河道分队")
    shift = a_shift(station, team_id=team.id, audience=Audience.TEAM)
    member, of_squad, of_both = people(3)
    join(team, member)
    join(squad, of_squad)
    join(squad, of_both)
    join(team, of_both)
    for person in (member, of_squad, of_both):
        assert sign(shift, person, NOW) is S.ACCEPTED
    assert [row(shift, person).team_id for person in (member, of_squad, of_both)] == [team.id, squad.id, team.id]


def test_an_open_activity_of_a_team_takes_others_for_nobody(station: Station) -> None:
    shift, (person,) = a_shift(station, team_id=make_team().id), people(1)
    sign(shift, person, NOW)
    assert row(shift, person).team_id is None


def test_a_child_below_the_minimum_age_is_refused_with_the_age(station: Station) -> None:
    child, shift = make_volunteer(District.community, birth_on=date(2018, 1, 1)), a_shift(station)
    with pytest.raises(DomainError) as caught, transaction():
        sign_ups.sign_up(ACTOR, shift.id, child, now=NOW, minimum_age=10)
    assert (caught.value.code, caught.value.params) == ("too_young", {"age": 10})
    assert sign(shift, child, NOW) is S.ACCEPTED
