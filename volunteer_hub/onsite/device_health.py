"""What the enrolled devices at the doors were last heard to say: silent ones, unsent scans, missing numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select

from volunteer_hub.accounts.models import Account, ApiToken, RoleGrant, ScopeKind
from volunteer_hub.accounts.roles import HELD
from volunteer_hub.checkin.models import Device, Scan
from volunteer_hub.core.db import db
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.onsite.health import ShiftHealth
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team

#: A device in use that has not been heard of for so long is silent.
SILENCE = timedelta(minutes=15)
#: Roles whose accounts may scan.
SCANNERS = tuple(role for role, held in HELD.items() if Permission.SCAN in held)


@dataclass(frozen=True)
class Gap:
    """Numbers that never arrived: from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """Return how many they are."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class DeviceHealth:
    """One enrolled device. `unsent` is what it said at `last_seen_at`: nobody knows what it has scanned since."""

    id: int
    name: str
    account: str
    last_seen_at: datetime | None
    unsent: int
    oldest_unsent_at: datetime | None
    gaps: tuple[Gap, ...]
    is_silent: bool

    @property
    def missing(self) -> int:
        """Return how many numbers are missing."""
        return sum(gap.count for gap in self.gaps)


def list_devices(scope: Scope, shifts: Collection[ShiftHealth], now: datetime) -> list[DeviceHealth]:
    """Return the devices that belong to the scope or scanned at these shifts today, worrying ones first.

    Silent is one that was heard of since the door opened at a shift that still runs, and not for fifteen
    minutes; or one that said it keeps unsent scans. A phone that stayed in the drawer is not silent.
    """
    running = [one.shift.starts_at - timedelta(hours=1) for one in shifts if one.is_running(now)]
    since = min(running, default=None)
    rows = db.session.execute(
        select(Device, ApiToken.name, Account.display_name)
        .join(ApiToken, ApiToken.id == Device.id)
        .join(Account, Account.id == ApiToken.account_id)
        .where(
            ApiToken.revoked_at.is_(None),
            or_(
                ApiToken.account_id.in_(_accounts_in(scope, now)),
                Device.id.in_(_seen_at([one.shift.id for one in shifts], now)),
            ),
        )
        .order_by(ApiToken.name, Device.id)
    ).all()
    gaps = find_gaps([device.id for device, _, _ in rows])
    found = [
        DeviceHealth(
            device.id,
            name,
            account,
            device.last_seen_at,
            device.unsent,
            device.oldest_unsent_at,
            tuple(gaps.get(device.id, ())),
            _is_silent(device, since, now),
        )
        for device, name, account in rows
    ]
    return sorted(found, key=lambda device: (not device.is_silent, not device.unsent, not device.gaps, device.name))


def find_gaps(device_ids: Iterable[int]) -> dict[int, list[Gap]]:
    """Return the numbers missing in each device's count of its scans, which begins at 1 and leaves none out."""
    before = func.lag(Scan.device_seq).over(partition_by=Scan.device_id, order_by=Scan.device_seq)
    counted = (
        select(Scan.device_id, Scan.device_seq.label("seq"), func.coalesce(before, 0).label("before"))
        .where(Scan.device_id.in_(list(device_ids)), Scan.device_seq.is_not(None))
        .subquery()
    )
    gaps: dict[int, list[Gap]] = defaultdict(list)
    rows = db.session.execute(
        select(counted.c.device_id, counted.c.before, counted.c.seq)
        .where(counted.c.seq > counted.c.before + 1)
        .order_by(counted.c.device_id, counted.c.seq)
    )
    for device_id, last_known, seq in rows:
        gaps[device_id].append(Gap(last_known + 1, seq - 1))
    return gaps


def _is_silent(device: Device, since: datetime | None, now: datetime) -> bool:
    seen = device.last_seen_at
    if seen is None or now - seen <= SILENCE:
        return False
    return bool(device.unsent) or (since is not None and seen >= since)


def _seen_at(shift_ids: list[int], now: datetime) -> Select[int | None]:
    return select(Scan.device_id).where(
        Scan.shift_id.in_(shift_ids), Scan.received_at > now - timedelta(days=1), Scan.device_id.is_not(None)
    )


def _accounts_in(scope: Scope, now: datetime) -> Select[int]:
    """Select the accounts that may scan on some subtree inside the scope."""
    regions = [
        and_(RoleGrant.scope_kind == ScopeKind.REGION, RoleGrant.scope_value.startswith(prefix, autoescape=True))
        for prefix in scope.regions
    ]
    return (
        select(RoleGrant.account_id)
        .outerjoin(Station, and_(RoleGrant.scope_kind == ScopeKind.STATION, Station.path == RoleGrant.scope_value))
        .outerjoin(Team, and_(RoleGrant.scope_kind == ScopeKind.TEAM, Team.path == RoleGrant.scope_value))
        .where(
            RoleGrant.role.in_(SCANNERS),
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > now),
            or_(
                scope.where(region=func.coalesce(Station.region_code, Team.region_code)),
                scope.where(station=Station.path, team=Team.path),
                *regions,
            ),
        )
    )
