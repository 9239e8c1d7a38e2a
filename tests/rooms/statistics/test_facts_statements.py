"""How often an answer about services asks the database, and what SQLite may not do meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.makers.activities import make_shift
from tests.makers.ledger import make_resident
from tests.makers.regions import make_district
from tests.makers.services import FIRST_DAY, make_project, make_service
from tests.makers.stations import make_station
from volunteer_hub.core import clock, dialect
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.statistics.facts import facts
from volunteer_hub.statistics.facts_question import By, FactsQuestion
from volunteer_hub.statistics.question import Question


def ask(by: By) -> None:
    facts(FactsQuestion(Question("220403000000", clock.now(), live=True), by), EVERYTHING)


def test_a_condition_that_most_lines_meet_is_kept_from_an_index_on_sqlite_alone(app: Flask) -> None:
    column = dialect.by_scan(db.session, HoursEntry.service_on)
    written = str((column >= FIRST_DAY).compile(db.engine))
    assert ("+ hours_entries.service_on" in written) == (dialect.name(db.session) == "sqlite")


@pytest.mark.parametrize("by", list(By))
def test_an_answer_takes_as_many_statements_for_one_service_as_for_many(app: Flask, by: By) -> None:
    places = make_district()
    station = make_station(places.community)
    starts = clock.at(FIRST_DAY)
    shift = make_shift(
        station, starts_at=starts, ends_at=starts + timedelta(hours=2), project_id=make_project(station).id
    )
    make_service(make_resident(places.community), station=station, shift=shift)
    few = _statements(lambda: ask(by))
    for _ in range(5):
        make_service(make_resident(places.far_community), station=station, shift=shift)
    assert _statements(lambda: ask(by)) == few
    assert few <= {By.STATION: 6, By.TEAM: 6, By.PROJECT: 5}.get(by, 4)


def _statements(act: Any) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_service_committed_between_the_statements_of_an_answer_does_no_harm(app: Flask) -> None:
    """It began before the answer's instant and was committed after the first statement; its month has no row yet."""
    places = make_district()
    station = make_station(places.community)
    starts = clock.at(FIRST_DAY)
    shift = make_shift(station, starts_at=starts, ends_at=starts + timedelta(hours=2))
    resident = make_resident(places.community)
    came: list[int] = []

    def serve() -> None:
        with app.app_context():
            came.append(make_service(resident, station=station, shift=shift))

    def come_between(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "at_shifts" in statement and threading.current_thread() is here and not came:
            other = threading.Thread(target=serve)
            other.start()
            other.join(60)

    here = threading.current_thread()
    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", come_between)
    try:
        ask(By.MONTH)
    finally:
        event.remove(db.engine, "before_cursor_execute", come_between)
    assert came
