"""A town for the tests that walk through every door: the small district, and people of every role in it."""

from __future__ import annotations

from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask

from tests.conftest import make_app
from tests.house.town import Town, build
from tests.makers.demo import load_small
from volunteer_hub.core.db import db
from volunteer_hub.demo import queries as demo_queries
from volunteer_hub.ledger import queries as ledger_queries


@pytest.fixture(scope="module")
def _town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Town]]:
    application = make_app(f"sqlite:///{tmp_path_factory.mktemp('town') / 'hub.sqlite3'}")
    with application.app_context():
        flask_migrate.upgrade()
        load_small(150)
        town = build(application)
        db.session.remove()
    yield application, town
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def town(_town: tuple[Flask, Town]) -> Iterator[Town]:
    """The town, with its application's context pushed."""
    application, made = _town
    demo_queries.forget()
    ledger_queries.forget_policies()
    with application.app_context():
        yield made
        db.session.remove()
