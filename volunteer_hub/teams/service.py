"""Founds and dissolves teams, and lets people join, leave and lead them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, RoleGrant, ScopeKind
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, dialect
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import Scope, region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.regions import queries as regions
from volunteer_hub.stations import queries as stations
from volunteer_hub.teams import queries
from volunteer_hub.teams.models import JoinMode, Membership, MembershipState, Team, TeamKind
from volunteer_hub.teams.tree import Details, may_stand_under
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer


def found_team(
    actor: Actor, scope: Scope, kind: TeamKind, details: Details, *, parent_id: int | None = None, now: datetime
) -> Team:
    """Found a team in the scope, under another or at the top; leaves a row in the trail.

    Raises DomainError at the field at fault: a parent under which it may not stand, a division outside.
    """
    parent = queries.find_team(parent_id) if parent_id else None
    if parent_id and (parent is None or not scope.covers(region=parent.region_code, team=parent.path)):
        raise DomainError("parent_unknown", N_("上级队伍不存在，或不在您的范围内。"), field="parent_id")
    _hold_open(parent)
    if not may_stand_under(kind, parent.kind if parent else None):
        raise DomainError(
            "parent_unfit", N_("总队在最上面，支队在总队下面，分队在支队或总队下面。"), field="parent_id"
        )
    values = _checked(scope, details, parent)
    team = Team(parent_id=parent_id, path="", kind=kind, founded_at=now, **values)
    db.session.add(team)
    # The path holds the team's own number, which the database gives.
    db.session.flush()
    team.path = f"{parent.path if parent else '/'}{team.id}/"
    db.session.flush()
    _record(actor, "found", team, now=now, kind=kind.value, name=team.name, parent=parent_id)
    return team


def edit_team(actor: Actor, scope: Scope, team_id: int, details: Details, *, now: datetime) -> Team:
    """Change what a team says of itself; what changed is told to the trail. Raises NotFound, DomainError."""
    team = queries.get_managed(scope, team_id)
    parent = queries.find_team(team.parent_id) if team.parent_id else None
    changed: dict[str, list[Any]] = {}
    for name, value in _checked(scope, details, parent).items():
        if getattr(team, name) != value:
            changed[name] = [getattr(team, name), value]
            setattr(team, name, value)
    if changed:
        db.session.flush()
        _record(actor, "edit", team, now=now, changed=changed)
    return team


def dissolve_team(actor: Actor, scope: Scope, team_id: int, *, now: datetime) -> None:
    """Dissolve a team: every membership ends today, its history stays. Raises DomainError while others lie below."""
    team = queries.get_managed(scope, team_id)
    _hold_open(team)
    if queries.list_below(team):
        raise DomainError("has_teams_below", N_("它下面还有队伍，请先解散它们。"))
    living = select(Membership).where(Membership.team_id == team.id, Membership.state.in_(queries.LIVE))
    for membership in db.session.scalars(living):
        _end(actor, team, membership, now=now)
    team.dissolved_at = now
    db.session.flush()
    _record(actor, "dissolve", team, now=now)


def join(actor: Actor, volunteer: Volunteer, team_id: int, *, now: datetime) -> Membership:
    """Let a volunteer ask to join, or join where that is open or they are invited; return what now lives.

    Raises NotFound, or DomainError where only invitations lead in, or something lives already.
    """
    team = queries.get_team(team_id)
    _take_turn(volunteer.id, team)
    _check_registered(volunteer)
    held = queries.find_live(volunteer.id, team.id)
    if held is not None and held.state is MembershipState.INVITED:
        return _admit(actor, held, now=now)
    if held is not None:
        raise _already(held)
    if team.join_mode is JoinMode.INVITATION:
        raise DomainError("invitation_only", N_("这支队伍只接受邀请，请联系队长。"))
    membership = _ask(team, volunteer, MembershipState.REQUESTED, now=now)
    return _admit(actor, membership, now=now) if team.join_mode is JoinMode.OPEN else membership


def decline_invitation(actor: Actor, volunteer: Volunteer, team_id: int, *, now: datetime) -> None:
    """Let a volunteer turn an invitation down, or take a request back. Raises NotFound where neither lives."""
    team = queries.get_team(team_id)
    _take_turn(volunteer.id, team)
    held = queries.find_live(volunteer.id, team_id)
    if held is None or held.state is MembershipState.ACTIVE:
        raise NotFound
    _end(actor, team, held, now=now)
    db.session.flush()


def leave(actor: Actor, volunteer: Volunteer, team_id: int, *, now: datetime) -> None:
    """Let a member leave today; a leader's role goes with it. Raises NotFound for who is no member."""
    team = queries.get_team(team_id)
    _take_turn(volunteer.id, team)
    held = queries.find_live(volunteer.id, team_id)
    if held is None or held.state is not MembershipState.ACTIVE:
        raise NotFound
    _end(actor, team, held, now=now)
    db.session.flush()


def invite(actor: Actor, scope: Scope, team_id: int, number: str, *, now: datetime) -> Membership:
    """Invite a volunteer by number: no membership until they accept. Who has asked already is let in.

    Raises NotFound for a team outside the scope, DomainError at field `number`.
    """
    team = queries.get_managed(scope, team_id)
    volunteer = volunteers.find_by_number("".join(number.split()).upper())
    if volunteer is None or volunteers.current_standing(volunteer.id) is None:
        raise DomainError("number_unknown", N_("没有这个志愿者编号，请核对。"), field="number")
    _take_turn(volunteer.id, team)
    held = queries.find_live(volunteer.id, team.id)
    if held is not None and held.state is MembershipState.REQUESTED:
        return _admit(actor, held, now=now)
    if held is not None:
        raise DomainError("already_there", N_("这位志愿者已在队里，或已收到邀请。"), field="number")
    return _ask(team, volunteer, MembershipState.INVITED, now=now)


def accept_request(actor: Actor, scope: Scope, team_id: int, membership_id: int, *, now: datetime) -> Membership:
    """Let in who has asked. Raises NotFound, or DomainError if the request no longer waits."""
    return _admit(actor, _waiting(scope, team_id, membership_id), now=now)


def decline_request(actor: Actor, scope: Scope, team_id: int, membership_id: int, *, now: datetime) -> None:
    """Turn down who has asked. Raises NotFound, or DomainError if the request no longer waits."""
    membership = _waiting(scope, team_id, membership_id)
    _end(actor, queries.get_team(team_id), membership, now=now)
    db.session.flush()


def remove_member(actor: Actor, scope: Scope, team_id: int, membership_id: int, *, now: datetime) -> None:
    """End a membership, or take an invitation back; leaves a row in the trail. Raises NotFound."""
    membership = _held(scope, team_id, membership_id)
    if membership.state not in (MembershipState.ACTIVE, MembershipState.INVITED):
        raise NotFound
    team = queries.get_team(team_id)
    _end(actor, team, membership, now=now)
    db.session.flush()
    _record(actor, "remove_member", team, now=now, volunteer=membership.volunteer_id)


def appoint_leader(actor: Actor, scope: Scope, team_id: int, membership_id: int, *, now: datetime) -> None:
    """Make a member a leader, with the role on the team and those below it. Raises NotFound, DomainError."""
    membership = _held(scope, team_id, membership_id)
    if membership.state is not MembershipState.ACTIVE:
        raise DomainError("not_a_member", N_("先要成为队员，才能担任队长。"))
    if membership.is_leader:
        return
    volunteer = db.session.get_one(Volunteer, membership.volunteer_id)
    if volunteer.account_id is None:
        raise DomainError("no_account", N_("这位志愿者没有账号，不能担任队长。"))
    team = queries.get_team(team_id)
    membership.is_leader = True
    accounts.grant(actor, volunteer.account_id, Role.TEAM_LEADER, ScopeKind.TEAM, team.path, now=now)
    _record(actor, "appoint_leader", team, now=now, volunteer=volunteer.id)
    db.session.flush()


def dismiss_leader(actor: Actor, scope: Scope, team_id: int, membership_id: int, *, now: datetime) -> None:
    """Take a leader's role back; the person stays a member. Raises NotFound."""
    membership = _held(scope, team_id, membership_id)
    if not membership.is_leader:
        raise NotFound
    team = queries.get_team(team_id)
    _take_role(actor, team, membership, now=now)
    _record(actor, "dismiss_leader", team, now=now, volunteer=membership.volunteer_id)
    db.session.flush()


def _checked(scope: Scope, details: Details, parent: Team | None) -> dict[str, Any]:
    name = " ".join(details.name.split())
    if not name:
        raise DomainError("name_missing", N_("请填写队伍名称。"), field="name")
    region = regions.find_region(details.region_code)
    if region is None or not scope.covers(region=region.code):
        raise DomainError("region_outside", N_("请在您的范围内选择所在区划。"), field="region_code")
    if parent is not None and not region.code.startswith(region_prefix(parent.region_code)):
        raise DomainError("region_outside_parent", N_("所在区划应在上级队伍的区划之内。"), field="region_code")
    station = stations.find_station(details.station_id) if details.station_id else None
    if details.station_id and (station is None or station.closed_at is not None):
        raise DomainError("station_unknown", N_("所选的阵地不存在或已停用。"), field="station_id")
    return {
        "name": name,
        "specialty": details.specialty,
        "region_code": region.code,
        "join_mode": details.join_mode,
        "station_id": details.station_id or None,
        "introduction": details.introduction.strip(),
    }


def _hold_open(team: Team | None) -> None:
    """Hold a team's row, so that nothing is founded under what is being dissolved. Raises DomainError if it is."""
    if team is None:
        return
    db.session.refresh(team, with_for_update=True)
    if team.dissolved_at is not None:
        raise DomainError("team_dissolved", N_("这支队伍已经解散。"))


def _take_turn(volunteer_id: int, team: Team) -> None:
    """Let what happens between one person and one team follow one another; nothing happens at a dissolved team."""
    dialect.take_turn(db.session, f"membership:{team.id}:{volunteer_id}")
    db.session.refresh(team, with_for_update={"read": True})
    if team.dissolved_at is not None:
        raise DomainError("team_dissolved", N_("这支队伍已经解散。"))


def _check_registered(volunteer: Volunteer) -> None:
    if volunteers.current_standing(volunteer.id) is None:
        raise DomainError("not_in_register", N_("您已退出志愿者登记，不能加入队伍。"))


def _held(scope: Scope, team_id: int, membership_id: int) -> Membership:
    membership = queries.get_membership(scope, team_id, membership_id)
    _take_turn(membership.volunteer_id, queries.get_team(team_id))
    return queries.get_membership(scope, team_id, membership_id)


def _waiting(scope: Scope, team_id: int, membership_id: int) -> Membership:
    membership = _held(scope, team_id, membership_id)
    if membership.state is not MembershipState.REQUESTED:
        raise DomainError("already_decided", N_("这条申请已经处理过了。"))
    return membership


def _already(held: Membership) -> DomainError:
    if held.state is MembershipState.ACTIVE:
        return DomainError("already_member", N_("您已经是这支队伍的队员。"))
    return DomainError("already_requested", N_("您已提交申请，请等队长审核。"))


def _ask(team: Team, volunteer: Volunteer, state: MembershipState, *, now: datetime) -> Membership:
    membership = Membership(team_id=team.id, volunteer_id=volunteer.id, state=state, requested_at=now)
    db.session.add(membership)
    db.session.flush()
    return membership


def _admit(actor: Actor, membership: Membership, *, now: datetime) -> Membership:
    membership.state, membership.joined_on = MembershipState.ACTIVE, clock.civil_date(now)
    membership.decided_at, membership.decided_by = now, actor.label
    db.session.flush()
    return membership


def _end(actor: Actor, team: Team, membership: Membership, *, now: datetime) -> None:
    """End whatever lives: a membership by leaving today, a request or an invitation by declining."""
    if membership.is_leader:
        _take_role(actor, team, membership, now=now)
    if membership.state is MembershipState.ACTIVE:
        membership.state, membership.left_on = MembershipState.LEFT, clock.civil_date(now)
    else:
        membership.state = MembershipState.DECLINED
    membership.decided_at, membership.decided_by = now, actor.label


def _take_role(actor: Actor, team: Team, membership: Membership, *, now: datetime) -> None:
    membership.is_leader = False
    account_id = select(Volunteer.account_id).where(Volunteer.id == membership.volunteer_id).scalar_subquery()
    grants = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == Role.TEAM_LEADER,
        RoleGrant.scope_kind == ScopeKind.TEAM,
        RoleGrant.scope_value == team.path,
        RoleGrant.revoked_at.is_(None),
    )
    for grant_id in db.session.scalars(grants).all():
        accounts.revoke(actor, grant_id, now=now)


def _record(actor: Actor, act: str, team: Team, *, now: datetime, **details: Any) -> None:
    audit.record(actor, f"teams.{act}", "team", team.id, now=now, region=team.region_code, **details)
