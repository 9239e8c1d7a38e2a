"""Folds the ledger of hours into points: each line once, a reversal takes back what its line earned."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn, upsert
from volunteer_hub.recognition import point_queries as queries
from volunteer_hub.recognition.models import PointEntry, PointKind, PointMark
from volunteer_hub.recognition.point_queries import Line
from volunteer_hub.recognition.point_rules import rates_for

#: Lines looked at in one transaction; a writer on SQLite waits no longer than one batch takes.
BATCH = 250


def fold(after: int) -> list[Line]:
    """Fold the lines beyond a number, one batch of them, and return those looked at.

    Two at once take turns, and what has points already is left out, so that looking again does nothing.
    """
    take_turn(db.session, "points")
    lines = queries.list_lines(after, BATCH)
    done = queries.list_folded([line.id for line in lines])
    known = queries.list_rates()
    credited = [line for line in lines if line.reverses_id is None and line.id not in done]
    earned = []
    for line in credited:
        rates = rates_for(known, line.region_code, line.recorded_at)
        points = rates.worth(line.minutes, line.hours_class)
        if points:
            earned.append(_row(line, PointKind.EARNED, points, rates.id, None))
    _write(earned)
    reversals = [line for line in lines if line.reverses_id is not None and line.id not in done]
    taken = queries.map_earned(line.reverses_id for line in reversals if line.reverses_id is not None)
    _write(
        [
            _row(line, PointKind.REVERSED, -was.points, was.rule_id, was.id)
            for line in reversals
            if (was := taken.get(line.reverses_id or 0)) is not None
        ]
    )
    return lines


def mark(day: date, entry_id: int) -> None:
    """Note that everything up to a line was looked at on a civil date."""
    table = table_of(PointMark)
    statement = upsert(db.session, table).values(day=day, entry_id=entry_id)
    db.session.execute(statement.on_conflict_do_update(index_elements=["day"], set_={"entry_id": entry_id}))


def _row(line: Line, kind: PointKind, points: int, rule_id: int | None, reverses_id: int | None) -> dict[str, object]:
    return {
        "volunteer_id": line.volunteer_id,
        "kind": kind,
        "points": points,
        "rule_id": rule_id,
        "entry_id": line.id,
        "source": f"hours:{line.id}",
        "reverses_id": reverses_id,
        "at": line.recorded_at,
        "note": None,
    }


def _write(rows: list[dict[str, object]]) -> None:
    if rows:
        db.session.connection().execute(insert(table_of(PointEntry)), rows)
