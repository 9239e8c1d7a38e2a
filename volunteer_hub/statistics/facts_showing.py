"""How services counted are printed, on the page and for programs."""

from __future__ import annotations

from typing import Any

from volunteer_hub.core.tabular import UNKNOWN, hours_of
from volunteer_hub.statistics.definitions import Definition, Ratio, Unit
from volunteer_hub.statistics.facts import Fact, FactsAnswer
from volunteer_hub.statistics.further_definitions import ATTRIBUTION, FACTS, PEOPLE_NOT_ADDITIVE, digest
from volunteer_hub.web.i18n import say


def name_of(row: Fact) -> str:
    """Return a row's name in the asker's language, where it is a word and not somebody's name."""
    return say(row.name) if row.is_marked else row.name


def printed(row: Fact, key: str) -> str:
    """Return one of a row's figures; a dash where the question has none."""
    value: int | None = getattr(row, key)
    if value is None:
        return UNKNOWN
    return f"{hours_of(value):,}" if key == "minutes" else f"{value:,}"


def printed_ratio(definition: Definition, ratio: Ratio) -> str:
    """Return a ratio in its definition's unit, or a dash."""
    if definition.unit is Unit.PERCENT:
        return UNKNOWN if ratio.percent is None else f"{ratio.percent:,}%"
    if definition.unit is Unit.HOURS_EACH:
        return UNKNOWN if ratio.hours is None else f"{ratio.hours:,}"
    return UNKNOWN if ratio.each is None else f"{ratio.each:,}"


def described(definition: Definition) -> dict[str, Any]:
    """Return what a figure means, for programs."""
    return {
        "name": say(definition.name),
        "unit": definition.unit.value,
        "rule": say(definition.rule),
        "denominator": say(definition.of) if definition.of else None,
        "period": say(definition.period),
        "classes": say(definition.classes),
        "source": say(definition.source),
        "version": definition.version,
    }


def as_json(answer: FactsAnswer) -> dict[str, Any]:
    """Return an answer for programs: minutes stay minutes."""
    args = answer.asked.args()
    question = answer.asked.question
    return {
        "question": {
            **args,
            "region": question.region,
            "full_name": answer.full_name,
            "from": args.get("from"),
            "to": args.get("to"),
            "classes": [kind.value for kind in question.classes],
        },
        "definitions": {definition.key: described(definition) for definition in FACTS},
        "definitions_digest": digest(),
        "whole": _row(answer.whole),
        "rows": [_row(row) for row in answer.rows],
        "notes": [say(ATTRIBUTION), say(PEOPLE_NOT_ADDITIVE)],
        "data_version": answer.version,
    }


def _row(row: Fact) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": name_of(row),
        **{definition.key: getattr(row, definition.key) for definition in FACTS},
        "class_minutes": {kind.value: minutes for kind, minutes in row.class_minutes.items()},
    }
