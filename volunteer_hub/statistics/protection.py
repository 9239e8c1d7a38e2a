"""Which cells of a published table stay hidden, so that small groups can neither be read nor worked out. Pure.

A table of divisions is a tree of sums: each total is the sum of its parts. A cell that counts one to four
people is hidden. Where the total above it is shown, the rest of the sum would give it away: so other parts
are hidden with it, until at least two are, and together they count nobody or at least five. Which ones is
settled by their codes, never by their size: "the smallest of the others" would itself be a piece of
information. A division that is hidden in the table above shows none of its own parts that would add up to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from volunteer_hub.statistics.answer import Cell

#: The fewest people of whom a figure is published.
FEWEST = 5


class Seen(StrEnum):
    """What a reader knows of a total: its figures, nothing since it keeps a small one company, or it is small."""

    SHOWN = "shown"
    COMPANION = "companion"
    SMALL = "small"


@dataclass(frozen=True)
class Part:
    """One cell of a sum: its code, the groups of people its figures speak of, and whether it must be hidden."""

    code: str
    groups: tuple[int, ...]
    small: bool
    #: Known to be nothing from another figure, so that hiding it hides nothing.
    nothing: bool = False


@dataclass(frozen=True)
class Table:
    """One division's table: itself, its parts, and how many of each served in the weeks before the instant."""

    whole: Cell
    parts: Sequence[Cell]
    #: By `key_of`.
    served: Mapping[str, int]


@dataclass(frozen=True)
class Veil:
    """What may be read of a table: of its total, and the keys of the parts that stay hidden."""

    people: bool
    minutes: bool
    hidden: frozenset[str]
    hidden_minutes: frozenset[str]


def is_small(groups: Sequence[int]) -> bool:
    """Tell whether any of the groups has members, but too few."""
    return any(0 < size < FEWEST for size in groups)


def groups_of(cell: Cell) -> tuple[int, ...]:
    """Return the groups a cell's people figures speak of, those without hours and without part in it too."""
    return (
        cell.registered,
        cell.with_hours,
        cell.participants,
        cell.registered - cell.with_hours,
        cell.registered - cell.participants,
    )


def key_of(cell: Cell) -> str:
    """Return what names a cell in its table: its code, or the code and a sign for who is in no part."""
    return f"{cell.code}-" if cell.rest else cell.code


def veil(line: Sequence[Table], *, minutes: bool) -> Veil:
    """Return what of the last table may be read, given the tables above it, the highest published one first.

    `minutes` is false where the question allows none. Each table but the first is of a part of the one before.
    """
    people, hours = _top(line[0], minutes=minutes)
    for depth, table in enumerate(line):
        parts = [people_part(cell) for cell in table.parts]
        hidden = hide(people, parts)
        timed = [minutes_part(cell, table.served, hidden=key_of(cell) in hidden) for cell in table.parts]
        hidden_minutes = hide(hours, timed, strict=True) | hidden
        if depth == len(line) - 1:
            break
        below = line[depth + 1].whole.code
        people = seen(_named(below, parts), hidden)
        hours = seen(_named(below, timed), hidden_minutes)
    return Veil(people is Seen.SHOWN, people is hours is Seen.SHOWN, hidden, hidden_minutes)


def _top(table: Table, *, minutes: bool) -> tuple[Seen, Seen]:
    people = Seen.SMALL if people_part(table.whole).small else Seen.SHOWN
    served = table.served.get(table.whole.code, 0)
    shows = minutes and people is Seen.SHOWN and served >= FEWEST
    return people, Seen.SHOWN if shows else Seen.SMALL


def _named(code: str, parts: Sequence[Part]) -> Part:
    return next(part for part in parts if part.code == code)


def people_part(cell: Cell) -> Part:
    """Return a cell as a part of the sums of people."""
    groups = groups_of(cell)
    return Part(key_of(cell), groups, is_small(groups), nothing=not cell.registered)


def minutes_part(cell: Cell, served: Mapping[str, int], *, hidden: bool) -> Part:
    """Return a cell as a part of the sum of minutes.

    Minutes are hidden where fewer than five served of late, nobody included: what was added since they were
    last shown would be theirs alone.
    """
    of_late = served.get(key_of(cell), 0)
    return Part(key_of(cell), (of_late,), hidden or of_late < FEWEST, nothing=not cell.with_hours)


def hide(total: Seen, parts: Sequence[Part], *, strict: bool = False) -> frozenset[str]:
    """Return the codes of the parts to hide. `strict` wants at least five in every group of what is hidden.

    Strict is needed where the hidden parts' sum is compared with another, of another month or of another
    table: then not even "nobody" may be known of it.
    """
    if total is Seen.SMALL:
        return frozenset(part.code for part in parts)
    hidden = [part for part in parts if part.small and not part.nothing]
    if total is Seen.SHOWN and not hidden:
        return frozenset()
    for companion in _companions(parts, hidden):
        if _enough(total, hidden, strict):
            break
        hidden.append(companion)
    return frozenset(part.code for part in hidden)


def seen(part: Part, hidden: frozenset[str]) -> Seen:
    """Return what the part is to its own page, given which codes are hidden in the table above."""
    if part.code not in hidden:
        return Seen.SHOWN
    return Seen.SMALL if part.small else Seen.COMPANION


def _companions(parts: Sequence[Part], hidden: Sequence[Part]) -> list[Part]:
    """Return those that may be hidden too: the next by code after the first small one, around the end."""
    ordered = sorted(parts, key=lambda part: part.code)
    start = ordered.index(hidden[0]) + 1 if hidden else 0
    around = ordered[start:] + ordered[:start]
    return [part for part in around if part not in hidden and not part.nothing]


def _enough(total: Seen, hidden: Sequence[Part], strict: bool) -> bool:
    if not hidden:
        return False
    sums = [sum(sizes) for sizes in zip(*(part.groups for part in hidden), strict=True)]
    if total is Seen.COMPANION:
        return all(size >= FEWEST for size in sums)
    fine = all(size >= FEWEST for size in sums) if strict else not is_small(sums)
    return len(hidden) > 1 and fine
