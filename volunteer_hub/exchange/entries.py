"""Ledger lines behind a question, with who, where, what for and when: in batches, as they stood at its instant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import aliased

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.scope import in_region
from volunteer_hub.exchange.kinds import Request
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics import evidence
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

BATCH = 2000
SOURCE = re.compile(r"(session|make-up):(\d+)(?::(\d+))?")

Times = tuple[datetime, datetime]


@dataclass(frozen=True)
class Line:
    """One line of the ledger and what it names; `times` is the stay it is for, where the record has one."""

    row: Row[Any]
    times: Times | None


def lines(request: Request, *, standing_only: bool = False) -> Iterator[Line]:
    """Return every line of the question's period and classes, in the order of the ledger. Raises NotFound at once.

    They belong to the division where the person lived on the day of service. `standing_only` leaves out
    reversals and what they reverse. Rows carry entry, name, number, document_number, mobile, place, station,
    team, activity and reversed_by.
    """
    region = evidence.get_region(request.question.region, request.scope).code
    return _batches(_conditions(request, region, standing_only), request.question.as_of)


def _conditions(request: Request, region: str, standing_only: bool) -> list[ColumnElement[bool]]:
    question = request.question
    conditions = [
        HoursEntry.recorded_at <= question.as_of,
        in_region(HoursEntry.region_code, region),
        HoursEntry.hours_class.in_(question.classes),
    ]
    if question.since:
        conditions.append(HoursEntry.service_on >= question.since)
    if question.until:
        conditions.append(HoursEntry.service_on <= question.until)
    for model, column, chosen in (
        (Station, HoursEntry.station_id, request.station_id),
        (Team, HoursEntry.team_id, request.team_id),
    ):
        if chosen is not None:
            conditions.append(column.in_(below(model, chosen)))
    if standing_only:
        conditions += [HoursEntry.reverses_id.is_(None), ~_undone(question.as_of).exists()]
    return conditions


def below(model: type[Station] | type[Team], chosen: int) -> Select[int]:
    """Return the ids of a station's or team's subtree, itself included."""
    top = select(model.path).where(model.id == chosen).scalar_subquery()
    return select(model.id).where(model.path.like(top + "%"))


def _batches(conditions: list[ColumnElement[bool]], as_of: datetime) -> Iterator[Line]:
    last = 0
    while True:
        batch = select(HoursEntry.id).where(*conditions, HoursEntry.id > last).order_by(HoursEntry.id).limit(BATCH)
        end = db.session.scalar(select(func.max(batch.subquery().c.id)))
        if end is None:
            return
        slice_ = HoursEntry.id.between(last + 1, end)
        rows = db.session.execute(_joined(as_of).where(*conditions, slice_).order_by(HoursEntry.id)).all()
        times = _times(row.HoursEntry.source for row in rows)
        # A reader on a slow line must not keep a read transaction open between batches.
        db.session.close()
        yield from (Line(row, times.get(row.HoursEntry.source)) for row in rows)
        last = end


def _undone(as_of: datetime) -> Select[int]:
    """Return the reversal of a line, as far as it had come by the instant."""
    reversal = aliased(HoursEntry)
    return select(reversal.id).where(reversal.reverses_id == HoursEntry.id, reversal.recorded_at <= as_of)


def _joined(as_of: datetime) -> AnySelect:
    return (
        select(
            HoursEntry,
            Volunteer.id.label("volunteer_id"),
            Volunteer.name,
            Volunteer.number,
            Volunteer.document_number,
            Volunteer.mobile,
            Region.full_name.label("place"),
            Station.name.label("station"),
            Team.name.label("team"),
            Activity.title.label("activity"),
            _undone(as_of).limit(1).scalar_subquery().label("reversed_by"),
        )
        .join(Volunteer, Volunteer.id == HoursEntry.volunteer_id)
        .join(Region, Region.code == HoursEntry.region_code)
        .outerjoin(Shift, Shift.id == HoursEntry.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Station, Station.id == HoursEntry.station_id)
        .outerjoin(Team, Team.id == HoursEntry.team_id)
    )


def _times(sources: Iterable[str]) -> Mapping[str, Times]:
    """Return from when to when the stay behind each source lasted, as it was when the source was credited."""
    found = {source: match for source in sources if (match := SOURCE.fullmatch(source))}
    known: dict[tuple[str, int, int], Times] = {}
    for kind, model, column in (
        ("session", ServiceSession, Correction.session_id),
        ("make-up", MakeUp, Correction.make_up_id),
    ):
        ids = {int(match[2]) for match in found.values() if match[1] == kind}
        known |= {(kind, *key): times for key, times in _now_and_before(model, column, ids).items()}
    keys = {source: (match[1], int(match[2]), int(match[3] or 1)) for source, match in found.items()}
    return {source: known[key] for source, key in keys.items() if key in known}


def _now_and_before(
    model: type[ServiceSession] | type[MakeUp], subject: Any, ids: Collection[int]
) -> dict[tuple[int, int], Times]:
    """Return the times of each revision: the present one from the row, those before from their corrections."""
    if not ids:
        return {}
    times: dict[tuple[int, int], Times] = {}
    corrections = select(subject, Correction.revision, Correction.old_in_at, Correction.old_out_at)
    for row in db.session.execute(corrections.where(subject.in_(ids), Correction.state == RequestState.APPROVED)):
        times[(row[0], row[1])] = (row[2], row[3])
    rows = select(model.id, model.revision, model.in_at, model.out_at).where(model.id.in_(ids))
    for id_, revision, in_at, out_at in db.session.execute(rows):
        if out_at is not None:
            times[(id_, revision)] = (in_at, out_at)
    return times
