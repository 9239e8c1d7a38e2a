"""Reads what waits for a person's decision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.reviews.models import CaseKind, ReviewCase
from volunteer_hub.reviews.opening import still_open
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class CaseFile:
    """A case with everything its decider looks at: a session or a scan, and what it belongs to."""

    case: ReviewCase
    session: ServiceSession | None
    scan: Scan | None
    volunteer: Volunteer
    shift: Shift
    activity: Activity
    station: Station

    @property
    def stay(self) -> ServiceSession:
        """Return the session the case is about. Raises NotFound for a case about a scan."""
        if self.session is None:
            raise NotFound
        return self.session

    @property
    def made(self) -> Scan:
        """Return the scan the case is about. Raises NotFound for a case about a session."""
        if self.scan is None:
            raise NotFound
        return self.scan


def _cases(scope: Scope) -> AnySelect:
    return (
        select(ReviewCase, ServiceSession, Scan, Volunteer, Shift, Activity, Station)
        .outerjoin(ServiceSession, ServiceSession.id == ReviewCase.session_id)
        .outerjoin(Scan, Scan.id == ReviewCase.scan_id)
        .join(Volunteer, Volunteer.id == func.coalesce(ServiceSession.volunteer_id, Scan.volunteer_id))
        .join(Shift, Shift.id == func.coalesce(ServiceSession.shift_id, Scan.shift_id))
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == ReviewCase.station_id)
        # Claims of placeholders have pages of their own, also once they are decided and lead to a session.
        .where(
            ReviewCase.kind != CaseKind.WALK_IN,
            scope.where(region=Station.region_code, station=Station.path),
        )
    )


def page_cases(scope: Scope, *, decided: bool = False, number: int = 1) -> Page[CaseFile]:
    """Return the cases in the scope: those still open, oldest first, or those decided, latest first."""
    if decided:
        statement = _cases(scope).where(ReviewCase.decided_at.is_not(None)).order_by(ReviewCase.decided_at.desc())
    else:
        statement = (
            _cases(scope)
            .where(ReviewCase.decided_at.is_(None), still_open())
            .order_by(ReviewCase.opened_at, ReviewCase.id)
        )
    page = page_of(db.session, statement, number, 20)
    return page.map(lambda row: CaseFile(*row))


def get_case(scope: Scope, case_id: int) -> CaseFile:
    """Return one case with its file. Raises NotFound outside the scope."""
    row = db.session.execute(_cases(scope).where(ReviewCase.id == case_id)).one_or_none()
    if row is None:
        raise NotFound
    return CaseFile(*row)


def count_open(scope: Scope) -> int:
    """Return how many cases wait in the scope."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ReviewCase)
            .join(Station, Station.id == ReviewCase.station_id)
            .outerjoin(ServiceSession, ServiceSession.id == ReviewCase.session_id)
            .outerjoin(Scan, Scan.id == ReviewCase.scan_id)
            .where(
                ReviewCase.decided_at.is_(None),
                still_open(),
                scope.where(region=Station.region_code, station=Station.path),
            )
        )
        or 0
    )


def list_evidence(file: CaseFile) -> list[AnyRow]:
    """Return every scan of this person at this shift, refused ones too, in order, with the operator's name."""
    operator = aliased(Account)
    return list(
        db.session.execute(
            select(Scan, operator.display_name)
            .outerjoin(operator, operator.id == Scan.operator_account_id)
            .where(Scan.volunteer_id == file.volunteer.id, Scan.shift_id == file.shift.id)
            .order_by(Scan.scanned_at, Scan.id)
        )
    )
