"""The people a door may have to do with: of a shift, of a team, and those who share a telephone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from volunteer_hub.activities.models import SignUp, SignUpState
from volunteer_hub.activities.states import LIVE
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import Scope
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.models import STILL, Guardian, Standing, Volunteer
from volunteer_hub.volunteers.queries import mobile_index


@dataclass(frozen=True)
class Expected:
    """Somebody with a place at a shift, the team served for, and since when inside, if so."""

    volunteer: Volunteer
    team_id: int | None
    team_name: str | None
    open_session: ServiceSession | None


def list_members(team_id: int) -> list[Volunteer]:
    """Return a team's members who are in the register, by name."""
    return list(
        db.session.scalars(
            select(Volunteer)
            .join(Membership, Membership.volunteer_id == Volunteer.id)
            .where(
                Membership.team_id == team_id,
                Membership.state == MembershipState.ACTIVE,
                Volunteer.withdrawn_at.is_(None),
            )
            .order_by(Volunteer.name, Volunteer.id)
        )
    )


def list_numbered(scope: Scope, numbers: Sequence[str]) -> list[Volunteer]:
    """Return those in the register with these full numbers, as far as a desk of this scope may see them, by name.

    As in the search: whoever works at a station sees anybody whose full number they hold.
    """
    standing = and_(Standing.volunteer_id == Volunteer.id, Standing.until == STILL)
    sees = true() if scope.stations else scope.where(region=Standing.region_code)
    kept = select(func.coalesce(Volunteer.merged_into_id, Volunteer.id)).where(Volunteer.number.in_(numbers))
    statement = select(Volunteer).join(Standing, standing).where(Volunteer.id.in_(kept), sees)
    return list(db.session.scalars(statement.order_by(Volunteer.name, Volunteer.id)))


def list_accepted(shift_id: int) -> list[Volunteer]:
    """Return those with a place at a shift, by name."""
    return list(
        db.session.scalars(
            select(Volunteer)
            .join(SignUp, SignUp.volunteer_id == Volunteer.id)
            .where(SignUp.shift_id == shift_id, SignUp.state == SignUpState.ACCEPTED)
            .order_by(Volunteer.name, Volunteer.id)
        )
    )


def list_here(shift_id: int) -> list[Volunteer]:
    """Return those who signed up for a shift, whether with a place yet or not, and those inside it, by name."""
    signed_up = exists().where(
        SignUp.shift_id == shift_id, SignUp.volunteer_id == Volunteer.id, SignUp.state.in_(LIVE)
    )
    inside = exists().where(
        ServiceSession.shift_id == shift_id,
        ServiceSession.volunteer_id == Volunteer.id,
        ServiceSession.out_at.is_(None),
    )
    statement = select(Volunteer).where(or_(signed_up, inside)).order_by(Volunteer.name, Volunteer.id)
    return list(db.session.scalars(statement))


def list_expected(shift_id: int, led: Scope | None) -> list[Expected]:
    """Return those with a place at a shift, by team and name; only those who serve for a team in `led`, if given."""
    opened = and_(
        ServiceSession.volunteer_id == Volunteer.id,
        ServiceSession.shift_id == shift_id,
        ServiceSession.out_at.is_(None),
    )
    conditions: list[ColumnElement[bool]] = [SignUp.shift_id == shift_id, SignUp.state == SignUpState.ACCEPTED]
    if led is not None:
        conditions.append(led.where(region=Team.region_code, team=Team.path))
    rows = db.session.execute(
        select(Volunteer, SignUp.team_id, Team.name, ServiceSession)
        .join(SignUp, SignUp.volunteer_id == Volunteer.id)
        .outerjoin(Team, Team.id == SignUp.team_id)
        .outerjoin(ServiceSession, opened)
        .where(*conditions)
        .order_by(Team.name, Volunteer.name, Volunteer.id)
    )
    return [Expected(*row) for row in rows]


def families(expected: Sequence[Expected]) -> dict[int, list[int]]:
    """Return groups of two or more who share a telephone, their own or a guardian's, by the first one's id."""
    phones: dict[str, list[int]] = defaultdict(list)
    guardians = _guardians([one.volunteer.id for one in expected])
    for one in expected:
        person = one.volunteer
        phones[guardians.get(person.id, person.mobile_index)].append(person.id)
    return {members[0]: members for members in phones.values() if len(members) > 1}


def _guardians(volunteer_ids: Sequence[int]) -> dict[int, str]:
    """Return the index of the guardian's telephone, by minor."""
    found = db.session.scalars(select(Guardian).where(Guardian.volunteer_id.in_(volunteer_ids)))
    return {guardian.volunteer_id: mobile_index(guardian.mobile) for guardian in found}
