"""Reads what volunteers object to: their own, and those that wait in a scope, with what the ledger said since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.activities.queries import Listed
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.amendments.objection_models import Objection, ObjectionState
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.regions.models import Region
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

Subject = TypeVar("Subject", ServiceSession, MakeUp, HoursEntry)

#: Shifts offered to who misses hours.
OFFERED = 40


@dataclass(frozen=True)
class ObjectionFile:
    """An objection with what it is about."""

    objection: Objection
    volunteer: Volunteer
    shift: Shift | None
    activity: Activity | None
    station: Station | None
    region: Region
    decider: str | None


def list_own(volunteer_id: int, number: int = 1) -> Page[ObjectionFile]:
    """Return a volunteer's objections, the latest first."""
    statement = _files().where(Objection.volunteer_id == volunteer_id).order_by(Objection.id.desc())
    return page_of(db.session, statement, number, 20).map(_file)


def get_own(volunteer_id: int, objection_id: int) -> ObjectionFile:
    """Return one of a volunteer's objections. Raises NotFound for anybody else's."""
    return _one(_files().where(Objection.id == objection_id, Objection.volunteer_id == volunteer_id))


def get_objection(scope: Scope, objection_id: int) -> ObjectionFile:
    """Return one objection. Raises NotFound outside the scope."""
    return _one(_files().where(Objection.id == objection_id, _within(scope)))


def page_objections(scope: Scope, *, decided: bool, number: int = 1) -> Page[ObjectionFile]:
    """Return the objections in the scope: those that wait, the first due first, or those answered, latest first."""
    statement = _files().where(_within(scope))
    if decided:
        statement = statement.where(Objection.state != ObjectionState.ASKED).order_by(Objection.decided_at.desc())
    else:
        statement = statement.where(Objection.state == ObjectionState.ASKED).order_by(Objection.due_on, Objection.id)
    return page_of(db.session, statement, number, 20).map(_file)


def list_waiting_own(volunteer_id: int) -> list[Objection]:
    """Return what a volunteer has asked and nobody has answered."""
    return list(
        db.session.scalars(
            select(Objection).where(Objection.volunteer_id == volunteer_id, Objection.state == ObjectionState.ASKED)
        )
    )


def list_overdue(today: date, limit: int) -> list[int]:
    """Return objections that nobody has answered in time and that have not gone on, the oldest first."""
    return list(
        db.session.scalars(
            select(Objection.id)
            .where(
                Objection.state == ObjectionState.ASKED, Objection.due_on < today, Objection.escalated_at.is_(None)
            )
            .order_by(Objection.due_on, Objection.id)
            .limit(limit)
        )
    )


def find_session(volunteer_id: int, session_id: int) -> ServiceSession:
    """Return one of a volunteer's own stays. Raises NotFound."""
    return _own(db.session.get(ServiceSession, session_id), volunteer_id)


def find_make_up(volunteer_id: int, make_up_id: int) -> MakeUp:
    """Return one of a volunteer's own make-ups. Raises NotFound."""
    return _own(db.session.get(MakeUp, make_up_id), volunteer_id)


def find_entry(volunteer_id: int, entry_id: int) -> HoursEntry:
    """Return one of a volunteer's own lines of the ledger. Raises NotFound."""
    return _own(db.session.get(HoursEntry, entry_id), volunteer_id)


def find_shift(volunteer_id: int, shift_id: int) -> Listed:
    """Return a shift a volunteer had signed up for. Raises NotFound."""
    row = db.session.execute(_signed_up(volunteer_id).where(Shift.id == shift_id)).first()
    if row is None:
        raise NotFound
    return Listed(*row)


def list_shifts(volunteer_id: int, now: datetime) -> list[Listed]:
    """Return the past shifts a volunteer had signed up for, the latest first: one of them may be missing hours."""
    statement = _signed_up(volunteer_id).where(Shift.starts_at <= now).order_by(Shift.starts_at.desc())
    return [Listed(*row) for row in db.session.execute(statement.limit(OFFERED))]


def _signed_up(volunteer_id: int) -> AnySelect:
    return (
        select(Shift, Activity, Station)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .join(SignUp, SignUp.shift_id == Shift.id)
        .where(SignUp.volunteer_id == volunteer_id)
    )


def list_lines_since(objection: Objection) -> list[HoursEntry]:
    """Return what was entered into the ledger for the person since the objection, and belongs to what it is about."""
    about: list[ColumnElement[bool]] = []
    if objection.shift_id is not None:
        about.append(HoursEntry.shift_id == objection.shift_id)
    else:
        if objection.entry_id is not None:
            about.append(HoursEntry.reverses_id == objection.entry_id)
        if objection.served_on is not None:
            about.append(HoursEntry.service_on == objection.served_on)
    statement = select(HoursEntry).where(
        HoursEntry.volunteer_id == objection.volunteer_id, HoursEntry.recorded_at >= objection.asked_at
    )
    if about:
        statement = statement.where(or_(*about))
    return list(db.session.scalars(statement.order_by(HoursEntry.id)))


def list_involved(objection: Objection) -> set[int]:
    """Return the accounts that recorded, vouched for or approved what is objected to."""
    found: set[int | None] = set()
    if objection.session_id is not None:
        found |= _of_session(objection.session_id)
    if objection.make_up_id is not None:
        asked = select(MakeUp.requested_by, MakeUp.decided_by).where(MakeUp.id == objection.make_up_id)
        found |= _accounts(asked)
        found |= _corrected(Correction.make_up_id == objection.make_up_id)
        found |= _lines_of(f"make-up:{objection.make_up_id}")
    if objection.entry_id is not None:
        found |= _lines(HoursEntry.id == objection.entry_id)
    return {account for account in found if account is not None}


def _of_session(session_id: int) -> set[int | None]:
    session = db.session.get_one(ServiceSession, session_id)
    scans = [scan for scan in (session.in_scan_id, session.out_scan_id) if scan is not None]
    return (
        _accounts(select(Scan.operator_account_id).where(Scan.id.in_(scans)))
        | _accounts(select(ReviewCase.decided_by).where(ReviewCase.session_id == session_id))
        | _corrected(Correction.session_id == session_id)
        | _lines_of(f"session:{session_id}")
    )


def _corrected(condition: ColumnElement[bool]) -> set[int | None]:
    return _accounts(select(Correction.requested_by, Correction.decided_by).where(condition))


def _lines_of(source: str) -> set[int | None]:
    """Return who stands on the lines of a source, its later states included."""
    return _lines(or_(HoursEntry.source == source, HoursEntry.source.like(f"{source}:%")))


def _lines(condition: ColumnElement[bool]) -> set[int | None]:
    return _accounts(select(HoursEntry.recorded_by, HoursEntry.approved_by).where(condition))


def _accounts(statement: AnySelect) -> set[int | None]:
    return {account for row in db.session.execute(statement) for account in row}


def find_names(account_ids: Collection[int]) -> list[str]:
    """Return what accounts are called."""
    statement = select(Account.display_name).where(Account.id.in_(list(account_ids))).order_by(Account.display_name)
    return list(db.session.scalars(statement))


@dataclass(frozen=True)
class Recorded:
    """What is recorded now of what is objected to: times where it is a stay, and what counts."""

    in_at: datetime | None
    out_at: datetime | None
    minutes: int


def find_record(objection: Objection) -> Recorded | None:
    """Return what is recorded now, or None where something is missing."""
    if objection.session_id is not None:
        session = db.session.get_one(ServiceSession, objection.session_id)
        return Recorded(session.in_at, session.out_at, session.credited_minutes if session.is_credited else 0)
    if objection.make_up_id is not None:
        make_up = db.session.get_one(MakeUp, objection.make_up_id)
        counts = make_up.state is RequestState.APPROVED
        return Recorded(make_up.in_at, make_up.out_at, make_up.minutes if counts else 0)
    if objection.entry_id is not None:
        of_line = or_(HoursEntry.id == objection.entry_id, HoursEntry.reverses_id == objection.entry_id)
        left = db.session.scalar(select(func.sum(HoursEntry.minutes)).where(of_line))
        return Recorded(None, None, int(left or 0))
    return None


def describe(shift_id: int | None, station_id: int | None) -> tuple[str | None, str | None]:
    """Return what an activity and a station are called."""
    title = select(Activity.title).join(Shift, Shift.activity_id == Activity.id).where(Shift.id == shift_id)
    name = select(Station.name).where(Station.id == station_id)
    return (
        db.session.scalar(title) if shift_id is not None else None,
        db.session.scalar(name) if station_id is not None else None,
    )


def count_waiting(scope: Scope) -> int:
    """Return how many objections wait in the scope."""
    waiting = select(func.count()).select_from(Objection).outerjoin(Station, Station.id == Objection.station_id)
    return db.session.scalar(waiting.where(Objection.state == ObjectionState.ASKED, _within(scope))) or 0


def _within(scope: Scope) -> ColumnElement[bool]:
    return scope.where(region=Objection.region_code, station=Station.path)


def _files() -> AnySelect:
    decider = aliased(Account)
    return (
        select(Objection, Volunteer, Shift, Activity, Station, Region, decider.display_name)
        .join(Volunteer, Volunteer.id == Objection.volunteer_id)
        .join(Region, Region.code == Objection.region_code)
        .outerjoin(Shift, Shift.id == Objection.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Station, Station.id == Objection.station_id)
        .outerjoin(decider, decider.id == Objection.decided_by)
    )


def _file(row: AnyRow) -> ObjectionFile:
    return ObjectionFile(*row)


def _one(statement: AnySelect) -> ObjectionFile:
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return _file(row)


def _own(row: Subject | None, volunteer_id: int) -> Subject:
    if row is None or row.volunteer_id != volunteer_id:
        raise NotFound
    return row
