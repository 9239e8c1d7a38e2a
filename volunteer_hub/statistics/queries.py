"""Answers questions: from the folded counts where they can say it, else from register and ledger themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, or_, select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import PopulationFigure, Region
from volunteer_hub.statistics import counting, rollups
from volunteer_hub.statistics.answer import Answer, Cell, Population, Version
from volunteer_hub.statistics.models import FigureChange, FigureState
from volunteer_hub.statistics.question import Question
from volunteer_hub.statistics.tallies import Tallies, Tally, remainder, sum_from
from volunteer_hub.volunteers.models import Standing

REST = N_("未细分到下级")


def ratios(question: Question, scope: Scope) -> Answer:
    """Answer a question for its division and each part of it.

    As many statements, however many parts there are. Raises NotFound for a division that does not exist or
    lies outside the scope.
    """
    here, parts = _divisions(question.region, scope)
    codes = [here.code, *(part.code for part in parts)]
    found = rollups.find(question, codes)
    asked, tallies = found or (question, counting.tallies(question, here.code, parts))
    return _answer(asked, here, parts, tallies)


def straightforward(question: Question, scope: Scope) -> Answer:
    """Answer a question from register and ledger alone: what `ratios` must equal."""
    here, parts = _divisions(question.region, scope)
    return _answer(question, here, parts, counting.tallies(question, here.code, parts))


def trend(question: Question, scope: Scope, days: Sequence[date]) -> list[tuple[date, Cell]]:
    """Return the cell of a division as it was known at the end of each civil day, in the order of the days.

    Populations and assurance are those of each day. The day of the question's instant stands for that instant.
    As many statements, however many days there are. Raises NotFound like `ratios`.
    """
    here, _ = _divisions(question.region, scope)
    last = clock.civil_date(question.as_of)
    found = rollups.find_days(question, here.code, [day for day in days if day < last]) or {}
    epochs = regions.list_epochs(here.code)
    known: dict[int, Denominators] = {}
    points = []
    for day in days:
        on_day = question if day >= last else replace(question, as_of=clock.end_of(day), live=False)
        tallies = found[day] if day in found else _tallies_of(on_day, here)
        epoch = bisect_right(epochs, on_day.as_of)
        if epoch not in known:
            known[epoch] = _denominators([here.code], on_day)
        points.append((day, _cell(on_day, here, tallies, known[epoch])))
    return points


def find_start(scope: Scope, home: str) -> str | None:
    """Return the division a page opens on: the deployment's home if it lies in the scope, else the scope's own."""
    opens = regions.home_region(home)
    if opens is not None and scope.covers(region=opens.code):
        return opens.code
    return next((top.code for top in regions.list_tops(scope)), None)


def list_lineage(region: str, scope: Scope) -> list[Region]:
    """Return a division and those above it inside the scope, highest first."""
    above = [*regions.list_ancestors(region), regions.get_region(region)]
    return [each for each in above if scope.covers(region=each.code)]


def is_published(region: str) -> bool:
    """Tell whether a division's aggregate ratios may be read by anybody: its own choice or the nearest area's."""
    return regions.find_settings(region).publishes_ratios


def _divisions(region: str, scope: Scope) -> tuple[Region, list[Region]]:
    rows = list(
        db.session.scalars(
            select(Region)
            .where(or_(Region.code == region, Region.parent_code == region), scope.where(region=Region.code))
            .order_by(Region.code)
        )
    )
    here = next((row for row in rows if row.code == region), None)
    if here is None:
        raise NotFound
    return here, [row for row in rows if row.code != region]


def _answer(
    question: Question, here: Region, parts: Sequence[Region], tallies: dict[str, dict[int, Tally]]
) -> Answer:
    known = _denominators([here.code, *(part.code for part in parts)], question)
    whole, *cells = [_cell(question, one, tallies[one.code], known) for one in (here, *parts)]
    left = remainder(tallies[here.code], (tallies[part.code] for part in parts))
    rest = replace(_cell(question, here, left, known), name=REST, rest=True, population=None)
    if parts and rest.registered:
        cells.append(rest)
    return Answer(question, here.full_name, whole, tuple(cells), _version())


@dataclass(frozen=True)
class Denominators:
    """What figures are set against: from which assurance a person counts, and how many people live there."""

    assurances: dict[str, int]
    populations: dict[str, PopulationFigure]


def _denominators(codes: Sequence[str], question: Question) -> Denominators:
    return Denominators(
        regions.counted_assurances_at(codes, question.as_of),
        regions.populations_at(codes, question.base, question.year, question.as_of),
    )


def _cell(question: Question, region: Region, tallies: Tallies, known: Denominators) -> Cell:
    counted_from, figure = known.assurances[region.code], known.populations.get(region.code)
    total = sum_from(tallies, counted_from)
    minutes = total.by_class
    return Cell(
        code=region.code,
        name=region.name,
        registered=total.registered,
        with_hours=total.with_hours,
        participants=total.participants,
        class_minutes={kind: minutes[kind] for kind in question.classes},
        population=Population(figure.value, figure.base, figure.year, figure.source) if figure else None,
        counted_assurance=counted_from,
    )


def _tallies_of(question: Question, here: Region) -> Tallies:
    found = rollups.find(replace(question, live=False), [here.code])
    return found.tallies[here.code] if found else counting.tallies(question, here.code, ())[here.code]


def _version() -> Version:
    highest = (HoursEntry.id, Standing.id, FigureChange.id, FigureState.last_change)
    entry, standing, waiting, folded = db.session.execute(
        select(*(select(func.max(column)).scalar_subquery() for column in highest))
    ).one()
    return Version(entry or 0, standing or 0, max(waiting or 0, folded or 0))
