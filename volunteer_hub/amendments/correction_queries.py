"""Reads credited hours as subjects of corrections, and the corrections proposed in a scope."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class Subject:
    """Hours that were credited, from a session or from a make-up, as they stand now."""

    session: ServiceSession | None
    make_up: MakeUp | None
    volunteer: Volunteer
    shift: Shift
    activity: Activity
    station: Station

    @property
    def row(self) -> ServiceSession | MakeUp:
        """Return the one of the two that there is."""
        row = self.session or self.make_up
        if row is None:
            raise NotFound
        return row

    @property
    def times(self) -> Times:
        """Return from when to when, as it counts now."""
        return Times(self.row.in_at, self.row.out_at or self.row.in_at)

    @property
    def minutes(self) -> int:
        """Return the minutes in the ledger now."""
        return self.session.credited_minutes if self.session else self.make_up.minutes if self.make_up else 0

    @property
    def is_credited(self) -> bool:
        """Tell whether anything stands in the ledger that could be corrected."""
        if self.session is not None:
            return self.session.is_credited
        return self.make_up is not None and self.make_up.state is RequestState.APPROVED and self.make_up.minutes > 0

    @property
    def hours_class(self) -> HoursClass:
        """Return the class in which it counts now."""
        return self.session.hours_class if self.session else HoursClass.C

    @property
    def closed_by(self) -> CloseKind | None:
        """Return how the session ended; None for a make-up."""
        return self.session.closed_by if self.session else None


@dataclass(frozen=True)
class CorrectionFile:
    """A correction with its subject and who took part in it."""

    correction: Correction
    subject: Subject
    requester: str | None
    decider: str | None

    @property
    def is_stale(self) -> bool:
        """Tell whether the hours have changed since the proposer saw them."""
        seen = self.correction
        return (
            not self.subject.is_credited
            or self.subject.row.revision != seen.revision
            or self.subject.times != Times(seen.old_in_at, seen.old_out_at)
        )

    @property
    def new_times(self) -> Times | None:
        """Return the times proposed; None where nobody served."""
        seen = self.correction
        if seen.new_in_at is None or seen.new_out_at is None:
            return None
        return Times(seen.new_in_at, seen.new_out_at)


def get_session_subject(scope: Scope, session_id: int) -> Subject:
    """Return a session as a subject. Raises NotFound outside the scope."""
    row = db.session.execute(
        select(ServiceSession, Volunteer, Shift, Activity, Station)
        .join(Volunteer, Volunteer.id == ServiceSession.volunteer_id)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == ServiceSession.station_id)
        .where(ServiceSession.id == session_id, _within(scope))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Subject(row[0], None, *row[1:])


def get_make_up_subject(scope: Scope, make_up_id: int) -> Subject:
    """Return a make-up as a subject. Raises NotFound outside the scope."""
    row = db.session.execute(
        select(MakeUp, Volunteer, Shift, Activity, Station)
        .join(Volunteer, Volunteer.id == MakeUp.volunteer_id)
        .join(Shift, Shift.id == MakeUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == MakeUp.station_id)
        .where(MakeUp.id == make_up_id, _within(scope))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Subject(None, *row)


def page_corrections(scope: Scope, *, decided: bool, number: int = 1) -> Page[CorrectionFile]:
    """Return the corrections in the scope: those pending, oldest first, or those decided, latest first."""
    if decided:
        statement = _files(scope).where(Correction.state != RequestState.PENDING)
        statement = statement.order_by(Correction.decided_at.desc(), Correction.id.desc())
    else:
        statement = _files(scope).where(Correction.state == RequestState.PENDING)
        statement = statement.order_by(Correction.requested_at, Correction.id)
    page = page_of(db.session, statement, number, 20)
    return page.map(_file)


def get_correction(scope: Scope, correction_id: int) -> CorrectionFile:
    """Return one correction with its file. Raises NotFound outside the scope."""
    row = db.session.execute(_files(scope).where(Correction.id == correction_id)).one_or_none()
    if row is None:
        raise NotFound
    return _file(row)


def find_pending(subject: Subject) -> Correction | None:
    """Return the correction of these hours that waits, if any."""
    which = (
        Correction.session_id == subject.session.id
        if subject.session
        else Correction.make_up_id == (subject.make_up.id if subject.make_up else 0)
    )
    return db.session.scalar(select(Correction).where(which, Correction.state == RequestState.PENDING))


def count_pending(scope: Scope) -> int:
    """Return how many corrections wait in the scope."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Correction)
            .join(Station, Station.id == Correction.station_id)
            .where(Correction.state == RequestState.PENDING, _within(scope))
        )
        or 0
    )


def list_sessions(shift_id: int) -> list[tuple[ServiceSession, Volunteer]]:
    """Return the sessions of a shift that were not voided, in order of arrival."""
    rows = db.session.execute(
        select(ServiceSession, Volunteer)
        .join(Volunteer, Volunteer.id == ServiceSession.volunteer_id)
        .where(
            ServiceSession.shift_id == shift_id,
            ServiceSession.closed_by.is_distinct_from(CloseKind.VOIDED),
        )
        .order_by(ServiceSession.in_at, ServiceSession.id)
    )
    return [(session, volunteer) for session, volunteer in rows]


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.where(region=Station.region_code, station=Station.path)


def _files(scope: Scope) -> AnySelect:
    requester, decider = aliased(Account), aliased(Account)
    shift_id = func.coalesce(ServiceSession.shift_id, MakeUp.shift_id)
    volunteer_id = func.coalesce(ServiceSession.volunteer_id, MakeUp.volunteer_id)
    return (
        select(
            Correction,
            ServiceSession,
            MakeUp,
            Volunteer,
            Shift,
            Activity,
            Station,
            requester.display_name,
            decider.display_name,
        )
        .outerjoin(ServiceSession, ServiceSession.id == Correction.session_id)
        .outerjoin(MakeUp, MakeUp.id == Correction.make_up_id)
        .join(Volunteer, Volunteer.id == volunteer_id)
        .join(Shift, Shift.id == shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Correction.station_id)
        .outerjoin(requester, requester.id == Correction.requested_by)
        .outerjoin(decider, decider.id == Correction.decided_by)
        .where(_within(scope))
    )


def _file(row: AnyRow) -> CorrectionFile:
    correction, *subject, requester, decider = row
    return CorrectionFile(correction, Subject(*subject), requester, decider)
