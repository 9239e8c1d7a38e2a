"""Who is first, and how each has moved."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.boards import ranking, spans
from volunteer_hub.boards.spans import Span
from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics.answer import Cell, Population
from volunteer_hub.statistics.question import Question


def cell(code: str, registered: int, with_hours: int = 0, *, minutes: int = 0, population: int | None = None) -> Cell:
    known = Population(population, PopulationBase.CENSUS, 2020, "普查") if population else None
    return Cell(code, code, registered, with_hours, with_hours, {HoursClass.A: minutes}, known)


def ranks(cells: list[Cell], key: str = "hours_ratio") -> list[tuple[str, int | None]]:
    return [(place.cell.code, place.rank) for place in ranking.rank(cells, key)]


def test_equal_values_share_a_rank_and_the_next_is_skipped() -> None:
    cells = [cell("1", 10, 5), cell("2", 20, 10), cell("3", 10, 9), cell("4", 10, 1)]
    assert ranks(cells) == [("3", 1), ("1", 2), ("2", 2), ("4", 4)]


def test_what_is_printed_alike_shares_a_rank() -> None:
    """1/30000 and 2/60001 are both 0.00 %: nobody leads by what nobody sees."""
    assert ranks([cell("1", 60_001, 2), cell("2", 30_000, 1)]) == [("1", 1), ("2", 1)]


def test_without_a_value_there_is_no_rank() -> None:
    cells = [cell("1", 9), cell("2", 9, population=90), cell("3", 8)]
    assert ranks(cells, "registration_ratio") == [("2", 1), ("1", None), ("3", None)]


def test_people_of_no_part_do_not_run() -> None:
    rest = Cell("1", "其他", 5, 5, 5, {}, rest=True)
    assert ranks([rest, cell("2", 5, 1)]) == [("2", 1)]


def test_climbing_is_measured_between_ranks_and_only_where_there_were_two() -> None:
    before = ranking.rank([cell("1", 10, 9), cell("2", 10, 5), cell("3", 0)], "hours_ratio")
    now = ranking.rank([cell("1", 10, 4), cell("2", 10, 5), cell("3", 10, 6), cell("4", 10, 1)], "hours_ratio")
    moved = {standing.place.cell.code: standing.climbed for standing in ranking.compare(now, before)}
    assert moved == {"1": -2, "2": 0, "3": None, "4": None}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12), st.randoms(use_true_random=False))
def test_ranks_follow_values_whatever_order_they_come_in(pairs: list[tuple[int, int]], chance: object) -> None:
    cells = [cell(f"{n:02}", registered, min(registered, some)) for n, (registered, some) in enumerate(pairs)]
    places = ranking.rank(cells, "hours_ratio")
    shuffled = list(cells)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    assert ranking.rank(shuffled, "hours_ratio") == places
    ranked = [place for place in places if place.value is not None and place.rank is not None]
    assert [place.rank is None for place in places] == [place.value is None for place in places]
    for place in ranked:
        assert place.rank == 1 + sum(other.value > place.value for other in ranked)
    assert all(a.rank <= b.rank for a, b in itertools.pairwise(ranked))


def test_a_year_is_read_at_twelve_months_ends_and_on_the_day_itself() -> None:
    days = spans.days_of(Span.YEAR, date(2026, 3, 15))
    assert (len(days), days[0], days[-3:]) == (
        13,
        date(2025, 3, 31),
        [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15)],
    )


def test_ninety_days_are_read_by_weeks() -> None:
    days = spans.days_of(Span.QUARTER, date(2026, 3, 15))
    assert (len(days), days[-1], (days[-1] - days[0]).days) == (14, date(2026, 3, 15), 91)


@pytest.mark.parametrize("typed", ["2026-13", "202611", "2026-1", "1812-01", "２０２６-01", "2026-12"])
def test_a_month_that_is_none_or_to_come_is_refused(typed: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        spans.month_of(typed, date(2026, 11, 22))
    assert refused.value.field == "month"


def test_a_month_of_the_race_is_as_its_last_day_knew_it_and_this_one_as_now() -> None:
    now = clock.at(date(2026, 11, 22))
    asked = Question("220403000000", as_of=now, live=True)
    past = spans.in_month(asked, date(2026, 2, 1), whole=False)
    assert (past.since, past.until, past.live) == (date(2026, 2, 1), date(2026, 2, 28), False)
    assert past.as_of == clock.end_of(date(2026, 2, 28))
    here = spans.in_month(asked, date(2026, 11, 1), whole=False)
    assert (here.as_of, here.live, here.until) == (now, True, date(2026, 11, 30))
    assert spans.in_month(asked, date(2026, 2, 1), whole=True).ever
