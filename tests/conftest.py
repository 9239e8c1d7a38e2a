"""The application on each engine. Tests really commit; between tests the database is made empty again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import text

os.environ["VOLUNTEER_HUB_ENV"] = "testing"
os.environ["SECRET_KEY"] = "the tests' own key: not a secret, forty characters"
os.environ.setdefault("INSTANCE_DIR", tempfile.mkdtemp(prefix="vhtest"))

from config import Settings
from tests import catalogues, postgres
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db
from volunteer_hub.demo import queries as demo_queries
from volunteer_hub.ledger import queries as ledger_queries

ENGINES = ("sqlite", "postgresql")


class Browser(FlaskClient):
    """A client whose every request has an application context of its own, as a served request has."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request; end the test's own reading transaction first, so that it then sees what happened."""
        if has_app_context():
            db.session.rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


def pytest_configure() -> None:
    """Compile the translations before the first page is drawn."""
    catalogues.compile_stale()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever touches a database on both engines."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES, scope="session")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One private server for this test process; an empty address where no PostgreSQL is to be had.

    `make test` then leaves out whatever runs on PostgreSQL, says so, and fails.
    """
    try:
        postgres.find_binaries()
    except postgres.NoPostgres:
        yield ""
        return
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def apps(postgres_server: str) -> Iterator[dict[str, Flask]]:
    """The applications made so far, one an engine; their connections end before the server does."""
    made: dict[str, Flask] = {}
    yield made
    for application in made.values():
        with application.app_context():
            db.engine.dispose()


@pytest.fixture
def app(engine: str, apps: dict[str, Flask], request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on an empty, migrated database, with its context pushed."""
    if engine not in apps:
        apps[engine] = _build(engine, request)
    application = apps[engine]
    _empty(application, engine)
    demo_queries._loaded.clear()
    ledger_queries.forget_policies()
    with application.app_context():
        yield application
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody has signed in with. Forms posted by it need no CSRF token; that has its own tests."""
    return app.test_client()


def make_app(uri: str, **chosen: Any) -> Flask:
    """Return an application on any address, for tests that need more than one; `chosen` overrides settings."""
    settings = Settings()
    settings.SQLALCHEMY_DATABASE_URI = uri
    vars(settings).update({"WTF_CSRF_ENABLED": False, "MIGRATION_LOG": False, **chosen})
    application = create_app(settings)
    application.test_client_class = Browser
    return application


def _build(engine: str, request: pytest.FixtureRequest) -> Flask:
    if engine == "sqlite":
        folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
        home = Path(tempfile.mkdtemp(prefix="vhsqlite", dir=folder))
        request.session.addfinalizer(lambda: shutil.rmtree(home, ignore_errors=True))
        uri = f"sqlite:///{home / 'hub.sqlite3'}"
    else:
        uri = request.getfixturevalue("postgres_server")
    application = make_app(uri)
    with application.app_context():
        flask_migrate.upgrade()
        if engine == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
            path = Path(uri.removeprefix("sqlite:///"))
            shutil.copy(path, path.with_suffix(".empty"))
    return application


def _empty(application: Flask, engine: str) -> None:
    with application.app_context():
        if engine == "sqlite":
            db.engine.dispose()
            path = Path(str(db.engine.url.database))
            for suffix in ("-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            shutil.copy(path.with_suffix(".empty"), path)
        else:
            names = ", ".join(table.name for table in db.metadata.sorted_tables)
            with db.engine.begin() as connection:
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
