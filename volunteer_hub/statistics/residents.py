"""Reads everybody who lives or lived in one division, for making the counts anew."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from sqlalchemy import String, cast, func, or_, select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.statistics.changes import KINDS, Person, read_people
from volunteer_hub.statistics.gathering import Gathered, Known, Span
from volunteer_hub.statistics.models import FigureChange
from volunteer_hub.volunteers.models import STILL, Standing

#: People read at a time.
AT_ONCE = 2000
_SECONDS = len("2026-11-21 22:00:00")


class Days:
    """Finds the civil day of an instant written as text in UTC: millions of them, whatever the zone's offsets."""

    def __init__(self, first: date, last: date) -> None:
        self._first = first.toordinal()
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        self._begins = [clock.at(day).strftime("%Y-%m-%d %H:%M:%S") for day in days]

    def ordinal(self, instant: str) -> int:
        """Return the civil day as an ordinal."""
        return self._first - 1 + bisect_right(self._begins, instant)


def days_of_ledger() -> Days:
    """Return the days on which the ledger's lines became known."""
    first, last = db.session.execute(select(func.min(HoursEntry.recorded_at), func.max(HoursEntry.recorded_at))).one()
    if first is None:
        first = last = datetime(2000, 1, 1, tzinfo=UTC)
    return Days(clock.civil_date(first), clock.civil_date(last))


def gather(place: str, days: Days) -> Gathered:
    """Return what everybody adds in just one division, without what waits to be folded.

    Whoever has something waiting is looked at once more, with it and what stood there before. That is asked
    for last: of everybody else nothing was committed until then, so what was read is as it was counted.
    """
    found = Gathered()
    spans = _read_spans(place)
    lines = _read_lines(sorted(spans), days)
    waiting = _list_waiting(place)
    for volunteer_id, here in spans.items():
        if volunteer_id not in waiting:
            found.add(here, lines.get(volunteer_id, []))
    for start in range(0, len(waiting), AT_ONCE):
        people, _ = read_people(sorted(waiting)[start : start + AT_ONCE])
        for person in people.values():
            found.add(*_as_counted(person, place))
    return found


def _read_spans(place: str) -> dict[int, list[Span]]:
    found: defaultdict[int, list[Span]] = defaultdict(list)
    columns = (Standing.volunteer_id, Standing.assurance, Standing.since, Standing.until)
    rows = db.session.execute(select(*columns).where(Standing.region_code == place))
    for volunteer_id, assurance, since, until in rows:
        found[volunteer_id] += _span(assurance, since, until)
    return found


def _span(assurance: int, since: datetime, until: datetime) -> list[Span]:
    """Return a standing by its days, if it holds at the end of any."""
    first = clock.civil_date(since).toordinal()
    end = None if until >= STILL else clock.civil_date(until).toordinal()
    return [Span(assurance, first, end)] if end is None or first < end else []


def _read_lines(ids: Sequence[int], days: Days) -> dict[int, list[Known]]:
    found: defaultdict[int, list[Known]] = defaultdict(list)
    month, ordinal = cache(_month), days.ordinal
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        # As texts, because of millions of rows none needs to become a date with all that belongs to it.
        statement = select(
            HoursEntry.volunteer_id,
            func.substr(cast(HoursEntry.recorded_at, String), 1, _SECONDS),
            func.substr(cast(HoursEntry.service_on, String), 1, len("2026-11")),
            cast(HoursEntry.hours_class, String),
            HoursEntry.minutes,
        ).where(HoursEntry.volunteer_id.in_(some))
        for volunteer_id, recorded, served, kind, minutes in db.session.execute(statement):
            found[volunteer_id].append((ordinal(recorded), month(served), KINDS[kind], minutes))
    return found


def _month(text: str) -> int:
    return int(text[:4]) * 100 + int(text[5:])


def _list_waiting(place: str) -> set[int]:
    """Return who lives or lived in the division, of now or as counted, and has a change that is not folded."""
    lived = select(Standing.id).where(
        Standing.volunteer_id == FigureChange.volunteer_id, Standing.region_code == place
    )
    theirs = or_(FigureChange.old_region_code == place, lived.exists())
    return set(db.session.scalars(select(FigureChange.volunteer_id).where(theirs).distinct()))


def _as_counted(person: Person, place: str) -> tuple[list[Span], list[Known]]:
    here = [stay for stay in person.folded_stays if stay.region == place]
    spans = [span for stay in here for span in _span(stay.assurance, stay.since, stay.until)]
    lines = [
        (
            clock.civil_date(line.recorded_at).toordinal(),
            line.service_on.year * 100 + line.service_on.month,
            line.kind,
            line.minutes,
        )
        for line in person.folded_lines
    ]
    return spans, lines
