"""Makes teams and memberships, through the real service."""

from __future__ import annotations

from datetime import UTC, datetime

from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.teams import service
from volunteer_hub.teams.models import JoinMode, Membership, MembershipState, Specialty, Team, TeamKind
from volunteer_hub.teams.tree import Details
from volunteer_hub.volunteers.models import Volunteer

FOUNDED = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)
JOINED = datetime(2025, 2, 3, 1, 0, tzinfo=UTC)


def make_team(
    region_code: str,
    kind: TeamKind = TeamKind.SQUAD,
    parent: Team | None = None,
    *,
    name: str = "仙城社区志愿服务队",
    specialty: Specialty = Specialty.ENVIRONMENT,
    join_mode: JoinMode = JoinMode.REQUEST,
) -> Team:
    """Return a team in a division, under `parent` if one is given."""
    details = Details(name=name, specialty=specialty, region_code=region_code, join_mode=join_mode)
    with transaction():
        return service.found_team(
            COMMAND_LINE, EVERYTHING, kind, details, parent_id=parent.id if parent else None, now=FOUNDED
        )


def make_membership(
    team: Team, volunteer: Volunteer, *, leader: bool = False, joined_at: datetime = JOINED
) -> Membership:
    """Return an active membership: invited and accepted; a leader also holds the role on the team."""
    with transaction():
        service.invite(COMMAND_LINE, EVERYTHING, team.id, volunteer.number, now=joined_at)
        membership = service.join(COMMAND_LINE, volunteer, team.id, now=joined_at)
        if leader:
            service.appoint_leader(COMMAND_LINE, EVERYTHING, team.id, membership.id, now=joined_at)
    assert membership.state is MembershipState.ACTIVE
    return membership
