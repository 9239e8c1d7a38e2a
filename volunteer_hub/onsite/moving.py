"""Moving between stations: who is still inside at one place and stands at another leaves it and enters the other.

The stay left behind ends as by a leader's closing: half-timed, and never later than its own check-out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from volunteer_hub.activities.models import Shift
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import codes, crediting
from volunteer_hub.checkin.codes import CodeKind, CodeState
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import CloseKind, Scan, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.onsite import bulk_closing
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.queries import find_card, kept_id

#: One place ends just before the other begins, so that the order of the two is never in doubt.
JUST_BEFORE = timedelta(microseconds=1)


def proven_person(item: ScanItem, *, now: datetime) -> int | None:
    """Return who is proven to stand here: by a pick the door has read, by a live code, or by a live card."""
    if item.volunteer_id is not None:
        return item.volunteer_id
    reading = codes.read(item.code, now)
    if reading.state is not CodeState.VALID or reading.subject_id is None:
        return None
    if reading.kind is CodeKind.CARD:
        holder, is_revoked = find_card(reading.subject_id)
        return None if is_revoked else holder
    return kept_id(reading.subject_id) if reading.kind in (CodeKind.PERSONAL, CodeKind.TYPED) else None


def is_known(nonce: str) -> bool:
    """Tell whether this act was carried out before: a form sent again closes nothing."""
    return db.session.scalar(select(Scan.id).where(Scan.nonce == nonce)) is not None


def leave_elsewhere(actor: Actor, volunteer_id: int, shift_id: int, *, now: datetime) -> ServiceSession | None:
    """Close the stay somebody is still in at another shift, and credit it; return it, or None where there is none.

    Claims it by compare-and-set, so that a check-out in the same instant keeps its own time. A stay whose
    check-out is over was forgotten: it blocks nobody, and a person decides what it is worth. Nor does
    anybody close his own stay at a place where others scan: he leaves it by their scan, like everybody.
    """
    found = db.session.execute(
        select(ServiceSession, Shift, Station)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Station, Station.id == ServiceSession.station_id)
        .join(Volunteer, Volunteer.id == ServiceSession.volunteer_id)
        .where(
            Volunteer.account_id.is_distinct_from(actor.account_id or 0),
            ServiceSession.volunteer_id == volunteer_id,
            ServiceSession.out_at.is_(None),
            ServiceSession.shift_id != shift_id,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    session, shift, station = found
    if now > bulk_closing.latest(shift, station, now=now):
        return None
    out_at = max(session.in_at, now - JUST_BEFORE)
    claimed = db.session.execute(
        update(ServiceSession)
        .where(ServiceSession.id == session.id, ServiceSession.out_at.is_(None))
        .values(out_at=out_at, closed_by=CloseKind.BULK)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        return None
    db.session.refresh(session)
    _close(actor, session, shift, station, out_at, now)
    return session


def _close(
    actor: Actor, session: ServiceSession, shift: Shift, station: Station, out_at: datetime, now: datetime
) -> None:
    policy = ledger.policy_for(station.region_code, shift.starts_at, now=now)
    crediting.close(
        session,
        policy,
        crediting.credit_of(session, shift, policy, in_at=session.in_at, out_at=out_at),
        out_at=out_at,
        closed_by=CloseKind.BULK,
        hours_class=HoursClass.B,
        now=now,
        recorded_by=actor.account_id,
    )
    audit.record(
        actor,
        "checkin.move",
        "session",
        session.id,
        now=now,
        region=station.region_code,
        out_at=out_at.isoformat(),
        minutes=session.credited_minutes,
    )
