"""What the charts draw: the numbers of the tables beside them, with their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from volunteer_hub.boards.goals import Aim
from volunteer_hub.boards.ranking import Place, value_of
from volunteer_hub.core.tabular import UNKNOWN
from volunteer_hub.core.text import N_
from volunteer_hub.statistics.answer import Cell
from volunteer_hub.statistics.definitions import BY_KEY, Unit
from volunteer_hub.statistics.public_showing import shows
from volunteer_hub.statistics.publishing import Shown
from volunteer_hub.web.i18n import say

#: The two lines of a trend, in percent; both are of one kind, so that they can share an axis.
TREND = ("registration_ratio", "hours_ratio")


def number(value: Decimal | None) -> float | None:
    """Return a printed figure as a chart takes it."""
    return None if value is None else float(value)


def unit_sign(key: str) -> str:
    """Return what stands after a figure's number: a percent sign, or nothing."""
    return "%" if BY_KEY[key].unit is Unit.PERCENT else ""


def line_chart(points: Sequence[tuple[date, Cell]]) -> dict[str, Any]:
    """Return a line chart of ratios over days."""
    return _lines([day for day, _ in points], {key: [value_of(cell, key) for _, cell in points] for key in TREND})


def public_line_chart(points: Sequence[tuple[date, Shown]]) -> dict[str, Any]:
    """Return the same of what anybody may read; what is hidden is a gap."""
    values = {key: [value_of(one.cell, key) if shows(one, key) else None for _, one in points] for key in TREND}
    return _lines([day for day, _ in points], values)


def _lines(days: Sequence[date], values: Mapping[str, Sequence[Decimal | None]]) -> dict[str, Any]:
    return {
        "kind": "lines",
        "labels": [day.isoformat() for day in days],
        "series": [
            {"name": say(BY_KEY[key].name), "values": [number(value) for value in line]}
            for key, line in values.items()
        ],
        "sign": "%",
        "unknown": UNKNOWN,
    }


def threshold(aim: Aim) -> str:
    """Return a target's threshold as it is printed: 13%, 25 hours."""
    text = f"{aim.threshold.normalize():f}"
    unit = BY_KEY[aim.target.figure].unit
    if unit is Unit.PERCENT:
        return f"{text}%"
    return say(N_("%(n)s 小时"), {"n": text}) if unit is Unit.HOURS_EACH else say(N_("%(n)s 人"), {"n": text})


def bar_chart(places: Iterable[Place], key: str, aim: Aim | None = None) -> dict[str, Any]:
    """Return a bar chart of the places in their order, with the target as a line across where it fits."""
    goal = aim if aim and aim.fits else None
    drawn = [place for place in places if place.value is not None]
    return {
        "kind": "bars",
        "labels": [place.cell.name for place in drawn],
        "series": [{"name": say(BY_KEY[key].name), "values": [number(place.value) for place in drawn]}],
        "sign": unit_sign(key),
        "goal": number(goal.threshold) if goal else None,
        "goal_name": say(N_("目标 %(n)s"), {"n": threshold(goal)}) if goal else "",
        "unknown": UNKNOWN,
    }
