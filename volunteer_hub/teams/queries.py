"""Reads teams and memberships: for everybody, for oneself, and within the scope of whoever leads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.teams.models import Membership, MembershipState, Specialty, Team, TeamKind
from volunteer_hub.teams.tree import ids_above
from volunteer_hub.volunteers.models import Volunteer

LIVE = (MembershipState.REQUESTED, MembershipState.INVITED, MembershipState.ACTIVE)
ON_A_PAGE = 30
#: Who withdrew from the register keeps the past membership, and counts nowhere.
_belongs = and_(
    Membership.state == MembershipState.ACTIVE,
    Membership.volunteer_id.not_in(select(Volunteer.id).where(Volunteer.withdrawn_at.is_not(None))),
)


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; what is empty narrows nothing."""

    text: str = ""
    specialty: Specialty | None = None
    region: str = ""
    dissolved: bool = False

    @property
    def narrows(self) -> bool:
        """Tell whether anything is sought at all."""
        return bool(self.text or self.specialty or self.region)


@dataclass(frozen=True)
class Field:
    """One of the eight, or the rest: its teams, and its members, each counted once."""

    specialty: Specialty
    teams: int
    members: int


def find_team(team_id: int) -> Team | None:
    """Return a team, dissolved ones too, or None."""
    return db.session.get(Team, team_id)


def get_team(team_id: int) -> Team:
    """Return a team, dissolved ones too. Raises NotFound."""
    team = find_team(team_id)
    if team is None:
        raise NotFound
    return team


def get_managed(scope: Scope, team_id: int) -> Team:
    """Return a team that lies in the scope by its division or its path, read anew. Raises NotFound."""
    statement = select(Team).where(Team.id == team_id, _within(scope))
    team = db.session.scalar(statement.execution_options(populate_existing=True))
    if team is None:
        raise NotFound
    return team


def page_teams(wanted: Wanted, number: int = 1) -> Page[Team]:
    """Return teams for everybody, the upper ones first."""
    return page_of(db.session, _narrowed(wanted).order_by(*_order()), number, ON_A_PAGE)


def page_managed(scope: Scope, wanted: Wanted, number: int = 1) -> Page[Team]:
    """Return the teams of the scope, the upper ones first."""
    return page_of(db.session, _narrowed(wanted).where(_within(scope)).order_by(*_order()), number, ON_A_PAGE)


def list_corps() -> list[Team]:
    """Return the corps: the 1 of 1+8+N, of each district that has one."""
    living = _narrowed(Wanted()).where(Team.kind == TeamKind.CORPS)
    return list(db.session.scalars(living.order_by(Team.region_code, Team.id)))


def list_brigades() -> dict[Specialty, list[Team]]:
    """Return the brigades by specialty."""
    living = _narrowed(Wanted()).where(Team.kind == TeamKind.BRIGADE)
    found: dict[Specialty, list[Team]] = {}
    for team in db.session.scalars(living.order_by(Team.region_code, Team.id)):
        found.setdefault(team.specialty, []).append(team)
    return found


def count_fields() -> list[Field]:
    """Return the eight and the rest with their teams below the corps and their members, each person once a field."""
    rows = db.session.execute(
        select(Team.specialty, func.count(Team.id.distinct()), func.count(Membership.volunteer_id.distinct()))
        .outerjoin(Membership, and_(Membership.team_id == Team.id, _belongs))
        .where(Team.dissolved_at.is_(None), Team.kind != TeamKind.CORPS)
        .group_by(Team.specialty)
    )
    counted = {specialty: (teams, members) for specialty, teams, members in rows}
    return [Field(specialty, *counted.get(specialty, (0, 0))) for specialty in Specialty]


def count_members(teams: Iterable[Team]) -> dict[int, int]:
    """Return how many people belong to each team or to one below it, each person once a team, by team id."""
    ids = [team.id for team in teams]
    upper = aliased(Team)
    # Made first and by itself: otherwise SQLite compares every membership with every team asked for.
    lines = (
        select(upper.id.label("upper_id"), Team.id.label("team_id"))
        .join(Team, Team.path.like(upper.path + "%"))
        .where(upper.id.in_(ids), Team.dissolved_at.is_(None))
        .cte("lines")
        .prefix_with("MATERIALIZED")
    )
    rows = db.session.execute(
        select(lines.c.upper_id, func.count(Membership.volunteer_id.distinct()))
        .join(Membership, Membership.team_id == lines.c.team_id)
        .where(_belongs)
        .group_by(lines.c.upper_id)
    )
    return dict.fromkeys(ids, 0) | {row[0]: row[1] for row in rows}


def count_waiting(teams: Iterable[Team]) -> dict[int, int]:
    """Return how many requests wait at each team itself, by team id; teams without any are left out."""
    rows = db.session.execute(
        select(Membership.team_id, func.count())
        .where(Membership.team_id.in_([team.id for team in teams]), Membership.state == MembershipState.REQUESTED)
        .group_by(Membership.team_id)
    )
    return {row[0]: row[1] for row in rows}


def list_below(team: Team) -> list[Team]:
    """Return the teams directly below one."""
    return list(
        db.session.scalars(
            select(Team).where(Team.parent_id == team.id, Team.dissolved_at.is_(None)).order_by(*_order())
        )
    )


def list_above(team: Team) -> list[Team]:
    """Return the teams above one, from the top."""
    return list(db.session.scalars(select(Team).where(Team.id.in_(ids_above(team.path))).order_by(Team.path)))


def list_possible_parents(scope: Scope) -> list[Team]:
    """Return the corps and brigades of the scope, under which a team may be founded."""
    statement = _narrowed(Wanted()).where(_within(scope), Team.kind != TeamKind.SQUAD)
    return list(db.session.scalars(statement.order_by(*_order())))


def find_live(volunteer_id: int, team_id: int) -> Membership | None:
    """Return a person's request, invitation or membership at a team, whichever lives, read anew."""
    return db.session.scalar(
        select(Membership)
        .where(
            Membership.volunteer_id == volunteer_id,
            Membership.team_id == team_id,
            Membership.state.in_(LIVE),
        )
        .execution_options(populate_existing=True)
    )


def membership_on(volunteer_id: int, team_id: int, day: date) -> Membership | None:
    """Return the membership a person had in a team on a civil date; the day of leaving still counts."""
    return db.session.scalar(
        select(Membership)
        .where(
            Membership.volunteer_id == volunteer_id,
            Membership.team_id == team_id,
            Membership.joined_on <= day,
            or_(Membership.left_on.is_(None), Membership.left_on >= day),
            Membership.state.in_((MembershipState.ACTIVE, MembershipState.LEFT)),
        )
        .order_by(Membership.joined_on.desc(), Membership.id.desc())
        .limit(1)
    )


def teams_of(volunteer_id: int) -> Sequence[AnyRow]:
    """Return (team, membership) for what a person belongs to, has asked for or is invited to, the oldest first."""
    return db.session.execute(
        select(Team, Membership)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.volunteer_id == volunteer_id, Membership.state.in_(LIVE), Team.dissolved_at.is_(None))
        .order_by(Membership.id)
    ).all()


def page_members(
    scope: Scope, team_id: int, states: Sequence[MembershipState], text: str = "", number: int = 1
) -> Page[AnyRow]:
    """Return (membership, volunteer) of a team in the scope, leaders first, then by name. Raises NotFound."""
    team = get_managed(scope, team_id)
    statement = (
        select(Membership, Volunteer)
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Membership.team_id == team.id, Membership.state.in_(states), Volunteer.withdrawn_at.is_(None))
        .order_by(Membership.is_leader.desc(), Volunteer.name, Membership.id)
    )
    if text:
        statement = statement.where(Volunteer.name.contains(text, autoescape=True))
    return page_of(db.session, statement, number, ON_A_PAGE)


def get_membership(scope: Scope, team_id: int, membership_id: int) -> Membership:
    """Return a membership of a team in the scope, read anew. Raises NotFound."""
    statement = (
        select(Membership)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.id == membership_id, Team.id == team_id, _within(scope))
    )
    membership = db.session.scalar(statement.execution_options(populate_existing=True))
    if membership is None:
        raise NotFound
    return membership


def list_leaders(team_id: int) -> list[Volunteer]:
    """Return a team's leaders."""
    return list(
        db.session.scalars(
            select(Volunteer)
            .join(Membership, Membership.volunteer_id == Volunteer.id)
            .where(
                Membership.team_id == team_id,
                Membership.is_leader,
                Membership.state == MembershipState.ACTIVE,
                Volunteer.withdrawn_at.is_(None),
            )
            .order_by(Membership.id)
        )
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.where(region=Team.region_code, team=Team.path)


def _order() -> tuple[ColumnElement[int] | ColumnElement[str], ...]:
    """Upper teams before lower ones, then by place and name."""
    return (func.length(Team.path) - func.length(func.replace(Team.path, "/", "")), Team.region_code, Team.name)  # type: ignore[return-value]  # columns of several types


def _narrowed(wanted: Wanted) -> AnySelect:
    statement: AnySelect = select(Team)
    if not wanted.dissolved:
        statement = statement.where(Team.dissolved_at.is_(None))
    if wanted.specialty is not None:
        statement = statement.where(Team.specialty == wanted.specialty, Team.kind != TeamKind.CORPS)
    if wanted.region:
        statement = statement.where(in_region(Team.region_code, wanted.region))
    for word in wanted.text.split()[:5]:
        statement = statement.where(Team.name.contains(word, autoescape=True))
    return statement
