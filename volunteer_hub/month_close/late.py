"""Ledger entries that came after a close for service the close was about, and what they did to people's sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.scope import in_region
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.month_close import content, months
from volunteer_hub.month_close.content import Json, Period
from volunteer_hub.month_close.models import MonthClose
from volunteer_hub.statistics.question import ALL_CLASSES
from volunteer_hub.volunteers.models import Standing

#: Entries listed one by one; of more, their number and minutes are told.
LISTED = 500


@dataclass(frozen=True)
class ChangedEntry:
    """One line of the ledger that came after a close, for service the close was about."""

    id: int
    kind: EntryKind
    minutes: int
    hours_class: HoursClass
    service_on: date
    recorded_at: datetime
    #: Names of who recorded and who approved it; None for the timetable, a device, or nobody.
    recorder: str | None
    approver: str | None
    reason: str | None
    volunteer_id: int
    #: Where the person lived at the close's instant.
    region_code: str


@dataclass(frozen=True)
class Entries:
    """The entries behind a restatement: all of them counted, the first of them listed."""

    count: int
    minutes: int
    listed: tuple[ChangedEntry, ...]


@dataclass(frozen=True)
class Kept:
    """A close with what it says, read once."""

    close: MonthClose

    @cached_property
    def said(self) -> Json:
        """Return what both people signed."""
        return content.read(self.close.content)

    def after(self, period: Period, *, now: datetime | None) -> list[ColumnElement[bool]]:
        """Return the conditions on entries of a period that came after the close's instant, up to another."""
        came = [HoursEntry.recorded_at > self.close.as_of, *in_period(period, self.close.month)]
        return came if now is None else [*came, HoursEntry.recorded_at <= now]


def in_period(period: Period, first: date) -> list[ColumnElement[bool]]:
    """Return the conditions on entries for service in a period of a month."""
    begin = content.since(period, first)
    until = HoursEntry.service_on <= months.last_of(first)
    return [until] if begin is None else [HoursEntry.service_on >= begin, until]


def count_late(closes: Sequence[MonthClose], *, now: datetime) -> dict[int, int]:
    """Return how many entries came after each close for service in its month, in one statement; none is left out."""
    if not closes:
        return {}
    marks = {
        close.id: and_(
            HoursEntry.service_on.between(close.month, months.last_of(close.month)),
            HoursEntry.recorded_at > close.as_of,
            Standing.since <= close.as_of,
            Standing.until > close.as_of,
            in_region(Standing.region_code, close.region_code),
        )
        for close in closes
    }
    which = case(*((condition, close_id) for close_id, condition in marks.items()))
    statement = (
        select(which, func.count())
        .join(Standing, Standing.volunteer_id == HoursEntry.volunteer_id)
        .where(
            HoursEntry.recorded_at > min(close.as_of for close in closes),
            HoursEntry.recorded_at <= now,
            HoursEntry.service_on >= min(close.month for close in closes),
            HoursEntry.service_on <= months.last_of(max(close.month for close in closes)),
            or_(*marks.values()),
        )
        .group_by(which)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def register_changed(kept: Kept) -> bool:
    """Tell whether the register was given rows afterwards that reach back before the close's instant."""
    backdated = select(Standing.id).where(
        Standing.id > kept.said["data_version"]["standings"],
        Standing.since <= kept.close.as_of,
        in_region(Standing.region_code, kept.close.region_code),
    )
    return db.session.scalar(backdated.limit(1)) is not None


def list_entries(kept: Kept, period: Period, *, now: datetime) -> Entries:
    """Return the entries for service in a period that came after the close."""
    late = _late(kept, period, now=now)
    counted = late.with_only_columns(func.count(), func.coalesce(func.sum(HoursEntry.minutes), 0))
    count, minutes = db.session.execute(counted).one()
    recorder, approver = aliased(Account), aliased(Account)
    rows = db.session.execute(
        late.add_columns(
            recorder.display_name.label("recorder"),
            approver.display_name.label("approver"),
            Standing.region_code.label("place"),
        )
        .outerjoin(recorder, recorder.id == HoursEntry.recorded_by)
        .outerjoin(approver, approver.id == HoursEntry.approved_by)
        .order_by(HoursEntry.id)
        .limit(LISTED)
    )
    return Entries(count, int(minutes), tuple(_entry(row) for row in rows))


def count(kept: Kept, period: Period) -> int:
    """Return how many entries have come after a close for service in a period, until now."""
    late = _late(kept, period, now=None).with_only_columns(func.count())
    return db.session.scalar(late) or 0


def any_late(kept: Kept, period: Period, *, now: datetime) -> bool:
    """Tell whether anything came after a close for service in a period."""
    return db.session.scalar(_late(kept, period, now=now).with_only_columns(HoursEntry.id).limit(1)) is not None


def _late(kept: Kept, period: Period, *, now: datetime | None) -> Select[Any]:
    """Return a SELECT of entries after the close, of people whom one of its rows counted."""
    return (
        select(HoursEntry)
        .join(Standing, Standing.volunteer_id == HoursEntry.volunteer_id)
        .where(*kept.after(period, now=now), *_stood(kept))
    )


def _stood(kept: Kept) -> list[ColumnElement[bool]]:
    close = kept.close
    least = min(cell["counted_assurance"] for table in kept.said["tables"] for cell in table["cells"])
    return [
        Standing.since <= close.as_of,
        Standing.until > close.as_of,
        in_region(Standing.region_code, close.region_code),
        Standing.assurance >= least,
    ]


def moved(kept: Kept, period: Period, *, now: datetime) -> Sequence[Row[Any]]:
    """Return a row for each person whose hours in the period have changed: place, assurance, sums then and now."""
    touched = _late(kept, period, now=now).with_only_columns(HoursEntry.volunteer_id)
    then = HoursEntry.recorded_at <= kept.close.as_of

    def minutes(kind: HoursClass, *, known: bool) -> ColumnElement[int]:
        fits = HoursEntry.hours_class == kind
        return func.sum(case((and_(fits, then) if known else fits, HoursEntry.minutes), else_=0))

    statement: AnySelect = (
        select(
            Standing.region_code,
            Standing.assurance,
            *(minutes(kind, known=True) for kind in ALL_CLASSES),
            *(minutes(kind, known=False) for kind in ALL_CLASSES),
        )
        .join(HoursEntry, HoursEntry.volunteer_id == Standing.volunteer_id)
        .where(
            *_stood(kept),
            Standing.volunteer_id.in_(touched),
            HoursEntry.recorded_at <= now,
            *in_period(period, kept.close.month),
        )
        .group_by(Standing.id, Standing.region_code, Standing.assurance)
    )
    return list(db.session.execute(statement))


def _entry(row: Row[Any]) -> ChangedEntry:
    entry: HoursEntry = row.HoursEntry
    return ChangedEntry(
        entry.id,
        entry.kind,
        entry.minutes,
        entry.hours_class,
        entry.service_on,
        entry.recorded_at,
        row.recorder,
        row.approver,
        entry.reason,
        entry.volunteer_id,
        row.place,
    )


def entries_json(entries: Entries) -> Json:
    """Return entries as a document keeps them: by number, without a person's name."""
    listed = [
        {
            "id": each.id,
            "kind": each.kind.value,
            "minutes": each.minutes,
            "class": each.hours_class.value,
            "service_on": each.service_on.isoformat(),
            "recorded_at": content.instant(each.recorded_at),
            "recorder": each.recorder,
            "approver": each.approver,
            "reason": each.reason,
        }
        for each in entries.listed
    ]
    return {"count": entries.count, "minutes": entries.minutes, "listed": listed}
