"""What an office had entered before its figures were dated is dated from the trail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import make_app
from tests.databases import database
from volunteer_hub.core.db import db

AT = [datetime(2022, 1, day, 8, 0) for day in (1, 2, 3)]  # noqa: DTZ001 - stored without a zone, as the tables do
COUNTY, STREET = "220403000000", "220403002000"


@pytest.fixture
def before(engine: str, tmp_path: Path, postgres_server: str) -> Iterator[Flask]:
    """A database as it stood before figures were dated."""
    with database(engine, tmp_path, postgres_server) as address:
        application = make_app(address)
        with application.app_context():
            flask_migrate.upgrade(revision="0009")
            yield application
            db.session.remove()
            db.engine.dispose()


def write(table: str, **values: Any) -> None:
    places = ", ".join(f":{name}" for name in values)
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"), values)


def told(action: str, at: datetime, object_id: str, **details: Any) -> None:
    """Write a row of the trail."""
    write(
        "audit_entries",
        at=at,
        actor_label="文明办",
        action=action,
        object_type="population_figure",
        object_id=object_id,
        region_code=COUNTY,
        details=json.dumps(details),
    )


def rows(statement: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement))]


def test_replaced_figures_and_earlier_choices_come_back_and_downgrading_keeps_what_holds(before: Flask) -> None:
    for code, level, parent in ((COUNTY, 3, None), (STREET, 4, COUNTY)):
        write("regions", code=code, name="区", level=level, parent_code=parent, full_name="区")
    figure = {"base": "census", "year": 2020, "source": "公报"}
    write("population_figures", id=7, region_code=COUNTY, value=30, entered_at=AT[2], entered_by="文明办", **figure)
    write("population_figures", id=9, region_code=STREET, value=5, entered_at=AT[1], entered_by="x", **figure)
    for at, value in zip(AT, (10, 20, 30), strict=True):
        told("regions.set_population", at, "7", value=value, **figure)
    write("area_settings", region_code=COUNTY, publishes_ratios=True, counted_assurance=2)
    write("area_settings", region_code=STREET, publishes_ratios=False, counted_assurance=3)
    told("regions.choose_settings", AT[0], COUNTY, publishes_ratios=False, counted_assurance=1)
    told("regions.choose_settings", AT[1], COUNTY, publishes_ratios=True, counted_assurance=2)

    flask_migrate.upgrade(revision="0010")
    order = f"FROM population_figures WHERE region_code = '{COUNTY}' ORDER BY entered_at"
    assert [row[0] for row in rows(f"SELECT value {order}")] == [10, 20, 30]
    assert rows("SELECT id FROM population_figures WHERE value IN (5, 30) ORDER BY id") == [(7,), (9,)]
    chosen = "SELECT counted_assurance FROM area_settings WHERE region_code = '{}' ORDER BY chosen_at"
    assert rows(chosen.format(COUNTY)) == [(1,), (2,)]
    # Of which the trail says nothing: it has always held.
    assert rows(chosen.format(STREET)) == [(3,)]
    assert "1949" in str(rows(f"SELECT chosen_at FROM area_settings WHERE region_code = '{STREET}'"))

    flask_migrate.downgrade(revision="0009")
    assert rows("SELECT id, value FROM population_figures ORDER BY id") == [(7, 30), (9, 5)]
    assert [row[0] for row in rows("SELECT counted_assurance FROM area_settings ORDER BY region_code")] == [2, 3]
