"""What a check-in costs, against the same statements sent by the bare driver to a copy of the same database.

    python -m bench.checkin [--people 400] [--engines sqlite,postgresql]

Per accepted check-in, with sign-in (device token), rights, decision and trail all on: Python CPU
(minimum and median), SQL statements, Python calls; then requests per second through gunicorn, as a
ratio to a bare Flask endpoint that sends the same statements. Machines pause: trust minima and ratios.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import create_engine, event

from bench.throughput import Throughput, measure
from bench.world import Place, World, application, build, place
from volunteer_hub.core import clock
from volunteer_hub.core.db import db

Recorded = list[list[tuple[str, Any]]]


def main() -> None:
    """Run both engines and print one table each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--engines", default="sqlite,postgresql")
    chosen = parser.parse_args()
    for engine in chosen.engines.split(","):
        with place(engine) as here:
            run(here, chosen.people)


def run(here: Place, people: int) -> None:
    """Measure one engine and print its table."""
    world = build(here.empty("world"), people)
    copies = {name: here.copy(world.uri, name) for name in ("timed", "counted", "called", "bare", "served", "plain")}
    recorded = _record(world, copies["counted"])
    times = {direction: _cpu(world, copies["timed"], direction) for direction in ("in", "out")}
    calls = {direction: _calls(world, copies["called"], direction) for direction in ("in", "out")}
    bare = {direction: _bare(copies["bare"], recorded[direction]) for direction in ("in", "out")}
    through = measure(world, copies["served"], copies["plain"], recorded["in"])
    _print(here.engine, recorded, times, calls, bare, through)


def _post(client: FlaskClient, world: World, person: int, direction: str) -> None:
    item = world.item(person, direction, secrets.token_hex(16), clock.now())
    answer = client.post("/api/v1/scans", json={"items": [item]}, headers={"Authorization": f"Bearer {world.token}"})
    result = answer.json["results"][0]
    if result["outcome"] != "accepted":
        raise SystemExit(f"not accepted: {result}")


def _each(world: World, uri: str, direction: str, around: Callable[[Callable[[], None]], Any]) -> list[Any]:
    """Check everybody in, or out, through the API in this process; return what `around` measured."""
    app = application(uri)
    client = app.test_client()
    if direction == "out":
        with app.app_context():
            _let_a_minute_pass()
    given = [around(lambda who=person: _post(client, world, who, direction)) for person in world.people]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return given


def _let_a_minute_pass() -> None:
    """Move everybody's check-in an hour back: a second scan within a minute would be the same act."""
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("UPDATE sessions SET in_at = datetime(in_at, '-1 hour') || '.000000'")
        else:
            connection.exec_driver_sql("UPDATE sessions SET in_at = in_at - interval '1 hour'")


def _cpu(world: World, uri: str, direction: str) -> list[float]:
    def timed(act: Callable[[], None]) -> float:
        before = time.process_time()
        act()
        return (time.process_time() - before) * 1000

    return _each(world, uri, direction, timed)[20:]


def _calls(world: World, uri: str, direction: str) -> int:
    """Return the least number of Python function calls of one check-in."""

    def counted(act: Callable[[], None]) -> int:
        count = 0

        def tick(_frame: Any, kind: str, _argument: Any) -> None:
            nonlocal count
            count += kind == "call"

        sys.setprofile(tick)
        try:
            act()
        finally:
            sys.setprofile(None)
        return count

    return min(_each(world, uri, direction, counted))


def _record(world: World, uri: str) -> dict[str, Recorded]:
    """Check everybody in and out once, and keep the statements of each as the driver got them."""
    recorded: dict[str, Recorded] = {}
    current: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        current.append((statement, parameters))

    def one(act: Callable[[], None]) -> list[tuple[str, Any]]:
        current.clear()
        act()
        return list(current)

    app = application(uri)
    with app.app_context():
        engine = db.engine
    event.listen(engine.__class__, "before_cursor_execute", keep)
    try:
        for direction in ("in", "out"):
            recorded[direction] = _each(world, uri, direction, one)
    finally:
        event.remove(engine.__class__, "before_cursor_execute", keep)
    return recorded


def _bare(uri: str, recorded: Recorded) -> list[float]:
    """Send the recorded statements by the driver alone, one transaction a check-in; return CPU milliseconds."""
    engine = create_engine(uri)
    raw = engine.raw_connection()
    connection: Any = raw.driver_connection
    if engine.dialect.name == "sqlite":
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
    else:
        connection.autocommit = True
    cursor = connection.cursor()
    spent = []
    for statements in recorded:
        before = time.process_time()
        replay(cursor, statements, engine.dialect.name)
        spent.append((time.process_time() - before) * 1000)
    raw.close()
    engine.dispose()
    return spent[20:]


def replay(cursor: Any, statements: list[tuple[str, Any]], dialect: str) -> None:
    """Run one check-in's statements in one transaction."""
    scan_id = 0
    explicit = any(statement.startswith("BEGIN") for statement, _ in statements)
    if not explicit:
        cursor.execute("BEGIN")
    for statement, recorded in statements:
        if statement.startswith("BEGIN") and dialect == "sqlite" and cursor.connection.in_transaction:
            cursor.execute("COMMIT")
        opens = statement.startswith("INSERT INTO sessions")
        cursor.execute(statement, _with_scan(statement, recorded, scan_id) if opens else recorded)
        if cursor.description:
            rows = cursor.fetchall()
            if statement.startswith("INSERT INTO scans"):
                scan_id = rows[0][0]
    cursor.execute("COMMIT")


def _with_scan(statement: str, parameters: Any, scan_id: int) -> Any:
    """Point a session at the scan just inserted: clients that race insert in another order than was recorded."""
    if isinstance(parameters, dict):
        return {**parameters, "in_scan_id": scan_id}
    columns = statement[statement.index("(") + 1 : statement.index(")")].split(", ")
    place = columns.index("in_scan_id")
    return (*parameters[:place], scan_id, *parameters[place + 1 :])


def _print(
    engine: str,
    recorded: dict[str, Recorded],
    times: dict[str, list[float]],
    calls: dict[str, int],
    bare: dict[str, list[float]],
    through: Throughput,
) -> None:
    print(f"\n{engine}: one accepted check-in by POST /api/v1/scans")
    print(f"{'':6}{'CPU ms min':>12}{'median':>9}{'bare ms min':>13}{'ratio':>8}{'statements':>12}{'calls':>8}")
    for direction in ("in", "out"):
        least, plain = min(times[direction]), min(bare[direction])
        counted = [sum(not it[0].startswith("BEGIN") for it in statements) for statements in recorded[direction]]
        print(
            f"{direction:6}{least:12.2f}{statistics.median(times[direction]):9.2f}{plain:13.2f}{least / plain:8.1f}"
            f"{statistics.mode(counted):12d}{calls[direction]:8d}"
        )
    print(f"aim       1.40 (CPU, minimum)                         {6:12d}{4000:8d}")
    print(
        f"requests a second, {through.clients} clients, one worker: {through.hub:.0f}; bare Flask with the same "
        f"statements: {through.plain:.0f}; ratio {through.hub / through.plain:.2f} (aim 0.50)"
    )


if __name__ == "__main__":
    main()
