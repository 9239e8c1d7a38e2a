"""Every table says what it holds about people: a new one fails here until somebody decides, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from volunteer_hub import rooms
from volunteer_hub.core.db import db
from volunteer_hub.rights.declaring import About, Nothing, can_hold_words
from volunteer_hub.rights.holdings import HOLDINGS
from volunteer_hub.rights.labels import GROUPS

ROOT = Path(__file__).resolve().parents[2]
TABLES = {table.name: table for table in db.metadata.sorted_tables} if rooms.TABLES else {}


def test_every_table_says_what_it_holds_about_people() -> None:
    """Add the missing table to volunteer_hub/rights/holdings.py; its docstring shows how."""
    assert sorted(set(TABLES) - set(HOLDINGS)) == []


@pytest.mark.parametrize("name", sorted(set(TABLES) & set(HOLDINGS)))
def test_every_column_that_can_hold_words_is_decided_about(name: str) -> None:
    """In a table about people each such column is given out or sealed, and kept or wiped when they leave."""
    declared, table = HOLDINGS[name], TABLES[name]
    if isinstance(declared, Nothing):
        assert declared.because
        return
    assert isinstance(declared, About)
    assert len(declared.lists) == len(declared.named), "in one list each"
    assert {column.name for column in table.columns if can_hold_words(column)} - declared.named == set()
    assert declared.named <= set(table.columns.keys())
    assert all(table.columns[column].nullable for column in declared.cleared)
    assert {way.column for way in (*declared.ways, *declared.also)} <= set(table.columns.keys())
    assert declared.ways


def test_whoever_points_at_people_is_about_people() -> None:
    """A table with a column for a volunteer cannot say that it holds nothing about people."""
    pointing = {
        name
        for name, table in TABLES.items()
        for key in table.foreign_keys
        if key.column.table.name == "volunteers" and name != "erasures"
    }
    assert [name for name in sorted(pointing) if isinstance(HOLDINGS.get(name), Nothing)] == []


def test_every_group_is_explained() -> None:
    used = {declared.group for declared in HOLDINGS.values() if isinstance(declared, About)}
    assert used <= set(GROUPS)


def test_nothing_asks_where_somebody_is() -> None:
    """There is no processing of positions: location is asked separately, and never needed (PIPL art. 28-29)."""
    words = ("geolocation", "getCurrentPosition", "watchPosition", "DeviceOrientation")
    folders = (ROOT / "templates", ROOT / "static" / "js", ROOT / "volunteer_hub")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".html", ".js", ".py")]
    asking = [
        str(path.relative_to(ROOT))
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(word in line for word in words) and "geolocation=()" not in line
    ]
    assert asking == []
