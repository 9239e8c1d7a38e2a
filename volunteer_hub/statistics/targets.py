"""Which targets hold for an area, and how far a cell is from one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.regions.codes import codes_above
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import periods
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.definitions import BY_KEY, Definition, Ratio, Unit
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.statistics.targets_models import Over, Target

#: Figures a target may be set for, and those among them that depend on a population.
FIGURES = (
    "registration_ratio",
    "hours_ratio",
    "participation_ratio",
    "hours_per_registered",
    "hours_per_active",
    "registered",
    "with_hours",
    "participants",
)
WITH_A_BASIS = frozenset({"registration_ratio"})
#: Figures of the register alone, whatever the period and classes; and those that ask only for the period.
FREE_OF_SERVICES = frozenset({"registration_ratio", "registered"})
FREE_OF_CLASSES = frozenset({"participation_ratio", "participants"})


@dataclass(frozen=True)
class Distance:
    """How far a figure is from a target. Whole numbers throughout: nothing is decided by a rounded percentage."""

    target: Target
    value: int | Ratio
    #: People, or minutes for a figure of hours, still missing; 0 or less where the target is reached, and None
    #: where there is nothing to divide by.
    missing: int | None

    @property
    def reached(self) -> bool:
        """Tell whether the target is reached; what has no value has not reached it."""
        return self.missing is not None and self.missing <= 0

    @property
    def in_hours(self) -> bool:
        """Tell whether what is missing are minutes and not people."""
        return definition_of(self.target).unit is Unit.HOURS_EACH

    @property
    def missing_hours(self) -> int:
        """Return the missing minutes as hours, rounded up: so many more are enough."""
        return -(-(self.missing or 0) // 60)


def definition_of(target: Target) -> Definition:
    """Return the definition of a target's figure."""
    return BY_KEY[target.figure]


def threshold(target: Target) -> Decimal:
    """Return the threshold in the figure's unit: percent, hours, or a count."""
    return Decimal(target.hundredths) / 100


def for_region(region_code: str, as_of: datetime) -> list[Target]:
    """Return the targets that held for a division at an instant, in the order of the figures. See `for_regions`."""
    return for_regions([region_code], as_of)[region_code]


def for_regions(codes: Iterable[str], as_of: datetime) -> dict[str, list[Target]]:
    """Return the targets that held for each division at an instant, by code. One statement.

    For each figure and base those of the nearest area that has one count; of these the latest year up to
    the instant's own, and of that the version set last by then.
    """
    lines = {code: [*codes_above(code), code] for code in codes}
    wanted = {area for line in lines.values() for area in line}
    statement = select(Target).where(
        Target.region_code.in_(wanted), Target.set_at <= as_of, Target.year <= clock.civil_date(as_of).year
    )
    said: dict[tuple[str, str, str, int], Target] = {}
    for target in db.session.scalars(statement.order_by(Target.version)):
        said[target.region_code, target.figure, target.basis, target.year] = target
    standing = sorted((target for target in said.values() if not target.withdrawn), key=lambda target: target.year)
    return {code: _nearest(line, standing) for code, line in lines.items()}


def _nearest(line: list[str], standing: list[Target]) -> list[Target]:
    found: dict[tuple[str, str], Target] = {}
    for area in line:
        for target in standing:
            if target.region_code == area:
                found[target.figure, target.basis] = target
    return sorted(found.values(), key=lambda target: (FIGURES.index(target.figure), target.basis))


def list_history(region_code: str) -> list[Target]:
    """Return every word said about an area's own targets, the latest year and version first."""
    statement = select(Target).where(Target.region_code == region_code)
    order = (Target.year.desc(), Target.figure, Target.basis, Target.version.desc())
    return list(db.session.scalars(statement.order_by(*order)))


def distance(cell: Cell, target: Target) -> Distance:
    """Return how far a cell is from a target: how many more people, or minutes, it takes to reach it."""
    value = cell.figure(target.figure)
    if not isinstance(value, Ratio):
        return Distance(target, value or 0, _up(target.hundredths, 100) - (value or 0))
    if not value.denominator:
        return Distance(target, value, None)
    if definition_of(target).unit is Unit.HOURS_EACH:
        needed = _up(target.hundredths * 60 * value.denominator, 100)
    else:
        needed = _up(target.hundredths * value.denominator, 100 * 100)
    return Distance(target, value, needed - value.numerator)


def _up(numerator: int, denominator: int) -> int:
    """Divide and round up."""
    return -(-numerator // denominator)


def measured_by(target: Target, question: Question) -> Question:
    """Return the question a target is measured by: the same place and instant, but its period, classes and base.

    A target for a year's services is measured over the civil year of the instant.
    """
    since, until = periods.year(clock.civil_date(question.as_of)) if target.over is Over.YEAR else (None, None)
    classes = tuple(kind for kind in ALL_CLASSES if kind.value in target.classes)
    base = PopulationBase(target.basis) if target.basis else question.base
    return replace(question, since=since, until=until, classes=classes, base=base)


def fits(target: Target, question: Question) -> bool:
    """Tell whether a question's own cells may be held against a target as they are."""
    measured = measured_by(target, question)
    if target.figure in FREE_OF_SERVICES:
        return measured.base is question.base
    if target.figure in FREE_OF_CLASSES:
        measured = replace(measured, classes=question.classes)
    return replace(measured, base=question.base) == question


@dataclass(frozen=True)
class Line:
    """One target of a division with the distance of the division itself and of each part it holds for."""

    target: Target
    #: Whether the question is the one the target is measured by; without that there are no distances.
    fits: bool
    measured: Question
    whole: Distance | None
    #: Parts by their own or their area's target of the same figure, in the order of the answer.
    parts: Sequence[tuple[Cell, Distance]]


def lines(answer: Answer) -> list[Line]:
    """Return a line for each target of an answer's division, as known at its instant. One statement."""
    question = answer.question
    cells = [cell for cell in answer.parts if not cell.rest]
    held = for_regions([answer.whole.code, *(cell.code for cell in cells)], question.as_of)
    found = []
    for target in held[answer.whole.code]:
        measured, fit = measured_by(target, question), fits(target, question)
        parts = [
            (cell, distance(cell, own))
            for cell in cells
            for own in held[cell.code]
            if (own.figure, own.basis) == (target.figure, target.basis) and fits(own, question)
        ]
        found.append(
            Line(target, fit, measured, distance(answer.whole, target) if fit else None, parts if fit else ())
        )
    return found
