"""What goes on at the doors right now: counts only, no names, so that whoever may scan may look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp, SignUpState
from volunteer_hub.checkin.models import CloseKind, Outcome, Scan, ScanRuling, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.queries import find_policy
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team

#: Over so long the speed of a queue is measured, by the times at which people were scanned.
PACE = timedelta(minutes=10)
MOST = 200


@dataclass
class ShiftHealth:
    """One shift as its door stands now. Everything is of today but who signed up, is inside, or left."""

    shift: Shift
    activity: Activity
    station: Station
    check_out_closes: datetime
    signed_up: int = 0
    inside: int = 0
    left: int = 0
    #: Reason of refusal → how often today.
    refused: dict[str, int] = field(default_factory=dict)
    #: Scans nobody has ruled on yet.
    pending: int = 0
    #: Sessions the timetable closed.
    automatic: int = 0
    #: Scans in the last ten minutes, and the middle one of the gaps between them, in seconds.
    recent: int = 0
    gap_seconds: float | None = None

    def is_running(self, now: datetime) -> bool:
        """Tell whether people may be at the door: from an hour before the start until check-out closes."""
        return self.shift.starts_at - timedelta(hours=1) <= now <= self.check_out_closes

    def open_after_end(self, now: datetime) -> int:
        """Return how many are still inside although the planned end is over."""
        return self.inside if now > self.shift.ends_at else 0

    @property
    def per_minute(self) -> float:
        """Return scans a minute over the last ten minutes."""
        return self.recent / (PACE.total_seconds() / 60)


def list_shifts(scope: Scope, now: datetime) -> list[ShiftHealth]:
    """Return today's shifts in the scope, and any other with somebody still inside: running ones first."""
    today = clock.at(clock.civil_date(now))
    rows = db.session.execute(_of_today(scope, today).order_by(Shift.starts_at, Shift.id).limit(MOST))
    found = {
        shift.id: ShiftHealth(shift, activity, station, _closes(shift, station, now))
        for shift, activity, station in rows
    }
    _count_sign_ups(found)
    _count_sessions(found)
    _count_scans(found, today)
    _measure_pace(found, now)
    return sorted(found.values(), key=lambda one: (not one.is_running(now), one.shift.starts_at, one.shift.id))


def _of_today(scope: Scope, today: datetime) -> Any:
    somebody_inside = (
        select(ServiceSession.id).where(ServiceSession.shift_id == Shift.id, ServiceSession.out_at.is_(None)).exists()
    )
    of_today = and_(
        Shift.starts_at < today + timedelta(days=1),
        Shift.ends_at >= today,
        Shift.cancelled_at.is_(None),
        Activity.state == ActivityState.PUBLISHED,
    )
    return (
        select(Shift, Activity, Station)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .where(
            scope.where(region=Station.region_code, station=Station.path, team=Team.path),
            or_(of_today, somebody_inside),
        )
    )


def _closes(shift: Shift, station: Station, now: datetime) -> datetime:
    version = find_policy(station.region_code, shift.starts_at, now=now)
    policy = version.policy if version else Policy()
    return shift.ends_at + timedelta(minutes=policy.out_closes_after)


def _count_sign_ups(found: dict[int, ShiftHealth]) -> None:
    counted = _grouped(SignUp.shift_id, found, SignUp.state == SignUpState.ACCEPTED)
    for shift_id, count in counted:
        found[shift_id].signed_up = count


def _count_sessions(found: dict[int, ShiftHealth]) -> None:
    people = func.count(ServiceSession.volunteer_id.distinct())
    for name, condition in (
        ("inside", ServiceSession.out_at.is_(None)),
        ("left", ServiceSession.closed_by != CloseKind.VOIDED),
        ("automatic", ServiceSession.closed_by == CloseKind.AUTOMATIC),
    ):
        for shift_id, count in _grouped(ServiceSession.shift_id, found, condition, counted=people):
            setattr(found[shift_id], name, count)


def _count_scans(found: dict[int, ShiftHealth], today: datetime) -> None:
    refused = db.session.execute(
        select(Scan.shift_id, Scan.reason, func.count())
        .where(Scan.shift_id.in_(list(found)), Scan.outcome == Outcome.REFUSED, Scan.received_at >= today)
        .group_by(Scan.shift_id, Scan.reason)
        .order_by(func.count().desc(), Scan.reason)
    )
    for shift_id, reason, count in refused:
        found[shift_id or 0].refused[reason] = count
    unruled = ~select(ScanRuling.scan_id).where(ScanRuling.scan_id == Scan.id).exists()
    # A placeholder's scans wait for a claim, not for the tray.
    waits = and_(Scan.outcome == Outcome.PENDING, Scan.walk_in_id.is_(None), unruled)
    for shift_id, count in _grouped(Scan.shift_id, found, waits):
        found[shift_id].pending = count


def _measure_pace(found: dict[int, ShiftHealth], now: datetime) -> None:
    times: dict[int, list[datetime]] = defaultdict(list)
    rows = db.session.execute(
        select(Scan.shift_id, Scan.scanned_at)
        .where(
            Scan.shift_id.in_(list(found)),
            Scan.received_at > now - PACE,
            Scan.scanned_at > now - PACE,
            Scan.scanned_at <= now,
        )
        .order_by(Scan.scanned_at)
    )
    for shift_id, at in rows:
        times[shift_id or 0].append(at)
    for shift_id, moments in times.items():
        found[shift_id].recent = len(moments)
        found[shift_id].gap_seconds = _median_gap(moments)


def _median_gap(moments: Sequence[datetime]) -> float | None:
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    return median(gaps) if gaps else None


def _grouped(
    column: Any, found: Collection[int], *conditions: ColumnElement[bool], counted: ColumnElement[int] | None = None
) -> list[tuple[int, int]]:
    rows = db.session.execute(
        select(column, func.count() if counted is None else counted)
        .where(column.in_(list(found)), *conditions)
        .group_by(column)
    )
    return [(shift_id, count) for shift_id, count in rows]
