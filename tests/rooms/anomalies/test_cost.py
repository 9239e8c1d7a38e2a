"""What a night's look asks of the large tables: ranges of indexes, never the whole of one, on both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.makers.anomalies import make_queue
from tests.makers.checkin import START, make_door
from volunteer_hub.anomalies import looking, month_rules, new_rows
from volunteer_hub.anomalies.thresholds import LIMITS
from volunteer_hub.core import clock
from volunteer_hub.core.db import db

LARGE = "scans|sessions|hours_entries|volunteers|standings|scan_rulings|corrections"
#: How each engine says that it reads a whole table.
WHOLE = re.compile(rf"(?:^SCAN (?:TABLE )?|Seq Scan on )(?:{LARGE})(?:_\d)?\b")


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Collect the reading statements of the block with their values."""
    heard: list[tuple[str, Any]] = []

    def listen(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().startswith("SELECT"):
            heard.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", listen)
    yield heard
    event.remove(db.engine, "before_cursor_execute", listen)


def plan(statement: str, values: Any) -> list[str]:
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            return [row[-1] for row in rows]
        # A table of a few rows is read whole however it is indexed; forbidding that shows if there is another way.
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        return [row[0].strip() for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]


@pytest.fixture
def heard(app: Flask) -> list[tuple[str, Any]]:
    """Everything a look asks that has a month's end within it."""
    door = make_door()
    people = make_queue(door, 8, START, every=timedelta(minutes=2))
    db.session.rollback()
    over = looking.Reach(START, clock.at(date(2026, 4, 1)), (0, new_rows.highest(new_rows.Scan)), (0, people[-1].id))
    with asked() as statements:
        list(looking.find(over, LIMITS))
    return statements


def test_a_nights_look_reads_no_large_table_as_a_whole(heard: list[tuple[str, Any]]) -> None:
    """Red without the indexes of migration 0012 on corrections and scan_rulings."""
    whole = [
        (line, statement) for statement, values in heard for line in plan(statement, values) if WHOLE.search(line)
    ]
    assert whole == []
    assert len(heard) >= 12


def test_a_look_asks_as_often_for_many_shifts_as_for_one(app: Flask) -> None:
    counts = []
    for _ in range(2):
        for door in [make_door() for _ in range(5)]:
            make_queue(door, 2, START, every=timedelta(minutes=2))
        over = looking.Reach(START, START, (0, new_rows.highest(new_rows.Scan)), (0, 0))
        with asked() as statements:
            list(looking.find(over, LIMITS))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert month_rules.months_over(START, START) == []
