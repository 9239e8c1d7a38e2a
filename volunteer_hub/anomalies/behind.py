"""The rows behind a flag: scans, stays, ledger lines, corrections and people, as far as it keeps their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import ApiToken
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.amendments.models import Correction
from volunteer_hub.anomalies.models import AnomalyFlag
from volunteer_hub.anomalies.queries import name_accounts
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class Behind:
    """What a flag was found in. Rows are (row, …) as named; `accounts` names whoever appears in them."""

    #: (scan, volunteer, station name, device name)
    scans: list[AnyRow]
    #: (session, volunteer)
    stays: list[AnyRow]
    #: (entry, volunteer)
    entries: list[AnyRow]
    #: (correction, volunteer, session's shift)
    corrections: list[AnyRow]
    people: list[Volunteer]
    #: (shift, activity): where a correction begins.
    shifts: list[AnyRow]
    accounts: dict[int, str]


def read(flag: AnomalyFlag) -> Behind:
    """Return the rows behind a flag, in the order in which they happened: seven statements at most."""
    scans = _scans(_numbers(flag, "scans"))
    entries = _entries(_numbers(flag, "entries"))
    corrections = _corrections(_numbers(flag, "corrections"))
    shown = {row[1].id for rows in (scans, entries, corrections) for row in rows if row[1] is not None}
    # Who stands in another table already needs no line of his own.
    people = [] if shown else _people(_numbers(flag, "volunteers"))
    acting = {scan.operator_account_id for scan, *_ in scans}
    acting |= {number for entry, _ in entries for number in (entry.recorded_by, entry.approved_by)}
    acting |= {number for case, *_ in corrections for number in (case.requested_by, case.decided_by)}
    return Behind(
        scans,
        _stays(_numbers(flag, "sessions")),
        entries,
        corrections,
        people,
        _shifts(_numbers(flag, "shifts")),
        name_accounts({number for number in acting if number is not None}),
    )


def _numbers(flag: AnomalyFlag, kind: str) -> list[int]:
    return [int(number) for number in flag.evidence.get(kind, [])]


def _rows(numbers: list[int], statement: Any) -> list[AnyRow]:
    return list(db.session.execute(statement)) if numbers else []


def _scans(numbers: list[int]) -> list[AnyRow]:
    return _rows(
        numbers,
        select(Scan, Volunteer, Station.name, ApiToken.name)
        .outerjoin(Volunteer, Volunteer.id == Scan.volunteer_id)
        .outerjoin(Station, Station.id == Scan.station_id)
        .outerjoin(ApiToken, ApiToken.id == Scan.device_id)
        .where(Scan.id.in_(numbers))
        .order_by(Scan.scanned_at, Scan.id),
    )


def _stays(numbers: list[int]) -> list[AnyRow]:
    return _rows(
        numbers,
        select(ServiceSession, Volunteer)
        .join(Volunteer, Volunteer.id == ServiceSession.volunteer_id)
        .where(ServiceSession.id.in_(numbers))
        .order_by(ServiceSession.in_at, ServiceSession.id),
    )


def _entries(numbers: list[int]) -> list[AnyRow]:
    return _rows(
        numbers,
        select(HoursEntry, Volunteer)
        .join(Volunteer, Volunteer.id == HoursEntry.volunteer_id)
        .where(HoursEntry.id.in_(numbers))
        .order_by(HoursEntry.recorded_at, HoursEntry.id),
    )


def _corrections(numbers: list[int]) -> list[AnyRow]:
    session = aliased(ServiceSession)
    return _rows(
        numbers,
        select(Correction, Volunteer, session.shift_id)
        .join(session, session.id == Correction.session_id)
        .join(Volunteer, Volunteer.id == session.volunteer_id)
        .where(Correction.id.in_(numbers))
        .order_by(Correction.decided_at, Correction.id),
    )


def _people(numbers: list[int]) -> list[Volunteer]:
    if not numbers:
        return []
    return list(
        db.session.scalars(
            select(Volunteer).where(Volunteer.id.in_(numbers)).order_by(Volunteer.registered_at, Volunteer.id)
        )
    )


def _shifts(numbers: list[int]) -> list[AnyRow]:
    return _rows(
        numbers,
        select(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.id.in_(numbers))
        .order_by(Shift.starts_at, Shift.id),
    )
