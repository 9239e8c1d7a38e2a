"""Where a line of the ledger comes from: its session or make-up, what was decided about it, and the scans around it.

These rows name persons too: see `evidence`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, false, or_, select

from volunteer_hub.accounts.models import Account, ApiToken
from volunteer_hub.activities.models import Shift
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.reviews.models import ReviewCase


@dataclass(frozen=True)
class Origin:
    """Where a line comes from: its session or make-up, the reviews and corrections, and every scan around it."""

    session: ServiceSession | None
    make_up: MakeUp | None
    shift: Shift | None
    reviews: list[Row[Any]]
    corrections: list[Row[Any]]
    scans: list[Row[Any]]


def find_origin(entry: HoursEntry) -> Origin:
    """Return what a line was made from. A reversal shows what the line it reverses was made from."""
    first = db.session.get(HoursEntry, entry.reverses_id) if entry.reverses_id else entry
    source = first.source if first else ""
    named, made_up = re.match(r"session:(\d+)", source), re.match(r"make-up:(\d+)", source)
    session = db.session.get(ServiceSession, int(named[1])) if named else None
    make_up = db.session.get(MakeUp, int(made_up[1])) if made_up else None
    shift_id = session.shift_id if session else entry.shift_id
    shift = db.session.get(Shift, shift_id) if shift_id else None
    scans = _scans(entry.volunteer_id, shift_id, session)
    return Origin(session, make_up, shift, _reviews(session), _corrections(session, make_up), scans)


def _corrections(session: ServiceSession | None, make_up: MakeUp | None) -> list[Row[Any]]:
    """Return (correction, decider) of every correction that was approved, in order."""
    about = (
        Correction.session_id == session.id if session else Correction.make_up_id == (make_up.id if make_up else 0)
    )
    return list(
        db.session.execute(
            select(Correction, Account.display_name.label("decider"))
            .outerjoin(Account, Account.id == Correction.decided_by)
            .where(about, Correction.state == RequestState.APPROVED)
            .order_by(Correction.id)
        )
    )


def _reviews(session: ServiceSession | None) -> list[Row[Any]]:
    if session is None:
        return []
    return list(
        db.session.execute(
            select(ReviewCase, Account.display_name.label("decider"))
            .outerjoin(Account, Account.id == ReviewCase.decided_by)
            .where(ReviewCase.session_id == session.id)
            .order_by(ReviewCase.id)
        )
    )


def _scans(volunteer_id: int, shift_id: int | None, session: ServiceSession | None) -> list[Row[Any]]:
    """Return (scan, device, operator) of every attempt of this person at this shift, refused ones too."""
    ends = [scan for scan in (session.in_scan_id, session.out_scan_id) if scan] if session else []
    at_shift = Scan.shift_id == shift_id if shift_id else false()
    return list(
        db.session.execute(
            select(Scan, ApiToken.name.label("device"), Account.display_name.label("operator"))
            .outerjoin(ApiToken, ApiToken.id == Scan.device_id)
            .outerjoin(Account, Account.id == Scan.operator_account_id)
            .where(or_(Scan.id.in_(ends), and_(Scan.volunteer_id == volunteer_id, at_shift)))
            .order_by(Scan.scanned_at, Scan.id)
        )
    )
