"""Closes sessions whose check-out was forgotten: at the planned end, counting nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import whole_minutes
from volunteer_hub.stations.models import Station

#: After check-out closes, so long is left for scans on their way.
GRACE = timedelta(minutes=5)
BATCH = 500


def close_forgotten(*, now: datetime) -> int:
    """Close every session still open after its shift's check-out window; return how many were closed.

    Chosen by state, not by a span of time, so a timetable that stood still for days catches up. Each is
    closed by a compare-and-set: two workers at once close it once. The session counts zero minutes and
    is of class B, since at most one end was scanned; a person decides what it is worth.
    """
    waiting = db.session.execute(
        select(ServiceSession.id, ServiceSession.in_at, Station.region_code, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Station, Station.id == ServiceSession.station_id)
        .where(ServiceSession.out_at.is_(None), Shift.ends_at < now - GRACE)
        .order_by(Shift.ends_at, ServiceSession.id)
        .limit(BATCH)
    ).all()
    closed = 0
    for session_id, in_at, region_code, starts_at, ends_at in waiting:
        policy = ledger.policy_for(region_code, starts_at, now=now).policy
        if ends_at + timedelta(minutes=policy.out_closes_after) + GRACE > now:
            continue
        out_at = max(in_at, ends_at)
        done = db.session.execute(
            update(ServiceSession)
            .where(ServiceSession.id == session_id, ServiceSession.out_at.is_(None))
            .values(
                out_at=out_at,
                closed_by=CloseKind.AUTOMATIC,
                raw_minutes=whole_minutes(in_at, out_at),
                hours_class=HoursClass.B,
            )
        )
        closed += done.rowcount  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
    return closed
