"""The golden case in full size: 25,028 people, 13,252 with hours, 18.36 % and 52.95 %, counted from rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask

from tests.conftest import make_app
from tests.makers.demo import NOW, load_small
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo.plan import REPORTED_PEOPLE, REPORTED_WITH_HOURS
from volunteer_hub.statistics.queries import ratios
from volunteer_hub.statistics.question import parse


@pytest.fixture
def whole_district(tmp_path: Path) -> Iterator[Flask]:
    application = make_app(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    with application.app_context():
        flask_migrate.upgrade()
        load_small(REPORTED_PEOPLE)
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_the_district_reports_what_it_published(whole_district: Flask) -> None:
    for when in ({}, {"as_of": ["2022-12-31"]}):
        whole = ratios(parse({"region": ["220403"], **when}, default_region="", now=NOW), EVERYTHING).whole
        assert (whole.registered, whole.with_hours) == (REPORTED_PEOPLE, REPORTED_WITH_HOURS)
        assert whole.registration_ratio.percent == Decimal("18.36")
        assert whole.hours_ratio.percent == Decimal("52.95")
