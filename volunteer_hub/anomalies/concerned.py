"""Who is behind what a flag concerns: the accounts that are told, and may answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select

from volunteer_hub.accounts.models import Account, ApiToken, Role, RoleGrant, ScopeKind
from volunteer_hub.anomalies.rows import Subject, SubjectKind
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Membership, MembershipState
from volunteer_hub.volunteers.models import Volunteer


def list_accounts(subjects: Iterable[Subject], now: datetime) -> list[int]:
    """Return the accounts behind these subjects that can still sign in, lowest first.

    A person's own; of a device, whose token it is; of a team, its leaders; of a station, its managers, not
    the office above, which decides.
    """
    found: set[int] = set()
    by_kind: dict[SubjectKind, set[int]] = {}
    for one in subjects:
        by_kind.setdefault(one.kind, set()).update(one.numbers)
    for kind, numbers in by_kind.items():
        if kind in (SubjectKind.ACCOUNT, SubjectKind.PAIR):
            found |= numbers
        elif kind is not SubjectKind.MOBILE and kind is not SubjectKind.SHIFT:
            found |= {number for number in db.session.scalars(_behind(kind, numbers, now)) if number is not None}
    live = select(Account.id).where(Account.id.in_(found), Account.disabled_at.is_(None))
    return sorted(db.session.scalars(live))


def _behind(kind: SubjectKind, numbers: set[int], now: datetime) -> AnySelect:
    if kind is SubjectKind.VOLUNTEER:
        return select(Volunteer.account_id).where(Volunteer.id.in_(numbers))
    if kind is SubjectKind.DEVICE:
        return select(ApiToken.account_id).where(ApiToken.id.in_(numbers))
    if kind is SubjectKind.TEAM:
        return (
            select(Volunteer.account_id)
            .join(Membership, Membership.volunteer_id == Volunteer.id)
            .where(Membership.team_id.in_(numbers), Membership.is_leader, Membership.state == MembershipState.ACTIVE)
        )
    return (
        select(RoleGrant.account_id)
        .join(Station, Station.path == RoleGrant.scope_value)
        .where(
            Station.id.in_(numbers),
            RoleGrant.scope_kind == ScopeKind.STATION,
            RoleGrant.role == Role.STATION_MANAGER,
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > now),
        )
    )
