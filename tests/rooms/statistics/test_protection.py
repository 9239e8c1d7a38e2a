"""Small groups in published tables: hidden, and not to be worked out from anything else that is published."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics import protection
from volunteer_hub.statistics.answer import Cell
from volunteer_hub.statistics.protection import FEWEST, FIGURES, Part, Seen, Table, Veil, groups_of, is_small, key_of

MONTHS = 3


@dataclass
class Node:
    """A division with its parts, and its true figures at the end of each month."""

    code: str
    parts: list[Node]
    cells: list[Cell]
    served: list[int]


def make_tree(chance: random.Random, code: str, depth: int) -> Node:
    """Return a random subtree whose sums are right: many small divisions, some large, some empty."""
    parts = [make_tree(chance, f"{code}{n}", depth - 1) for n in range(chance.randint(2, 4))] if depth else []
    if not parts:
        return leaf(chance, code)
    sums = [
        tuple(sum(getattr(part.cells[month], figure) for part in parts) for figure in FIGURES)
        for month in range(MONTHS)
    ]
    served = [sum(part.served[month] for part in parts) for month in range(MONTHS)]
    return Node(code, parts, [cell_of(code, *figures) for figures in sums], served)


def leaf(chance: random.Random, code: str) -> Node:
    cells, served = [], []
    registered, with_hours, minutes = chance.choice([0, 2, 4, 6, 30]), 0, 0
    for _ in range(MONTHS):
        registered += chance.choice([0, 0, 1, 7])
        with_hours = min(registered, with_hours + chance.choice([0, 1, 3, 9]))
        came = chance.randint(0, with_hours)
        minutes += came * chance.randint(1, 200)
        cells.append(cell_of(code, registered, with_hours, with_hours, minutes))
        served.append(came)
    return Node(code, [], cells, served)


def cell_of(code: str, registered: int, with_hours: int, participants: int, minutes: int) -> Cell:
    return Cell(code, code, registered, with_hours, participants, {HoursClass.A: minutes})


def lines(node: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, ...]]:
    """Yield the way down to every division: one published page each."""
    yield (*above, node)
    for part in node.parts:
        yield from lines(part, (*above, node))


def page(line: tuple[Node, ...], month: int) -> Veil:
    tables = [
        Table(
            node.cells[month],
            [part.cells[month] for part in node.parts],
            {each.code: each.served[month] for each in (node, *node.parts)},
        )
        for node in line
    ]
    return protection.veil(tables, minutes=True)


def published(root: Node, month: int) -> set[tuple[str, str]]:
    """Return (code, figure) of every number that stands on any page as of the end of a month."""
    known = set()
    for line in lines(root):
        here, veil = line[-1], page(line, month)
        known |= {(here.code, figure) for figure in veil.whole}
        known |= {(part.code, figure) for part in here.parts for figure in veil.shows(part.code)}
    return known


def zeros(root: Node, month: int, known: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the zeros that are known: those shown, and whatever adds up to one of them."""
    found = set()
    for line in lines(root):
        for figure in FIGURES:
            counted = "with_hours" if figure == "minutes" else figure
            for node in line:
                if not getattr(node.cells[month], counted) and (node.code, counted) in known:
                    found |= {(under.code, figure) for *_, under in lines(node)}
    return found


def solve(equations: list[dict[tuple[str, str], int]]) -> set[tuple[str, str]]:
    """Return the unknowns that the equations (sum of coefficient times unknown is known) determine."""
    unknowns = sorted({name for equation in equations for name in equation})
    rows = [[Fraction(equation.get(name, 0)) for name in unknowns] for equation in equations]
    done = 0
    for column in range(len(unknowns)):
        pivot = next((n for n in range(done, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        lead = rows[done][column]
        rows[done] = [value / lead for value in rows[done]]
        for n, row in enumerate(rows):
            if n != done and row[column]:
                factor = row[column]
                rows[n] = [a - factor * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return {
        unknowns[next(i for i, value in enumerate(row) if value)]
        for row in rows[:done]
        if sum(value != 0 for value in row) == 1
    }


def sums(root: Node, known: set[tuple[str, str]]) -> list[dict[tuple[str, str], int]]:
    """Return every sum of the tables with what is known moved to the other side."""
    equations = []
    for *_, node in lines(root):
        for figure in FIGURES if node.parts else ():
            terms = {(part.code, figure): 1 for part in node.parts} | {(node.code, figure): -1}
            equations.append({name: sign for name, sign in terms.items() if name not in known})
    return [equation for equation in equations if equation]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_linear_combination_of_all_pages_of_a_month_gives_a_hidden_cell(chance: random.Random) -> None:
    root = make_tree(chance, "1", 3)
    for month in range(MONTHS):
        known = published(root, month)
        nothing = zeros(root, month, known)
        found = solve(sums(root, known | nothing))
        assert not found, (month, found)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_small_group_is_shown_and_no_sum_of_hidden_parts_is_one(chance: random.Random) -> None:
    root = make_tree(chance, "1", 3)
    for month in range(MONTHS):
        for line in lines(root):
            here, veil = line[-1], page(line, month)
            for figure in FIGURES[:3]:
                shown = [part for part in here.parts if figure in veil.shows(part.code)]
                shown += [here] if figure in veil.whole else []
                told = [protection.part_of(node.cells[month], figure, {}) for node in shown]
                assert not any(is_small(part.groups) for part in told)
                hidden = [part for part in here.parts if part.code in veil.hidden[figure]]
                if hidden and figure in veil.whole:
                    assert not is_small([sum(getattr(part.cells[month], figure) for part in hidden)])
            timed = [part for part in here.parts if "minutes" in veil.shows(part.code)]
            assert all(part.served[month] >= FEWEST or not part.cells[month].with_hours for part in timed)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.randoms(use_true_random=False))
def test_a_figure_is_hidden_in_the_same_cells_whatever_is_asked_for_with_it(
    chance: random.Random, other: random.Random
) -> None:
    """Asked once for one class and once for all, those registered stay the same, and so does what is hidden."""
    root = make_tree(chance, "1", 2)
    for line in lines(root):
        again = [
            Table(
                _with_other_hours(other, node.cells[0]),
                [_with_other_hours(other, part.cells[0]) for part in node.parts],
                {},
            )
            for node in line
        ]
        assert protection.veil(again, minutes=False).hidden["registered"] == page(line, 0).hidden["registered"]


def _with_other_hours(chance: random.Random, cell: Cell) -> Cell:
    return cell_of(cell.code, cell.registered, chance.randint(0, cell.registered), cell.participants, 0)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_small_group_remains_between_the_figures_of_a_row(chance: random.Random) -> None:
    """Who has no hours is told by subtraction where both numbers stand."""
    root = make_tree(chance, "1", 2)
    for line in lines(root):
        for figures, node in [(page(line, 0).whole, line[-1])]:
            if {"registered", "with_hours"} <= figures:
                assert not is_small(groups_of(node.cells[0])[1:3])


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_minutes_added_between_two_published_months_are_those_of_five_people_or_more(chance: random.Random) -> None:
    """Of one division, or of the parts hidden together: whoever is in the later sum served in the later month."""
    root = make_tree(chance, "1", 2)
    for line in lines(root):
        here = line[-1]
        for month in range(1, MONTHS):
            veil = page(line, month)
            if "minutes" in veil.whole and here.cells[month].with_hours:
                assert here.served[month] >= FEWEST
                hidden = [p for p in here.parts if p.code in veil.hidden["minutes"] and p.cells[month].with_hours]
                assert not hidden or sum(part.served[month] for part in hidden) >= FEWEST


def test_a_small_part_takes_its_neighbour_by_code_with_it_whatever_the_sizes() -> None:
    parts = [Part("1", (900,), False), Part("2", (3,), True), Part("3", (800,), False), Part("4", (7,), False)]
    assert protection.hide(Seen.SHOWN, parts) == {"2", "3"}
    assert protection.hide(Seen.SHOWN, [*parts[:1], parts[3], parts[1]]) == {"2", "4"}


def test_the_last_part_takes_the_first_with_it() -> None:
    parts = [Part("1", (9,), False), Part("2", (90,), False), Part("3", (1,), True)]
    assert protection.hide(Seen.SHOWN, parts) == {"3", "1"}


def test_two_small_parts_that_together_are_still_small_take_a_third() -> None:
    parts = [Part("1", (2,), True), Part("2", (1,), True), Part("3", (60,), False), Part("4", (60,), False)]
    assert protection.hide(Seen.SHOWN, parts) == {"1", "2", "3"}


def test_an_empty_part_hides_nobody() -> None:
    parts = [Part("1", (2,), True), Part("2", (0,), False, nothing=True), Part("3", (60,), False)]
    assert protection.hide(Seen.SHOWN, parts) == {"1", "3"}


def test_a_hidden_division_does_not_show_all_of_its_parts() -> None:
    parts = [Part("1", (20,), False), Part("2", (30,), False)]
    assert protection.hide(Seen.COMPANION, parts) == {"1"}
    assert protection.hide(Seen.SMALL, parts) == {"1", "2"}


@pytest.mark.parametrize("registered", [0, 5, 6])
def test_nobody_and_five_are_no_small_groups(registered: int) -> None:
    assert not protection.part_of(cell_of("1", registered, 0, 0, 0), "registered", {}).small


def test_who_is_missing_is_a_group_too() -> None:
    """298 of 300 have hours: the two who have not would be known."""
    assert protection.part_of(cell_of("1", 300, 298, 298, 9), "with_hours", {}).small
    assert not protection.part_of(cell_of("1", 300, 300, 300, 9), "with_hours", {}).small
    assert not protection.part_of(cell_of("1", 300, 298, 298, 9), "registered", {}).small


def test_people_in_no_part_are_a_row_of_their_own() -> None:
    rest = Cell("1", "其他", 3, 0, 0, {}, rest=True)
    assert key_of(rest) != key_of(cell_of("1", 3, 0, 0, 0))


def test_who_has_nothing_keeps_a_small_group_company_where_nobody_else_can() -> None:
    """Red if a total is shown beside a single hidden part: ten of a street's ten are those of one community.

    Nor may the parts of who keeps it company add up to nothing in the open.
    """
    ten_of_twelve = Part("1", (10, 2), small=True)
    none_of_many = Part("2", (0, 43), small=False, nothing=True)
    assert protection.hide(Seen.SHOWN, [ten_of_twelve, none_of_many]) == {"1", "2"}
    below = [Part("21", (0, 20), small=False, nothing=True), Part("22", (0, 23), small=False, nothing=True)]
    assert protection.hide(Seen.COMPANION, below) == {"21", "22"}
    assert protection.hide(Seen.SHOWN, below) == frozenset()
