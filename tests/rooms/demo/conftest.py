"""One small district for the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask

from tests.conftest import ENGINES, make_app
from tests.databases import database
from tests.makers.demo import load_small
from volunteer_hub.core.db import db
from volunteer_hub.ledger import queries as ledger_queries


@pytest.fixture(scope="module", params=ENGINES)
def _district_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[Flask]:
    with database(request.param, tmp_path_factory.mktemp("district"), postgres_server) as address:
        application = make_app(address)
        with application.app_context():
            flask_migrate.upgrade()
            load_small()
            db.session.remove()
        yield application
        with application.app_context():
            db.engine.dispose()


@pytest.fixture
def district(_district_app: Flask) -> Iterator[Flask]:
    """The application on a loaded small district, to be looked at only."""
    ledger_queries.forget_policies()
    with _district_app.app_context():
        yield _district_app
        db.session.remove()
