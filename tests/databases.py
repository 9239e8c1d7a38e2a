"""Databases beside the shared one, for tests that keep theirs longer than one test, or leave it half made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

_serial = itertools.count(1)


@contextmanager
def database(engine: str, folder: Path, server: str) -> Iterator[str]:
    """Yield the address of an empty database on SQLite or PostgreSQL; it is gone afterwards."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / f'own{next(_serial)}.sqlite3'}"
        return
    name = f"own{next(_serial)}"
    home = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with home.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with home.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        home.dispose()
