"""People whose ledger or standing changed since the fold last counted them: as they are, and as they were counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import null, or_, select, union_all

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.statistics.models import FigureChange, FigureState
from volunteer_hub.statistics.timeline import CLASSES, Line, Stay
from volunteer_hub.volunteers.models import Standing

#: Classes by their letter, as they are counted.
KINDS = {kind: number for number, kind in enumerate(CLASSES)}


@dataclass
class Person:
    """One person's standings and ledger lines, as they are and as the rollups have them."""

    stays: list[Stay] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    folded_stays: list[Stay] = field(default_factory=list)
    folded_lines: list[Line] = field(default_factory=list)
    #: Lines that are not folded.
    new_lines: list[Line] = field(default_factory=list)


def find_state() -> FigureState | None:
    """Return how far the fold has come, or None where nothing was folded yet."""
    return db.session.get(FigureState, 1, populate_existing=True)


def read_people(ids: Sequence[int]) -> tuple[dict[int, Person], list[int]]:
    """Return the people and the changes of theirs that are not folded.

    Each of the two statements sees a thing and its change together, since both were committed together. So
    "as counted" is what the rollups hold, whatever others commit meanwhile.
    """
    people: dict[int, Person] = {volunteer_id: Person() for volunteer_id in ids}
    changes: list[int] = []
    _read_lines(people, changes)
    _read_stays(people, changes)
    return people, changes


def list_waiting(limit: int) -> list[int]:
    """Return whom to fold next, the longest waiting first; `limit` bounds the changes looked at."""
    waiting = db.session.scalars(select(FigureChange.volunteer_id).order_by(FigureChange.id).limit(limit))
    return list(dict.fromkeys(waiting))


def list_unfolded(known_by: datetime, limit: int) -> list[int]:
    """Return people with a change that may matter to an instant, at most so many."""
    # What was counted and has gone since may have been counted from later on that very day.
    counted_by = clock.end_of(clock.civil_date(known_by))
    matters = or_(
        HoursEntry.recorded_at <= known_by, FigureChange.old_since <= counted_by, Standing.since <= known_by
    )
    statement = (
        select(FigureChange.volunteer_id)
        .outerjoin(HoursEntry, HoursEntry.id == FigureChange.entry_id)
        .outerjoin(Standing, Standing.id == FigureChange.standing_id)
        .where(matters)
        .distinct()
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def list_changed(after: datetime, upto: datetime, limit: int) -> list[int]:
    """Return people of whom something became known after one instant and not after another, at most so many."""
    changed = union_all(
        select(HoursEntry.volunteer_id).where(HoursEntry.recorded_at > after, HoursEntry.recorded_at <= upto),
        select(Standing.volunteer_id).where(Standing.since > after, Standing.since <= upto),
        select(Standing.volunteer_id).where(Standing.until > after, Standing.until <= upto),
    ).subquery()
    return list(db.session.scalars(select(changed.c.volunteer_id).distinct().limit(limit)))


def list_places() -> list[str]:
    """Return the divisions that occur in standings, of now or as counted, in the order of their codes."""
    now = select(Standing.region_code).distinct()
    counted = select(FigureChange.old_region_code).where(FigureChange.old_region_code.is_not(None)).distinct()
    return sorted(set(db.session.scalars(now)) | {code for code in db.session.scalars(counted) if code})


def _read_lines(people: dict[int, Person], changes: list[int]) -> None:
    rows = db.session.execute(
        select(
            HoursEntry.volunteer_id,
            HoursEntry.service_on,
            HoursEntry.recorded_at,
            HoursEntry.hours_class,
            HoursEntry.minutes,
            FigureChange.id,
        )
        .outerjoin(FigureChange, FigureChange.entry_id == HoursEntry.id)
        .where(HoursEntry.volunteer_id.in_(people))
    )
    for volunteer_id, service_on, recorded_at, hours_class, minutes, change in rows:
        line = Line(service_on, recorded_at, KINDS[hours_class], minutes)
        person = people[volunteer_id]
        person.lines.append(line)
        if change is None:
            person.folded_lines.append(line)
        else:
            person.new_lines.append(line)
            changes.append(change)


def _read_stays(people: dict[int, Person], changes: list[int]) -> None:
    now = select(
        null().label("change"),
        Standing.volunteer_id,
        Standing.id.label("standing_id"),
        Standing.region_code,
        Standing.assurance,
        Standing.since,
        Standing.until,
    ).where(Standing.volunteer_id.in_(people))
    before = select(
        FigureChange.id,
        FigureChange.volunteer_id,
        FigureChange.standing_id,
        FigureChange.old_region_code,
        FigureChange.old_assurance,
        FigureChange.old_since,
        FigureChange.old_until,
    ).where(FigureChange.volunteer_id.in_(people), FigureChange.standing_id.is_not(None))
    counted: dict[int, dict[int, Stay | None]] = defaultdict(dict)
    olds: list[tuple[int, int, int, Stay | None]] = []
    rows: Iterable[Any] = db.session.execute(union_all(now, before))
    for change, volunteer_id, standing_id, region, assurance, since, until in rows:
        stay = None if region is None else Stay(region, assurance, since, until)
        if change is None:
            counted[volunteer_id][standing_id] = stay
            people[volunteer_id].stays += _present([stay])
        else:
            olds.append((change, volunteer_id, standing_id, stay))
            changes.append(change)
    # Of several changes of one standing, the first says what was counted.
    for _, volunteer_id, standing_id, stay in sorted(olds, reverse=True):
        counted[volunteer_id][standing_id] = stay
    for volunteer_id, stays in counted.items():
        people[volunteer_id].folded_stays = _present(stays.values())


def _present(stays: Iterable[Stay | None]) -> list[Stay]:
    return [stay for stay in stays if stay is not None]
