"""The house stands."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from volunteer_hub.core.db import db


def test_the_database_is_migrated_and_empty(app: Flask) -> None:
    assert db.session.scalar(text("SELECT count(*) FROM volunteers")) == 0
