"""What a close says, as canonical JSON: counts whole, ratios with both their parts, nothing in floating point. Pure.

The bytes are what people sign and what is kept, so nothing here depends on a language, a clock or an order
that could differ: keys are sorted, texts are Chinese, numbers are integers or decimal texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from volunteer_hub.core import crypto
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.month_close import months
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics.answer import Answer, Cell, Population
from volunteer_hub.statistics.definitions import BY_KEY, CLASS_NAMES, CLASS_RULES, FIGURES, NOT_ADDITIVE, Ratio, Unit
from volunteer_hub.statistics.question import ALL_CLASSES, Question

Json = dict[str, Any]
#: A figure as it is compared and printed: a count, a share or hours for one person, or nothing to divide by.
Value = int | Decimal | None

FORMAT = "volunteer-hub/month-close/1"
#: Classes whose both ends, or one, were scanned.
SCANNED = (HoursClass.A, HoursClass.B)


class Period(StrEnum):
    """Which service a table is about; each ends with the month's last day."""

    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


def since(period: Period, first: date) -> date | None:
    """Return the first day of a period, or None where it has no beginning."""
    return {Period.MONTH: first, Period.YEAR: first.replace(month=1), Period.EVER: None}[period]


def questions(region_code: str, first: date, as_of: datetime) -> list[tuple[Period, Question]]:
    """Return the standing questions of a month: three periods, each with all classes and with the scanned ones."""
    return [
        (period, Question(region_code, as_of, since(period, first), months.last_of(first), classes))
        for period in Period
        for classes in (ALL_CLASSES, SCANNED)
    ]


def canonical(document: Any) -> bytes:
    """Return JSON that has one spelling only: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def read(document: bytes) -> Json:
    """Return what a document says."""
    said: Json = json.loads(document)
    return said


def digest(document: bytes) -> str:
    """Return the SHA-256 of a document."""
    return crypto.fingerprint(document)


def instant(moment: datetime) -> str:
    """Return an instant in one spelling, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """Return the instant that `instant` spelled."""
    return datetime.fromisoformat(text)


def definitions() -> list[Json]:
    """Return what every figure means now, as data."""
    return [json.loads(canonical(asdict(figure))) for figure in FIGURES]


def meanings() -> Json:
    """Return the definitions of figures and classes with their sum."""
    figures = definitions()
    classes = {kind.value: {"name": CLASS_NAMES[kind], "rule": CLASS_RULES[kind]} for kind in ALL_CLASSES}
    said = {"figures": figures, "classes": classes, "note": NOT_ADDITIVE}
    return {**said, "sha256": digest(canonical(said))}


def table(period: Period, answer: Answer) -> Json:
    """Return one answer: what was asked, and a row for the division and each part of it."""
    question = answer.question
    return {
        "period": period.value,
        "since": question.since and question.since.isoformat(),
        "until": question.until and question.until.isoformat(),
        "classes": "".join(question.classes),
        "base": question.base.value,
        "cells": [row(cell) for cell in answer.cells],
    }


def row(cell: Cell) -> Json:
    """Return one row of a table."""
    known = cell.population
    return {
        "code": cell.code,
        "name": cell.name,
        "rest": cell.rest,
        "counted_assurance": cell.counted_assurance,
        "population": known
        and {"value": known.value, "base": known.base.value, "year": known.year, "source": known.source},
        "class_minutes": {kind.value: minutes for kind, minutes in cell.class_minutes.items()},
        "figures": {figure.key: _figure(cell, figure.key, figure.unit) for figure in FIGURES},
    }


def read_row(row: Json) -> Cell:
    """Return the cell that `row` wrote down."""
    figures, known = row["figures"], row["population"]
    return Cell(
        code=row["code"],
        name=row["name"],
        registered=figures["registered"],
        with_hours=figures["with_hours"],
        participants=figures["participants"],
        class_minutes={HoursClass(kind): minutes for kind, minutes in row["class_minutes"].items()},
        population=known
        and Population(known["value"], PopulationBase(known["base"]), known["year"], known["source"]),
        counted_assurance=row["counted_assurance"],
        rest=row["rest"],
    )


def changed(cell: Cell, *, with_hours: int, participants: int, minutes: Mapping[HoursClass, int]) -> Cell:
    """Return a cell with so many people and minutes more."""
    by_class = {kind: kept + minutes.get(kind, 0) for kind, kept in cell.class_minutes.items()}
    return replace(
        cell,
        with_hours=cell.with_hours + with_hours,
        participants=cell.participants + participants,
        class_minutes=by_class,
    )


def value(figure: int | Json | None) -> Value:
    """Return a kept figure as it is compared and printed."""
    if isinstance(figure, dict):
        return None if figure["value"] is None else Decimal(figure["value"])
    return figure


def units(meanings: Json) -> dict[str, Unit]:
    """Return the unit of each figure a document defines."""
    return {figure["key"]: Unit(figure["unit"]) for figure in meanings["figures"]}


def same_meaning(meanings: Json) -> list[str]:
    """Return the figures a document defines that still mean what they meant, in their order.

    A definition's version says so: another wording of the same rule is the same figure.
    """
    now = {figure.key: figure.version for figure in FIGURES}
    return [figure["key"] for figure in meanings["figures"] if now.get(figure["key"]) == figure["version"]]


def find_table(tables: Iterable[Json], period: str, classes: str) -> Json | None:
    """Return the table of a period and classes, if there is one."""
    return next((each for each in tables if (each["period"], each["classes"]) == (period, classes)), None)


def _figure(cell: Cell, key: str, unit: Unit) -> Any:
    figure = cell.figure(BY_KEY[key].key)
    if not isinstance(figure, Ratio):
        return figure
    result = {Unit.HOURS_EACH: figure.hours, Unit.EACH: figure.each}.get(unit, figure.share)
    return {
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": None if result is None else str(result),
    }


def _plain(thing: Any) -> Any:
    if isinstance(thing, datetime):
        return instant(thing)
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, Decimal):
        return str(thing)
    if isinstance(thing, set | frozenset):
        return sorted(thing)
    raise TypeError(f"{type(thing)} has no canonical form")
