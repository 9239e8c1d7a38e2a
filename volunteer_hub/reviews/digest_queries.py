"""What waits at each station, in numbers, and which accounts are responsible for it: for the digest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from volunteer_hub.accounts.models import Account, ApiToken, RoleGrant, ScopeKind
from volunteer_hub.accounts.roles import HELD, Grant
from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp, SignUpState
from volunteer_hub.checkin.models import CloseKind, Device, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.permission import Permission
from volunteer_hub.reviews.models import CaseKind, ReviewCase
from volunteer_hub.stations.models import Station

#: A device belongs to the stations at which it scanned within so long.
IN_USE = timedelta(days=7)
#: Roles that decide about hours, and so are told what waits.
RESPONSIBLE = tuple(role for role, held in HELD.items() if Permission.DECIDE_REVIEWS in held)


@dataclass
class Waiting:
    """What waits at one station, or at several together."""

    #: People still inside although their shift is over.
    open_after_end: int = 0
    #: Forgotten check-outs that nobody has decided about.
    automatic: int = 0
    #: Scans, and stays out of them, that nobody has decided about.
    quarantined: int = 0
    #: Scans that devices said they still keep.
    unsent: int = 0
    #: People who had a place yesterday and did not come.
    absent: int = 0

    def add(self, other: Waiting) -> None:
        """Add another station's numbers."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

    @property
    def is_nothing(self) -> bool:
        """Tell whether nothing waits at all."""
        return not any(getattr(self, item.name) for item in fields(self))


def count_waiting(now: datetime, *, absent_on: date | None) -> dict[int, Waiting]:
    """Return what waits, by station; `absent_on` is the civil date whose absences count, or None for none."""
    found: dict[int, Waiting] = defaultdict(Waiting)
    for name, statement in (
        ("open_after_end", _open_after_end(now)),
        ("automatic", _undecided(CaseKind.AUTOMATIC_CLOSE)),
        ("quarantined", _undecided(CaseKind.QUARANTINED_SCAN, CaseKind.INCOMPLETE, CaseKind.CONFLICT)),
        ("unsent", _unsent(now)),
        *([("absent", _absent(absent_on))] if absent_on else []),
    ):
        for station_id, count in db.session.execute(statement):
            setattr(found[station_id], name, int(count))
    return {station_id: waiting for station_id, waiting in found.items() if not waiting.is_nothing}


def find_responsible(station_ids: Iterable[int], now: datetime) -> dict[int, list[int]]:
    """Return the accounts responsible for each station: those at the nearest level that has any.

    First the station itself and the stations above it, then the division and those above, then whoever
    holds everything.
    """
    grants = _grants(now)
    stations = db.session.execute(
        select(Station.id, Station.path, Station.region_code).where(Station.id.in_(list(station_ids)))
    )
    return {station_id: _nearest(grants, path, region_code) for station_id, path, region_code in stations}


def find_levels(path: str, region_code: str, now: datetime) -> list[list[int]]:
    """Return who decides about a station's hours, the nearest level first: see `find_responsible`.

    Without a path those of the division alone.
    """
    return _levels(_grants(now), path, region_code)


def _nearest(grants: list[tuple[int, Grant]], path: str, region_code: str) -> list[int]:
    return next(iter(_levels(grants, path, region_code)), [])


def _levels(grants: list[tuple[int, Grant]], path: str, region_code: str) -> list[list[int]]:
    by_closeness: dict[tuple[int, int], set[int]] = defaultdict(set)
    for account_id, (_role, kind, value) in grants:
        if kind is ScopeKind.STATION and path and path.startswith(value):
            by_closeness[2, len(value)].add(account_id)
        elif kind is ScopeKind.REGION and region_code.startswith(value):
            by_closeness[1, len(value)].add(account_id)
        elif kind is ScopeKind.EVERYTHING:
            by_closeness[0, 0].add(account_id)
    return [sorted(by_closeness[closeness]) for closeness in sorted(by_closeness, reverse=True)]


def _grants(now: datetime) -> list[tuple[int, Grant]]:
    rows = db.session.execute(
        select(RoleGrant.account_id, RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_value)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.role.in_(RESPONSIBLE),
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > now),
            Account.disabled_at.is_(None),
        )
    )
    return [(account_id, (role, kind, value)) for account_id, role, kind, value in rows]


def _open_after_end(now: datetime) -> Any:
    return (
        select(ServiceSession.station_id, func.count())
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .where(ServiceSession.out_at.is_(None), Shift.ends_at < now)
        .group_by(ServiceSession.station_id)
    )


def _undecided(*kinds: CaseKind) -> Any:
    return (
        select(ReviewCase.station_id, func.count())
        .where(ReviewCase.decided_at.is_(None), ReviewCase.kind.in_(kinds))
        .group_by(ReviewCase.station_id)
    )


def _unsent(now: datetime) -> Any:
    """Count what devices said they keep, at stations where they scanned lately or to which their accounts belong."""
    scanned = select(Scan.device_id, Scan.station_id).where(
        Scan.device_id.in_(select(Device.id).where(Device.unsent > 0)),
        Scan.received_at > now - IN_USE,
        Scan.station_id.is_not(None),
    )
    assigned = (
        select(ApiToken.id, Station.id)
        .join(
            RoleGrant,
            and_(RoleGrant.account_id == ApiToken.account_id, RoleGrant.scope_kind == ScopeKind.STATION),
        )
        .join(Station, Station.path == RoleGrant.scope_value)
        .where(RoleGrant.revoked_at.is_(None))
    )
    places = scanned.union(assigned).subquery("places")
    device_id, station_id = places.c
    return (
        select(station_id, func.sum(Device.unsent))
        .join(Device, Device.id == device_id)
        .join(ApiToken, ApiToken.id == Device.id)
        .where(ApiToken.revoked_at.is_(None), Device.unsent > 0)
        .group_by(station_id)
    )


def _absent(day: date) -> Any:
    came = (
        select(ServiceSession.id)
        .where(
            ServiceSession.shift_id == SignUp.shift_id,
            ServiceSession.volunteer_id == SignUp.volunteer_id,
            ServiceSession.closed_by.is_distinct_from(CloseKind.VOIDED),
        )
        .exists()
    )
    return (
        select(Activity.station_id, func.count())
        .join(Shift, Shift.activity_id == Activity.id)
        .join(SignUp, SignUp.shift_id == Shift.id)
        .where(
            Shift.ends_at.between(clock.at(day), clock.end_of(day)),
            Shift.cancelled_at.is_(None),
            Activity.state.in_((ActivityState.PUBLISHED, ActivityState.CLOSED)),
            SignUp.state == SignUpState.ACCEPTED,
            ~came,
        )
        .group_by(Activity.station_id)
    )
