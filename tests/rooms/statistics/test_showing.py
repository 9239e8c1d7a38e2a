"""How figures are printed: the same everywhere."""

from __future__ import annotations

import pytest

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics.answer import Cell
from volunteer_hub.statistics.showing import printed
from volunteer_hub.web import filters

CELL = Cell("220403000000", "西安区", 1_600, 2, 2, {HoursClass.A: 1_234_567})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("registered", "1,600"),
        ("population", "—"),
        ("registration_ratio", "—"),
        ("hours_ratio", "0.13%"),
        ("minutes", "20,576.11"),
        ("hours_per_registered", "12.86"),
        ("hours_per_active", "10,288.05"),
    ],
)
def test_a_figure_is_printed_by_its_unit(key: str, text: str) -> None:
    assert printed(CELL, key) == text


def test_the_pages_filters_agree_with_the_figures() -> None:
    assert filters.hours(CELL.minutes) == printed(CELL, "minutes")
    assert filters.percent(CELL.hours_ratio.value) == printed(CELL, "hours_ratio")
    assert (filters.hours(-59), filters.hours(None), filters.percent(None)) == ("-0.98", "—", "—")
