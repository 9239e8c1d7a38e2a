"""The arithmetic of ratios."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import definitions as d
from volunteer_hub.statistics import further_definitions
from volunteer_hub.statistics.answer import Cell, Population
from volunteer_hub.statistics.definitions import FIGURES, Ratio, Unit


def cell(registered: int, population: int | None, *, rest: bool = False) -> Cell:
    figure = Population(population, PopulationBase.CENSUS, 2020, "七普") if population else None
    return Cell("220403000000", "西安区", registered, 0, 0, {HoursClass.A: 0}, figure, rest=rest)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (25_028, 136_318, "18.36"),
        (13_252, 25_028, "52.95"),
        (0, 7, "0.00"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 800, "0.13"),
        (3, 2, "150.00"),
    ],
)
def test_a_ratio_is_rounded_once_with_halves_up(numerator: int, denominator: int, percent: str) -> None:
    """0.125 % is 0.13 %: binary floats would print 0.12 and a spreadsheet 0.13."""
    assert Ratio(numerator, denominator, "").percent == Decimal(percent)


@pytest.mark.parametrize("denominator", [None, 0])
def test_without_a_denominator_there_is_no_value_but_a_reason(denominator: int | None) -> None:
    ratio = Ratio(5, denominator, d.NO_POPULATION)
    assert (ratio.value, ratio.share, ratio.percent, ratio.hours) == (None, None, None, None)
    assert ratio.reason == d.NO_POPULATION


def test_hours_for_each_person_are_cut_not_rounded() -> None:
    assert Ratio(119, 1, "").hours == Decimal("1.98")
    assert Ratio(100, 3, "").hours == Decimal("0.55")


def test_a_ratio_above_the_whole_is_shown_and_remarked_upon() -> None:
    crowded = cell(1269, 900)
    assert crowded.registration_ratio.percent == Decimal("141.00")
    assert crowded.registration_ratio.reason is None


def test_people_registered_directly_have_no_population_of_their_own() -> None:
    assert cell(3, None, rest=True).registration_ratio.reason == d.NOT_APPLICABLE
    assert cell(3, None).registration_ratio.reason == d.NO_POPULATION


def test_every_figure_of_a_cell_has_a_definition_that_says_what_is_counted() -> None:
    whole = cell(2, 10)
    for figure in FIGURES:
        value = whole.figure(figure.key)
        assert isinstance(value, Ratio) == (figure.unit in (Unit.PERCENT, Unit.HOURS_EACH))
        assert figure.rule
        assert figure.source
        assert bool(figure.of) == isinstance(value, Ratio)


def test_every_definition_is_whole_and_numbered() -> None:
    for definition in further_definitions.every_definition():
        for said in (definition.name, definition.rule, definition.source, definition.period, definition.classes):
            assert said
        assert definition.version >= 1
        assert bool(definition.of) == (definition.unit in (Unit.PERCENT, Unit.HOURS_EACH, Unit.EACH))
    for group in further_definitions.GROUPS.values():
        keys = [definition.key for definition in group]
        assert len(set(keys)) == len(keys)
    assert further_definitions.find_definition("facts", "times").unit is Unit.TIMES


def test_the_digest_changes_with_any_definition_and_with_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    before = further_definitions.digest()
    assert before == further_definitions.digest()
    first, *rest = further_definitions.GROUPS["ratios"]
    for change in ({"version": 2}, {"rule": "另一条规则"}, {"source": "另一个来源"}):
        changed = {**further_definitions.GROUPS, "ratios": (replace(first, **change), *rest)}
        monkeypatch.setattr(further_definitions, "GROUPS", changed)
        assert further_definitions.digest() != before
    monkeypatch.undo()
    monkeypatch.setattr(further_definitions, "STARS", further_definitions.STARS[1:])
    assert further_definitions.digest() != before


def test_a_count_for_each_is_cut_to_two_decimals() -> None:
    assert Ratio(5, 3, "").each == Decimal("1.66")
    assert Ratio(5, 0, "").each is None
