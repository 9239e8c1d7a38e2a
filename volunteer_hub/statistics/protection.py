"""Which cells of a published table stay hidden, so that small groups can neither be read nor worked out. Pure.

A table of divisions is a tree of sums: each total is the sum of its parts. A cell that counts one to four
people is hidden, and where the total above it is shown the rest of the sum would give it away: so its
neighbour by code is hidden with it, and more, until what is hidden counts nobody or at least five. Never the
smallest, since "it was the smallest" would itself be a piece of information. A division hidden in the table
above hides one of its own parts too, or they would add up to it.

Each figure is settled by itself: the same figure, asked for together with another period or class, must be
hidden in the same cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from volunteer_hub.statistics.answer import Cell

#: The fewest people of whom a figure is published.
FEWEST = 5
REGISTERED, WITH_HOURS, PARTICIPANTS, MINUTES = FIGURES = ("registered", "with_hours", "participants", "minutes")


class Seen(StrEnum):
    """What a reader knows of a total: its figure, nothing since it keeps a small one company, or it is small."""

    SHOWN = "shown"
    COMPANION = "companion"
    SMALL = "small"


@dataclass(frozen=True)
class Part:
    """One cell of a sum: its code, the groups of people its figure speaks of, and whether it must be hidden."""

    code: str
    groups: tuple[int, ...]
    small: bool
    #: Zero of many, which may be told; a zero of few is hidden as if it were a number.
    nothing: bool = False


@dataclass(frozen=True)
class Table:
    """One division's table: itself, its parts, and how many of each served in the month before the instant."""

    whole: Cell
    parts: Sequence[Cell]
    #: By `key_of`.
    served: Mapping[str, int]


@dataclass(frozen=True)
class Veil:
    """What may be read of a table: which figures of its total, and which parts are hidden in each figure."""

    whole: frozenset[str]
    hidden: Mapping[str, frozenset[str]]

    def shows(self, key: str) -> frozenset[str]:
        """Return the figures that may be read of a part."""
        return frozenset(figure for figure in FIGURES if key not in self.hidden[figure])


def key_of(cell: Cell) -> str:
    """Return what names a cell in its table: its code, or the code and a sign for who is in no part."""
    return f"{cell.code}-" if cell.rest else cell.code


def is_small(groups: Sequence[int]) -> bool:
    """Tell whether any of the groups has members, but too few."""
    return any(0 < size < FEWEST for size in groups)


def part_of(cell: Cell, figure: str, served: Mapping[str, int]) -> Part:
    """Return a cell as a part of one figure's sum.

    Those without hours, and those who took no part, are groups too. Minutes are hidden where fewer than five
    served of late, nobody included: what was added since they were last shown would be theirs alone.
    """
    key, are_few = key_of(cell), is_small((cell.registered,))
    if figure == MINUTES:
        of_late = served.get(key, 0)
        small = are_few or of_late < FEWEST or is_small((cell.with_hours,))
        return Part(key, (of_late,), small, nothing=not cell.with_hours and not are_few)
    value: int = getattr(cell, figure)
    groups = (value,) if figure == REGISTERED else (value, cell.registered - value)
    return Part(key, groups, are_few or is_small(groups), nothing=not value and not are_few)


def veil(line: Sequence[Table], *, minutes: bool, hours: bool = True) -> Veil:
    """Return what of the last table may be read, given the tables above it, the highest published one first.

    `minutes` is false where the question allows none, `hours` where it allows nothing that depends on hours at all.
    Each table but the first is of a part of the one before.
    """
    shown, hidden = set(), {}
    untold = frozenset(FIGURES[1:]) if not hours else frozenset() if minutes else frozenset({MINUTES})
    for figure in FIGURES:
        whole, hidden[figure] = _one_figure(line, figure) if figure not in untold else (Seen.SMALL, _all(line[-1]))
        shown |= {figure} if whole is Seen.SHOWN else set()
    return Veil(frozenset(shown), hidden)


def _all(table: Table) -> frozenset[str]:
    return frozenset(key_of(cell) for cell in table.parts)


def _one_figure(line: Sequence[Table], figure: str) -> tuple[Seen, frozenset[str]]:
    top = part_of(line[0].whole, figure, line[0].served)
    total = Seen.SMALL if top.small and not top.nothing else Seen.SHOWN
    for depth, table in enumerate(line):
        parts = [part_of(cell, figure, table.served) for cell in table.parts]
        hidden = hide(total, parts, strict=figure == MINUTES)
        if depth == len(line) - 1:
            break
        below = line[depth + 1].whole.code
        total = _seen(next(part for part in parts if part.code == below), hidden)
    return total, hidden


def _seen(part: Part, hidden: frozenset[str]) -> Seen:
    """Return what the part is to its own page, given which codes are hidden in the table above."""
    if part.code not in hidden:
        return Seen.SHOWN
    return Seen.SMALL if part.small else Seen.COMPANION


def hide(total: Seen, parts: Sequence[Part], *, strict: bool = False) -> frozenset[str]:
    """Return the codes of the parts to hide. `strict` wants at least five in every group of what is hidden.

    Strict is needed where the hidden parts' sum is compared with another, of another month or of another
    table: then not even "nobody" may be known of it.
    """
    if total is Seen.SMALL:
        return frozenset(part.code for part in parts if not part.nothing)
    ring = sorted((part for part in parts if not part.nothing), key=lambda part: part.code)
    small = [at for at, part in enumerate(ring) if part.small]
    if total is Seen.SHOWN and not small:
        return frozenset()
    # Each small one takes its neighbour along, whoever else is small: a companion stays one from month to month.
    taken = {at % len(ring) for one in small for at in (one, one + 1)} or set(range(len(ring))[:1])
    start = small[0] if small else 0
    for step in range(len(ring)):
        if _enough(total, [ring[at] for at in taken], strict):
            break
        taken.add((start + step) % len(ring))
    hidden = [ring[at] for at in taken]
    # Where nobody else has anything, the total is the small one's own: those who have nothing keep it company then.
    for part in sorted((part for part in parts if part.nothing), key=lambda part: part.code):
        if _enough(total, hidden, strict):
            break
        hidden.append(part)
    return frozenset(part.code for part in hidden)


def _enough(total: Seen, hidden: Sequence[Part], strict: bool) -> bool:
    sums = [sum(sizes) for sizes in zip(*(part.groups for part in hidden), strict=True)]
    are_large = all(size >= FEWEST for size in sums)
    if total is Seen.COMPANION:
        return bool(hidden) and are_large
    return len(hidden) > 1 and (are_large if strict else not is_small(sums))


def groups_of(cell: Cell) -> tuple[int, ...]:
    """Return every group of people a cell's figures speak of."""
    return tuple(size for figure in FIGURES[:3] for size in part_of(cell, figure, {}).groups)
