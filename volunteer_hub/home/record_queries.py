"""Reads a volunteer's record of service: stays, make-ups, lines of the ledger, and what each of them waits for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.amendments import objection_queries
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.amendments.working_days import last_in_time
from volunteer_hub.checkin.models import CloseKind, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.home.records import (
    CaseFacts,
    Origin,
    Placed,
    Record,
    RecordState,
    Step,
    Waiting,
    net_minutes,
    of_entry,
    of_session,
)
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.reviews.models import CaseKind, ReviewCase
from volunteer_hub.reviews.opening import still_open
from volunteer_hub.stations.models import Station


@dataclass(frozen=True)
class Span:
    """The civil dates a record is asked for: one year, or all."""

    since: date | None = None
    until: date | None = None

    @classmethod
    def of_year(cls, year: int | None) -> Span:
        """Return the days of a year, or all there are."""
        return cls(date(year, 1, 1), date(year, 12, 31)) if year else cls()


Steps = dict[Origin, list[Waiting]]


def list_records(volunteer_id: int, span: Span) -> list[Placed]:
    """Return everything recorded of a person, in no order: each stay and each line once."""
    entries = _entries(volunteer_id, span)
    net = net_minutes(entries)
    by_source = {entry.source: entry for entry in entries if entry.reverses_id is None}
    cases, steps = _cases(volunteer_id), _asked(volunteer_id)
    records: list[Placed] = []
    for session, activity_id, title, station in _sessions(volunteer_id, span):
        lines = [by_source.pop(source) for source in _sources(session) if source in by_source]
        if session.closed_by is CloseKind.VOIDED and not lines:
            continue
        left = sum(net[entry.id] for entry in lines) if lines else None
        case = cases.get(session.id) or (CaseFacts(True, lines[-1].reason) if lines else None)
        made = of_session(session, clock.civil_date(session.in_at), left, case)
        waiting = [*_of_stay(made, case, station), *steps.pop(Origin("session", session.id), ())]
        records.append((activity_id, title, _with(made, waiting)))
    records += _without_stay(by_source, net, steps)
    records += [row for row in (*_pending_make_ups(volunteer_id), *_doubted_scans(volunteer_id)) if _in(row, span)]
    return records


def _sources(session: ServiceSession) -> list[str]:
    return [f"session:{session.id}", *(f"session:{session.id}:{n}" for n in range(2, session.revision + 1))]


def _in(row: Placed, span: Span) -> bool:
    day = row[2].service_on
    return (span.since is None or day >= span.since) and (span.until is None or day <= span.until)


def _with(record: Record, waiting: list[Waiting]) -> Record:
    return Record(**{**vars(record), "waiting": tuple(waiting)})


def _of_stay(record: Record, case: CaseFacts | None, station: str) -> list[Waiting]:
    if record.state is RecordState.RUNNING:
        return [Waiting(Step.LEAVING)]
    if record.state is not RecordState.PENDING:
        return []
    since = case.opened_at if case and case.opened_at else record.out_at
    return [Waiting(Step.REVIEW, station, since, last_in_time(record.service_on))]


def _without_stay(by_source: dict[str, HoursEntry], net: dict[int, int], steps: Steps) -> list[Placed]:
    titles = _titles([entry.shift_id for entry in by_source.values() if entry.shift_id])
    records: list[Placed] = []
    for entry in by_source.values():
        activity_id, title = titles.get(entry.shift_id or 0, (None, None))
        kind, _, number = entry.source.partition(":")
        made_up = Origin("make_up", int(number.partition(":")[0])) if kind == "make-up" else None
        origin = made_up or Origin("entry", entry.id)
        records.append((activity_id, title, of_entry(entry, net[entry.id], origin, steps.pop(origin, ()))))
    return records


def _entries(volunteer_id: int, span: Span) -> list[HoursEntry]:
    statement = select(HoursEntry).where(HoursEntry.volunteer_id == volunteer_id).order_by(HoursEntry.id)
    if span.since and span.until:
        statement = statement.where(HoursEntry.service_on.between(span.since, span.until))
    return list(db.session.scalars(statement))


def _sessions(volunteer_id: int, span: Span) -> list[AnyRow]:
    statement = (
        select(ServiceSession, Activity.id, Activity.title, Station.name)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == ServiceSession.station_id)
        .where(ServiceSession.volunteer_id == volunteer_id)
    )
    if span.since and span.until:
        statement = statement.where(ServiceSession.in_at.between(clock.at(span.since), clock.end_of(span.until)))
    return list(db.session.execute(statement))


def _cases(volunteer_id: int) -> dict[int, CaseFacts]:
    """Return what reviewers made of the sessions; a session is decided when all its cases are."""
    rows = db.session.execute(
        select(ServiceSession.id, ReviewCase.decided_at, ReviewCase.reason, ReviewCase.opened_at)
        .join(ServiceSession, ServiceSession.id == ReviewCase.session_id)
        .where(ServiceSession.volunteer_id == volunteer_id)
        .order_by(ReviewCase.decided_at)
    )
    cases: dict[int, CaseFacts] = {}
    for session_id, decided_at, reason, opened_at in rows:
        before = cases.get(session_id, CaseFacts(True, None, opened_at))
        is_decided = before.is_decided and decided_at is not None
        cases[session_id] = CaseFacts(is_decided, reason or before.reason, before.opened_at)
    return cases


def _asked(volunteer_id: int) -> Steps:
    """Return what corrections and objections wait, by what they are about."""
    steps: Steps = defaultdict(list)
    corrections = db.session.execute(
        select(Correction, Station.name)
        .join(Station, Station.id == Correction.station_id)
        .outerjoin(ServiceSession, ServiceSession.id == Correction.session_id)
        .outerjoin(MakeUp, MakeUp.id == Correction.make_up_id)
        .where(
            Correction.state == RequestState.PENDING,
            func.coalesce(ServiceSession.volunteer_id, MakeUp.volunteer_id) == volunteer_id,
        )
    )
    for row, station in corrections:
        kind, number = ("session", row.session_id) if row.session_id else ("make_up", row.make_up_id)
        origin = Origin(kind, number or 0)
        steps[origin].append(Waiting(Step.CORRECTION, station, row.requested_at))
    for objection in objection_queries.list_waiting_own(volunteer_id):
        for kind in ("session", "make_up", "entry"):
            if (number := getattr(objection, f"{kind}_id")) is not None:
                waiting = Waiting(Step.OBJECTION, None, objection.asked_at, objection.due_on, "/my/objections")
                steps[Origin(kind, number)].append(waiting)
    return steps


def _pending_make_ups(volunteer_id: int) -> list[Placed]:
    """Return the make-ups that count nothing yet: the person is asked, then a second person decides."""
    rows = db.session.execute(
        select(MakeUp, Activity.id, Activity.title, Station.name)
        .join(Shift, Shift.id == MakeUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == MakeUp.station_id)
        .where(MakeUp.volunteer_id == volunteer_id, MakeUp.state == RequestState.PENDING)
    )
    return [(activity_id, title, _of_make_up(make_up, station)) for make_up, activity_id, title, station in rows]


def _of_make_up(make_up: MakeUp, station: str) -> Record:
    day = clock.civil_date(make_up.in_at)
    unanswered = make_up.asked_at is not None and make_up.took_part is None
    step = Step.OWN_WORD if unanswered else Step.SECOND_PERSON
    waiting = Waiting(step, station, make_up.requested_at, None, f"/my/make-ups/{make_up.id}")
    return Record(
        day,
        RecordState.PENDING,
        0,
        HoursClass.C,
        make_up.in_at,
        make_up.out_at,
        note=make_up.reason,
        waiting=(waiting,),
    )


def _doubted_scans(volunteer_id: int) -> list[Placed]:
    """Return the scans that a person must look at before they do anything: no stay shows them yet."""
    rows = db.session.execute(
        select(ReviewCase.opened_at, Scan.scanned_at, Activity.id, Activity.title, Station.name)
        .join(Scan, and_(Scan.id == ReviewCase.scan_id, Scan.volunteer_id == volunteer_id))
        .join(Shift, Shift.id == Scan.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == ReviewCase.station_id)
        .outerjoin(ServiceSession, ServiceSession.id == ReviewCase.session_id)
        .where(
            ReviewCase.decided_at.is_(None),
            ReviewCase.kind.in_((CaseKind.QUARANTINED_SCAN, CaseKind.INCOMPLETE)),
            still_open(),
        )
    )
    return [
        (
            activity_id,
            title,
            _of_scan(clock.civil_date(scanned_at), scanned_at, Waiting(Step.SCAN_REVIEW, station, opened_at)),
        )
        for opened_at, scanned_at, activity_id, title, station in rows
    ]


def _of_scan(day: date, at: datetime, waiting: Waiting) -> Record:
    by = Waiting(waiting.step, waiting.station, waiting.since, last_in_time(day))
    return Record(day, RecordState.PENDING, 0, HoursClass.B, at, waiting=(by,))


def _titles(shift_ids: list[int]) -> dict[int, tuple[int, str]]:
    if not shift_ids:
        return {}
    rows = db.session.execute(
        select(Shift.id, Activity.id, Activity.title).join(Activity).where(Shift.id.in_(shift_ids))
    )
    return {shift_id: (activity_id, title) for shift_id, activity_id, title in rows}
