"""How the figures of a cell are printed: the one place that page and API share with nobody guessing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from volunteer_hub.core.tabular import UNKNOWN, hours_of
from volunteer_hub.statistics.answer import Answer, Cell, Population
from volunteer_hub.statistics.definitions import BY_KEY, CLASS_NAMES, FIGURES, Ratio, Unit
from volunteer_hub.web.i18n import say


def printed(cell: Cell, key: str) -> str:
    """Return a figure as the page prints it; a dash where there is none."""
    value, unit = cell.figure(key), BY_KEY[key].unit
    if isinstance(value, Ratio):
        return hours_each(value) if unit is Unit.HOURS_EACH else percent(value)
    if value is None:
        return UNKNOWN
    return f"{hours_of(value):,}" if unit is Unit.MINUTES else f"{value:,}"


def percent(ratio: Ratio) -> str:
    """Return a ratio as a percentage with two decimals, or a dash."""
    return UNKNOWN if ratio.percent is None else f"{ratio.percent:,}%"


def hours_each(ratio: Ratio) -> str:
    """Return minutes for each person as hours with two decimals, or a dash."""
    return UNKNOWN if ratio.hours is None else f"{ratio.hours:,}"


def chart(answer: Answer) -> dict[str, Any]:
    """Return what the bar chart draws: one pair of bars for each part, in percent."""
    drawn = [cell for cell in answer.parts if not cell.rest]
    keys = ("registration_ratio", "hours_ratio")
    return {
        "labels": [cell.name for cell in drawn],
        "series": [
            {"name": say(BY_KEY[key].name), "values": [_number(getattr(cell, key).percent) for cell in drawn]}
            for key in keys
        ],
        "unknown": UNKNOWN,
    }


def as_json(cell: Cell) -> dict[str, Any]:
    """Return a cell's figures for programs: counts as numbers, ratios with both their parts."""
    figures: dict[str, Any] = {}
    for definition in FIGURES:
        value = cell.figure(definition.key)
        if isinstance(value, Ratio):
            figures[definition.key] = _ratio(value, definition.unit)
        elif definition.key != "population":
            figures[definition.key] = value
    return {
        "code": cell.code,
        "name": say(cell.name) if cell.rest else cell.name,
        "rest": cell.rest,
        "counted_assurance": cell.counted_assurance,
        "population": _population(cell.population),
        "figures": figures,
        "classes": {
            kind.value: {"minutes": minutes, "share_percent": _number(cell.class_share(kind).percent)}
            for kind, minutes in cell.class_minutes.items()
        },
    }


def _population(population: Population | None) -> dict[str, Any] | None:
    if population is None:
        return None
    return {
        "value": population.value,
        "base": population.base.value,
        "year": population.year,
        "source": population.source,
    }


def definitions_json() -> dict[str, Any]:
    """Return what every figure means."""
    return {
        definition.key: {
            "name": say(definition.name),
            "unit": definition.unit.value,
            "rule": say(definition.rule),
            "denominator": say(definition.of) if definition.of else None,
            "source": say(definition.source),
        }
        for definition in FIGURES
    } | {"classes": {kind.value: say(name) for kind, name in CLASS_NAMES.items()}}


def _ratio(ratio: Ratio, unit: Unit) -> dict[str, Any]:
    shown = {"hours": _number(ratio.hours)} if unit is Unit.HOURS_EACH else {"percent": _number(ratio.percent)}
    return {
        "numerator": ratio.numerator,
        "denominator": ratio.denominator,
        **shown,
        "reason": say(ratio.reason) if ratio.reason else None,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
