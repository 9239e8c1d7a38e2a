"""Which sessions and scans need a person: found by state, so nothing is missed however long nobody looked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.models import CloseKind, Direction, Outcome, Scan, ScanRuling, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.reviews.models import CaseKind, ReviewCase

BATCH = 1000
_Present = aliased(ServiceSession)
_Decided = aliased(ReviewCase)
#: A check-out without a check-in is asked about when the other phone has had so long to send its half.
INCOMPLETE_AFTER = timedelta(hours=2)


def open_missing_cases(*, now: datetime) -> int:
    """Open a case for every session and scan that needs one and has none; return how many.

    The unique keys on kind and session, and on kind and scan, make a second run harmless.
    """
    opened = sum(_open_for_sessions(kind, now) for kind in _SESSIONS) + sum(
        _open_for_scans(kind, now) for kind in (CaseKind.QUARANTINED_SCAN, CaseKind.INCOMPLETE, CaseKind.CONFLICT)
    )
    db.session.flush()
    return opened


def still_open() -> ColumnElement[bool]:
    """Return the condition that an undecided case still asks something: a scan that came later may have answered it.

    For statements in which ReviewCase is joined with its session and its scan, where it has them.
    """
    return or_(
        ReviewCase.kind.in_([CaseKind.CONFLICT, CaseKind.WALK_IN]),
        and_(ReviewCase.kind == CaseKind.AUTOMATIC_CLOSE, _SESSIONS[CaseKind.AUTOMATIC_CLOSE]),
        and_(ReviewCase.kind == CaseKind.OVERLAP, _SESSIONS[CaseKind.OVERLAP]),
        and_(ReviewCase.kind == CaseKind.QUARANTINED_SCAN, ~_is_ruled()),
        and_(ReviewCase.kind == CaseKind.INCOMPLETE, ~_is_ruled(), ~_was_here()),
    )


_SESSIONS: dict[CaseKind, ColumnElement[bool]] = {
    CaseKind.AUTOMATIC_CLOSE: ServiceSession.closed_by == CloseKind.AUTOMATIC,
    CaseKind.OVERLAP: and_(
        ServiceSession.reductions.contains("overlap"),
        ServiceSession.closed_by.in_([CloseKind.SCANNED, CloseKind.BULK]),
    ),
    #: Something had been credited, and a scan that came late took it back.
    CaseKind.CONFLICT: and_(ServiceSession.closed_by == CloseKind.VOIDED, ServiceSession.revision > 1),
}


def _open_for_sessions(kind: CaseKind, now: datetime) -> int:
    rows = db.session.execute(
        select(ServiceSession.id, ServiceSession.station_id)
        .where(_SESSIONS[kind], ~exists().where(ReviewCase.session_id == ServiceSession.id, ReviewCase.kind == kind))
        .order_by(ServiceSession.id)
        .limit(BATCH)
    ).all()
    for session_id, station_id in rows:
        db.session.add(ReviewCase(kind=kind, session_id=session_id, station_id=station_id, opened_at=now))
    return len(rows)


def _open_for_scans(kind: CaseKind, now: datetime) -> int:
    needs = {
        CaseKind.QUARANTINED_SCAN: and_(Scan.outcome == Outcome.PENDING, Scan.volunteer_id.is_not(None)),
        CaseKind.INCOMPLETE: and_(
            Scan.is_admissible,
            Scan.reason == "not_checked_in",
            Scan.received_at < now - INCOMPLETE_AFTER,
            Shift.ends_at < now - INCOMPLETE_AFTER,
            ~_was_here(),
        ),
        CaseKind.CONFLICT: _contradicts_a_person(),
    }
    rows = db.session.execute(
        select(Scan.id, Scan.station_id, Scan.operator_account_id)
        .join(Shift, Shift.id == Scan.shift_id)
        .where(
            needs[kind],
            ~_is_ruled(),
            ~exists().where(ReviewCase.scan_id == Scan.id, ReviewCase.kind == kind),
        )
        .order_by(Scan.id)
        .limit(BATCH)
    ).all()
    for scan_id, station_id, operator in rows:
        db.session.add(
            ReviewCase(
                kind=kind,
                scan_id=scan_id,
                station_id=station_id,
                opened_at=now,
                # Whoever made a scan that cannot stand by itself is not the one to say that it does.
                requested_by=None if kind is CaseKind.CONFLICT else operator,
            )
        )
    return len(rows)


def _is_ruled() -> ColumnElement[bool]:
    return exists().where(ScanRuling.scan_id == Scan.id)


def _was_here() -> ColumnElement[bool]:
    """Tell whether the person of a scan has a session at its shift: then the other half has come."""
    return (
        exists()
        .where(
            _Present.volunteer_id == Scan.volunteer_id,
            _Present.shift_id == Scan.shift_id,
            func.coalesce(_Present.closed_by, CloseKind.SCANNED) != CloseKind.VOIDED,
        )
        .correlate(Scan)
    )


def _contradicts_a_person() -> ColumnElement[bool]:
    """Tell whether a check-out reached the server after a person had decided the stay it lies in."""
    return and_(
        Scan.is_admissible,
        Scan.direction == Direction.OUT,
        exists()
        .where(
            _Present.volunteer_id == Scan.volunteer_id,
            _Present.shift_id == Scan.shift_id,
            _Present.closed_by == CloseKind.LEADER,
            _Present.in_at <= Scan.scanned_at,
            _Decided.session_id == _Present.id,
            _Decided.decided_at < Scan.received_at,
        )
        .correlate(Scan),
    )
