"""A volunteer's own record, folded from sessions and ledger lines: what counts, what waits, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.ledger.models import HoursClass, HoursEntry


class RecordState(StrEnum):
    """Whether a stay is in the ledger, and if not, whether it may still come there."""

    COUNTED = "counted"
    PENDING = "pending"
    RUNNING = "running"
    UNCOUNTED = "uncounted"
    REVERSED = "reversed"


class Step(StrEnum):
    """What a record waits for."""

    LEAVING = "leaving"
    REVIEW = "review"
    SCAN_REVIEW = "scan_review"
    OWN_WORD = "own_word"
    SECOND_PERSON = "second_person"
    CORRECTION = "correction"
    OBJECTION = "objection"


@dataclass(frozen=True)
class Waiting:
    """One step that somebody has to take: who, since when, and by which civil date at the latest."""

    step: Step
    #: The station that decides; None where it is the division's office, or the person.
    station: str | None = None
    since: datetime | None = None
    until: date | None = None
    #: Where the person can do something about it.
    link: str | None = None


@dataclass(frozen=True)
class CaseFacts:
    """What a reviewer has made of a session so far."""

    is_decided: bool
    reason: str | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Origin:
    """What a record comes from; an objection to it names this one."""

    kind: str
    id: int


@dataclass(frozen=True)
class Record:
    """One stay, or one line of the ledger that has none. Minutes are those of the ledger, after reversals."""

    service_on: date
    state: RecordState
    minutes: int
    hours_class: HoursClass
    in_at: datetime | None = None
    out_at: datetime | None = None
    #: Keys of `checkin.answers.REDUCTIONS`: why fewer minutes count than were stayed.
    reductions: tuple[str, ...] = ()
    #: What the reviewer or the recorder wrote.
    note: str | None = None
    origin: Origin | None = None
    waiting: tuple[Waiting, ...] = ()


@dataclass
class ActivityRecord:
    """Everything of one activity, latest stay first; hours from elsewhere have no activity."""

    activity_id: int | None
    title: str | None
    records: list[Record] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """Return the minutes that count."""
        return sum(record.minutes for record in self.records)


#: A record with the activity it belongs to: its id and title, None for hours from elsewhere.
Placed = tuple[int | None, str | None, Record]


def net_minutes(entries: Iterable[HoursEntry]) -> dict[int, int]:
    """Return for each credit, by id, the minutes left after its reversal."""
    net: dict[int, int] = {}
    for entry in entries:
        key = entry.reverses_id or entry.id
        net[key] = net.get(key, 0) + entry.minutes
    return net


def of_session(
    session: ServiceSession,
    service_on: date,
    net: int | None,
    case: CaseFacts | None,
    waiting: Sequence[Waiting] = (),
) -> Record:
    """Return the record of a stay. `net` is its ledger line's minutes after reversal, None where it has no line."""
    return Record(
        service_on=service_on,
        state=_state(session, net, case),
        minutes=net or 0,
        hours_class=session.hours_class,
        in_at=session.in_at,
        out_at=session.out_at,
        reductions=tuple(key for key in session.reductions.split(",") if key),
        note=case.reason if case else None,
        origin=Origin("session", session.id),
        waiting=tuple(waiting),
    )


def of_entry(entry: HoursEntry, net: int, origin: Origin | None = None, waiting: Sequence[Waiting] = ()) -> Record:
    """Return the record of a credit that came without a stay: entered afterwards, or from elsewhere."""
    return Record(
        entry.service_on,
        RecordState.COUNTED if net else RecordState.REVERSED,
        net,
        entry.hours_class,
        note=entry.reason,
        origin=origin or Origin("entry", entry.id),
        waiting=tuple(waiting),
    )


def sorted_newest(records: Iterable[Placed]) -> list[Placed]:
    """Return records, the latest first."""
    return sorted(records, key=_newest, reverse=True)


def grouped(records: Iterable[Placed]) -> list[ActivityRecord]:
    """Return records by activity, both latest first."""
    groups: dict[int | None, ActivityRecord] = {}
    for activity_id, title, record in sorted_newest(records):
        groups.setdefault(activity_id, ActivityRecord(activity_id, title)).records.append(record)
    return list(groups.values())


def is_waiting_for_others(state: RecordState, waiting: Sequence[Waiting]) -> bool:
    """Tell whether anything about a record is still to be decided."""
    return state is RecordState.PENDING or any(step.step is not Step.LEAVING for step in waiting)


def _newest(row: Placed) -> tuple[date, float]:
    record = row[2]
    return record.service_on, record.in_at.timestamp() if record.in_at else 0.0


def _state(session: ServiceSession, net: int | None, case: CaseFacts | None) -> RecordState:
    if net is not None:
        return RecordState.COUNTED if net else RecordState.REVERSED
    if session.out_at is None:
        return RecordState.RUNNING
    waits = session.closed_by is CloseKind.AUTOMATIC or "overlap" in session.reductions
    if waits and not (case and case.is_decided):
        return RecordState.PENDING
    return RecordState.UNCOUNTED
