"""Reads what was entered at a shift's roster, who came to it, and single rows for taking back."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_hub.activities import queries as activities
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.recognition.models import Evaluation, Honour, Training
from volunteer_hub.volunteers.models import Volunteer

Row = Training | Honour | Evaluation


def list_attendees(shift_id: int) -> list[Volunteer]:
    """Return who came to a shift, by name."""
    came = select(ServiceSession.volunteer_id).where(
        ServiceSession.shift_id == shift_id, ServiceSession.closed_by.is_distinct_from(CloseKind.VOIDED)
    )
    statement = select(Volunteer).where(Volunteer.id.in_(came), Volunteer.merged_into_id.is_(None))
    return list(db.session.scalars(statement.order_by(Volunteer.name, Volunteer.id)))


def list_trainings(shift_id: int) -> list[AnyRow]:
    """Return (training, volunteer) of a shift that stand, the latest first."""
    return _list(Training, shift_id)


def list_evaluations(shift_id: int) -> list[AnyRow]:
    """Return (evaluation, volunteer) of a shift that stand, the latest first."""
    return _list(Evaluation, shift_id)


def _list(model: type[Training | Evaluation], shift_id: int) -> list[AnyRow]:
    statement = (
        select(model, Volunteer)
        .join(Volunteer, Volunteer.id == model.volunteer_id)
        .where(model.shift_id == shift_id, model.taken_back_at.is_(None))
        .order_by(model.id.desc())
    )
    return list(db.session.execute(statement))


def get_row(kind: str, row_id: int, at_shifts: Scope, in_regions: Scope) -> Row:
    """Return one row for taking back: of a shift for who manages it, of a person for the office of the division.

    Raises NotFound for anything else.
    """
    row = _find(kind, row_id)
    if row is None:
        raise NotFound
    if row.shift_id is not None:
        activities.get_shift(at_shifts, row.shift_id)
    elif not in_regions.covers(region=row.region_code):
        raise NotFound
    return row


def _find(kind: str, row_id: int) -> Row | None:
    if kind == "training":
        return db.session.get(Training, row_id)
    if kind == "honour":
        return db.session.get(Honour, row_id)
    return db.session.get(Evaluation, row_id) if kind == "evaluation" else None


def name_of(row: Row) -> str:
    """Return by what a row is known."""
    return str(row.quality) if isinstance(row, Evaluation) else row.name
