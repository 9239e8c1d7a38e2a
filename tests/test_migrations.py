"""Migrations go up, down and up again on both engines, and leave exactly the tables the models describe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from config import ROOT
from tests.conftest import make_app
from tests.databases import database
from volunteer_hub.core.db import db

VERSIONS = ROOT / "migrations" / "versions"


@pytest.fixture
def empty(engine: str, tmp_path: Path, postgres_server: str) -> Iterator[Flask]:
    """The application on a database nobody has touched, with its context pushed."""
    with database(engine, tmp_path, postgres_server) as address:
        application = make_app(address)
        with application.app_context():
            yield application
            db.session.remove()
            db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def test_up_down_and_up_again_leaves_nothing_behind_and_everything_there(empty: Flask) -> None:
    flask_migrate.upgrade()
    first = tables()
    assert set(db.metadata.tables) <= first
    flask_migrate.downgrade(revision="base")
    assert tables() <= {"alembic_version"}
    flask_migrate.upgrade()
    assert tables() == first


def test_tables_are_exactly_what_the_models_describe(empty: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert differences == []


def test_each_step_down_can_be_taken_back(empty: Flask) -> None:
    flask_migrate.upgrade()
    script = ScriptDirectory(str(ROOT / "migrations"))
    for revision in list(script.walk_revisions()):
        flask_migrate.downgrade(revision="-1")
        flask_migrate.upgrade(revision=revision.revision)
        flask_migrate.downgrade(revision="-1")


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_migrations_import_nothing_of_ours() -> None:
    """What a migration did must not change when the code does."""
    for path in VERSIONS.glob("*.py"):
        assert "volunteer_hub" not in path.read_text(), path.name
