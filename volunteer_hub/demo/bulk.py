"""Inserts many rows quickly: the same tables, constraints and triggers as one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, insert

from volunteer_hub.core.db import Base, db
from volunteer_hub.core.dialect import new_keys

BATCH = 4000
Row = dict[str, Any]
#: Told how many rows have just been written.
Progress = Callable[[int], None]


def keys(model: type[Base], count: int) -> list[int]:
    """Return so many unused ids for a model's table."""
    return new_keys(db.session, _table(model), count)


def write(model: type[Base], rows: Sequence[Row], progress: Progress) -> None:
    """Insert rows, each with every column that has no default in the database."""
    table = _table(model)
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        db.session.execute(insert(table), batch)
        progress(len(batch))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} has no table of its own")
    return table
