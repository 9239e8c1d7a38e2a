"""What differs between two sets of tables, figure by figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from volunteer_hub.month_close.content import Json, Value, find_table, value


@dataclass(frozen=True)
class Difference:
    """One figure of one row that was one thing and is another. `was` or `now` is None where there is no such row."""

    period: str
    #: ABCD or AB.
    classes: str
    code: str
    name: str
    rest: bool
    key: str
    was: Value
    now: Value

    @property
    def difference(self) -> Value:
        """Return by how much it is more, or None where one of the two is missing."""
        return None if self.was is None or self.now is None else self.now - self.was

    def as_json(self) -> Json:
        """Return the difference as a document keeps it."""
        kept = {name: getattr(self, name) for name in ("period", "classes", "code", "name", "rest", "key")}
        numbers = {"was": self.was, "now": self.now, "difference": self.difference}
        return {**kept, **{name: _kept(number) for name, number in numbers.items()}}


def differences(was: Sequence[Json], now: Sequence[Json], keys: Sequence[str]) -> list[Difference]:
    """Return every figure among `keys` that differs between the tables, in the order of rows and keys."""
    found: list[Difference] = []
    for table in was:
        fresh = find_table(now, table["period"], table["classes"])
        if fresh is not None:
            found += _of_table(table, fresh, keys)
    return found


def _of_table(was: Json, now: Json, keys: Sequence[str]) -> list[Difference]:
    old, new = _by_row(was["cells"]), _by_row(now["cells"])
    found = []
    for code, rest in dict.fromkeys((*old, *new)):
        before, after = old.get((code, rest)), new.get((code, rest))
        shown = before or after or {}
        for key in keys:
            figures = _figure(before, key), _figure(after, key)
            if figures[0] != figures[1]:
                found.append(Difference(was["period"], was["classes"], code, shown["name"], rest, key, *figures))
    return found


def _by_row(cells: Sequence[Json]) -> dict[tuple[str, bool], Json]:
    return {(cell["code"], cell["rest"]): cell for cell in cells}


def _figure(cell: Json | None, key: str) -> Value:
    return None if cell is None else value(cell["figures"].get(key))


def _kept(number: Value) -> int | str | None:
    return number if number is None or isinstance(number, int) else str(number)


def other_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return which other parts of a content differ: names, definitions, restatements."""
    watched = ("region", "meanings", "targets", "restatements", "supersedes")
    return [part for part in watched if was.get(part) != now.get(part)]
