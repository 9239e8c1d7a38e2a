"""Folds the register and the ledger into counts by day: what changed, exactly once, or everything anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import aliased

from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn, upsert, write_many
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.regions.codes import codes_above
from volunteer_hub.statistics import changes, residents
from volunteer_hub.statistics.changes import Person
from volunteer_hub.statistics.gathering import Gathered
from volunteer_hub.statistics.models import MEASURES, FigureChange, FigureDay, FigureDelta, FigureState
from volunteer_hub.statistics.timeline import Counts, Key, Steps, merge, news_of, steps, subtract

#: Changes taken at a time; a writer on SQLite waits no longer than one batch takes.
BATCH = 250
COLUMNS = ("region_code", "period", "assurance", "day", *MEASURES)
KEY = ("region_code", "period", "assurance")
#: Told how many divisions are done, and of how many.
Progress = Callable[[int, int], None]


def fold(*, now: datetime) -> int:
    """Fold one batch of what waits and return how many changes that were; 0 where nothing waits.

    The counts and the end of the waiting commit together: killed before that, nothing has happened; after
    it, nothing is left to do twice. Two at once take turns.
    """
    take_turn(db.session, "figures")
    waiting = changes.list_waiting(BATCH)
    people, folded = changes.read_people(waiting)
    found: Steps = {}
    for person in people.values():
        merge(found, _difference(person))
    _add(found)
    if folded:
        _forget(folded)
    _keep_state(now, drained=len(folded) < BATCH, last_change=max(folded, default=0))
    return len(folded)


def rebuild(*, now: datetime, progress: Progress | None = None) -> int:
    """Make every count anew from register and ledger and return how many rows that gave.

    Division by division, so that memory does not grow with the city. Whatever others commit meanwhile waits
    for the fold, because it is left out here.
    """
    take_turn(db.session, "figures")
    last = db.session.scalar(select(func.max(FigureChange.id))) or 0
    # What is committed between these two waits for the fold: the version of the data counts on the last change.
    db.session.execute(delete(FigureChange).where(FigureChange.id <= last))
    db.session.execute(delete(FigureDay))
    places, days = changes.list_places(), residents.days_of_ledger()
    rows = 0
    open_: dict[str, Gathered] = {}
    for number, place in enumerate(places):
        open_.setdefault(place, Gathered()).merge(residents.gather(place, days))
        following = set(_lineage(places[number + 1])) if number + 1 < len(places) else set()
        while done := max((code for code in open_ if code not in following), key=_depth, default=""):
            found = open_.pop(done)
            rows += _write(done, found)
            above = codes_above(done)
            if above:
                open_.setdefault(above[-1], Gathered()).merge(found)
        if progress:
            progress(number + 1, len(places))
    _keep_state(now, drained=True, last_change=last, built=True)
    return rows


def _depth(code: str) -> int:
    return len(region_prefix(code))


def _difference(person: Person) -> Steps:
    """Return what a person adds now and did not when last counted, less what has gone since."""
    news = None
    if set(person.stays) == set(person.folded_stays):
        # Most often there is one line more, and all that was known before stays as it was.
        if not person.new_lines:
            return {}
        news = news_of(person.new_lines)
    return subtract(steps(person.stays, person.lines, news), steps(person.folded_stays, person.folded_lines, news))


def _lineage(code: str) -> list[str]:
    return [*codes_above(code), code]


def _write(region: str, found: Gathered) -> int:
    """Write the running sums of what was gathered for one division."""
    rows = list(found.rows(region))
    write_many(db.session, table_of(FigureDay), COLUMNS, rows)
    return len(rows)


def _add(found: Steps) -> None:
    """Add steps to the kept counts, from their day on, in every division above them too."""
    above: dict[Key, Counts] = {}
    for key, counts in found.items():
        for code in _lineage(key[0]):
            merge(above, {(code, *key[1:]): counts})
    if not above:
        return
    write_many(db.session, table_of(FigureDelta), COLUMNS, ((*key, *counts) for key, counts in above.items()))
    _open_days()
    _add_up()
    db.session.execute(delete(FigureDelta))


def _open_days() -> None:
    """Give every day on which something changes a row, equal to the one before it."""
    before, any_before = aliased(FigureDay), aliased(FigureDay)
    last = (
        select(func.max(any_before.day))
        .where(*(getattr(any_before, name) == getattr(FigureDelta, name) for name in KEY))
        .where(any_before.day < FigureDelta.day)
        .correlate(FigureDelta)
        .scalar_subquery()
    )
    same = and_(*(getattr(before, name) == getattr(FigureDelta, name) for name in KEY), before.day == last)
    rows = select(
        *(getattr(FigureDelta, name) for name in (*KEY, "day")),
        *(func.coalesce(getattr(before, name), 0) for name in MEASURES),
    ).outerjoin(before, same)
    # SQLite reads `FROM a LEFT JOIN b ON CONFLICT` as a join condition unless a WHERE stands between.
    opened = upsert(db.session, table_of(FigureDay)).from_select(COLUMNS, rows.where(FigureDelta.period >= 0))
    db.session.execute(opened.on_conflict_do_nothing())


def _add_up() -> None:
    """Add the steps to every row from their day on: later days know what became known earlier."""
    later = aliased(FigureDay)
    same = [getattr(later, name) == getattr(FigureDelta, name) for name in KEY]
    sums = (
        select(
            *(getattr(later, name) for name in (*KEY, "day")),
            *(func.sum(getattr(FigureDelta, name)).label(name) for name in MEASURES),
        )
        # There is always such a day, since it was opened. An outer join begins with the few steps, whatever is
        # thought of their number; an inner one was seen to read every day there is.
        .join_from(FigureDelta, later, and_(*same, later.day >= FigureDelta.day), isouter=True)
        .group_by(*(getattr(later, name) for name in (*KEY, "day")))
        .subquery("sums")
    )
    db.session.execute(
        update(FigureDay)
        .where(*(getattr(FigureDay, name) == sums.c[name] for name in (*KEY, "day")))
        .values({name: getattr(FigureDay, name) + sums.c[name] for name in MEASURES})
        .execution_options(synchronize_session=False)
    )


def _forget(folded: Iterable[int]) -> None:
    done = list(folded)
    db.session.execute(
        delete(FigureChange).where(FigureChange.id.in_(done)).execution_options(synchronize_session=False)
    )


def _keep_state(now: datetime, *, drained: bool, last_change: int, built: bool = False) -> None:
    state = changes.find_state()
    if state is None:
        state = FigureState(id=1, built_at=now, folded_through=now, folds=0, last_change=0)
        db.session.add(state)
    state.folds += 1
    state.last_change = max(state.last_change, last_change)
    if drained:
        state.folded_through = now
    if built:
        state.built_at = now
    db.session.flush()
