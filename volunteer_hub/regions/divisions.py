"""Reads the shipped list of all divisions of China, line by line: 665,271 rows are never held at once."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from volunteer_hub.regions.codes import LENGTHS, level_of

FILE = Path(__file__).parent / "data" / "divisions-2023.csv.xz"
#: Rows in the file.
COUNT = 665_271
#: Headings of the statistical list, not names of places: left out of the full names below them.
HEADINGS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


class Division(NamedTuple):
    """One row as the table of regions holds it."""

    code: str
    name: str
    level: int
    parent_code: str | None
    full_name: str


class _Above(NamedTuple):
    """A division on the way down to the present line, and how the full names below it begin."""

    digits: str
    code: str
    name: str
    begins: str


def read_divisions(within: str = "", file: Path = FILE) -> Iterator[Division]:
    """Yield divisions in the order of their codes, parents first.

    `within` is a code prefix: its subtree, after the divisions above it. Everything without it.
    """
    above: list[_Above] = []
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            code, name = line.rstrip("\n").split(",")
            level = level_of(code)
            digits = code[: LENGTHS[level - 1]]
            while above and not code.startswith(above[-1].digits):
                above.pop()
            parent = above[-1] if above else None
            division = Division(code, name, level, parent and parent.code, _full_name(parent, name))
            if level < 5:
                above.append(_Above(digits, code, name, _begins(parent, division)))
            if digits.startswith(within) or within.startswith(digits):
                yield division
            elif within and digits[: len(within)] > within:
                return


def _full_name(parent: _Above | None, name: str) -> str:
    """Name the divisions from the province down; a city named like its only county (嘉峪关市) once."""
    if parent is None:
        return name
    return parent.begins if name == parent.name else parent.begins + name


def _begins(parent: _Above | None, division: Division) -> str:
    return parent.begins if parent and division.name in HEADINGS else division.full_name
