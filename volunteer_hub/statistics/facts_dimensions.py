"""The rows of each dimension: how a line of the ledger finds its row, and which rows there are to begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import CTE, ColumnElement, String, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from volunteer_hub.activities.models import Activity, Project
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import AnyColumn, in_region, region_prefix
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.regions.codes import LENGTHS
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics import labels, periods
from volunteer_hub.statistics.definitions import CLASS_NAMES
from volunteer_hub.statistics.facts_counting import Key, band_of, month_of
from volunteer_hub.statistics.facts_question import (
    ELSEWHERE,
    ITSELF,
    NO,
    NOTHING,
    UNKNOWN,
    YES,
    AgeBand,
    By,
    FactsQuestion,
)
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.labels import SEXES
from volunteer_hub.volunteers.models import Sex, Volunteer

Tree = TypeVar("Tree", Station, Team)


@dataclass(frozen=True)
class Name:
    """A row's name: of a place as it is stored, or a marked sentence to be translated."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class Dimension:
    """How lines find their rows, and the rows that are shown even with nothing in them, in order."""

    key: Key
    rows: dict[str, Name] = field(default_factory=dict)
    #: Rows that are shown only where something is in them, after the others.
    rest: dict[str, Name] = field(default_factory=dict)
    #: Finds names of rows that are only known once they were counted.
    find_names: Callable[[Sequence[str]], dict[str, Name]] = lambda keys: {key: Name(key) for key in keys}


def dimension(asked: FactsQuestion, parts: Sequence[Region]) -> Dimension:
    """Return the dimension of a question; `parts` are the divisions directly below the one asked for."""
    plain: dict[By, Callable[[], Dimension]] = {
        By.REGION: lambda: _regions(parts),
        By.STATION: lambda: _tree(Station, HoursEntry.station_id, asked),
        By.TEAM: lambda: _tree(Team, HoursEntry.team_id, asked),
        By.PROJECT: _projects,
        By.CATEGORY: _categories,
        By.AGE: _ages,
        By.SEX: _sexes,
        By.PARTY: _party,
        By.MONTH: lambda: _months(asked),
        By.HOURS_CLASS: lambda: _classes(asked),
    }
    return plain[asked.by]()


def _regions(parts: Sequence[Region]) -> Dimension:
    """Attribute by the division of the line itself: where the person lived on the day of service."""
    # A city may have streets directly below it, beside counties: the longest code that fits is the part.
    prefixes = {
        length: fitting
        for length in sorted(LENGTHS, reverse=True)
        if (fitting := [prefix for part in parts if len(prefix := region_prefix(part.code)) == length])
    }

    def part_of(code: AnyColumn) -> ColumnElement[str]:
        heads = {length: func.substr(code, 1, length, type_=String) for length in prefixes}
        fits = [
            (heads[length].in_(fitting), heads[length].concat("0" * (12 - length)))
            for length, fitting in prefixes.items()
        ]
        return case(*fits, else_=literal(ITSELF)) if fits else literal(ITSELF)

    label = part_of(HoursEntry.region_code).label("row_key")
    rows = {part.code: Name(part.name) for part in parts}
    return Dimension(Key(label, of_code=part_of), rows, {ITSELF: Name(labels.NOT_IN_A_PART, is_marked=True)})


def _tree(model: type[Tree], column: InstrumentedAttribute[int | None], asked: FactsQuestion) -> Dimension:
    """Attribute by the line's own station or team: the rows are those directly below the chosen one.

    Without a choice they are the highest of the division asked for; where that is one alone, those below it.
    """
    chosen = asked.station if model is Station else asked.team
    tops = _highest(model, asked.question.region) if chosen is None else []
    parent = tops[0].id if len(tops) == 1 else chosen
    if parent is not None:
        tops = list(db.session.scalars(select(model).where(model.parent_id == parent).order_by(model.path)))
    owned = _owners(model, tops, parent)
    nowhere = case((column.is_(None), literal(NOTHING)), else_=literal(ELSEWHERE))
    key = func.coalesce(owned.c.key, nowhere).label("row_key")
    words = labels.TREES[asked.by]
    shut = {str(top.id): Name(top.name) for top in tops if _is_shut(top, asked.question.as_of)}
    rows = {str(top.id): Name(top.name) for top in tops if str(top.id) not in shut}
    rest = {word: Name(words[word], is_marked=True) for word in (ITSELF, ELSEWHERE, NOTHING)}
    return Dimension(Key(key, owners=owned, owned=column), rows, shut | rest)


def _highest(model: type[Tree], region: str) -> list[Tree]:
    """Return the stations or teams of a division whose parent is none of it."""
    parent = aliased(model)
    outside = or_(model.parent_id.is_(None), ~in_region(parent.region_code, region))
    statement = select(model).outerjoin(parent, parent.id == model.parent_id)
    return list(
        db.session.scalars(statement.where(in_region(model.region_code, region), outside).order_by(model.path))
    )


def _owners(model: type[Tree], tops: Sequence[Tree], parent: int | None) -> CTE:
    """Return which of `tops` each station or team lies under, once worked out and not for every line again."""
    above, below = aliased(model), aliased(model)
    is_below = func.substr(below.path, 1, func.length(above.path)) == above.path
    under = select(below.id.label("id"), cast(above.id, String).label("key")).join_from(above, below, is_below)
    pairs = under.where(above.id.in_([top.id for top in tops]))
    itself = [] if parent is None else [select(literal(parent), literal(ITSELF))]
    return union_all(pairs, *itself).cte("owners").prefix_with("MATERIALIZED")


def _is_shut(place: Station | Team, as_of: datetime) -> bool:
    ended = place.closed_at if isinstance(place, Station) else place.dissolved_at
    return ended is not None and ended <= as_of


def _projects() -> Dimension:
    key = func.coalesce(cast(Activity.project_id, String), literal(NOTHING)).label("row_key")
    rest = {NOTHING: Name(labels.NO_PROJECT, is_marked=True)}
    return Dimension(Key(key, needs_activity=True), rest=rest, find_names=_project_names)


def _project_names(keys: Iterable[str]) -> dict[str, Name]:
    wanted = [int(key) for key in keys]
    rows = db.session.execute(select(Project.id, Project.name).where(Project.id.in_(wanted)).order_by(Project.id))
    return {str(row.id): Name(row.name) for row in rows}


def _categories() -> Dimension:
    key = func.coalesce(Activity.category, literal(NOTHING)).label("row_key")
    rows = {word: Name(name, is_marked=True) for word, name in CATEGORIES.items()}
    rest = {NOTHING: Name(labels.NO_ACTIVITY, is_marked=True)}
    return Dimension(Key(key, needs_activity=True), rows, rest)


def _ages() -> Dimension:
    rows = {band.value: Name(labels.AGE_BANDS[band], is_marked=True) for band in AgeBand}
    return Dimension(Key(band_of().label("row_key"), needs_person=True), rows, _unknown())


def _sexes() -> Dimension:
    key = func.coalesce(cast(Volunteer.sex, String), literal(UNKNOWN)).label("row_key")
    rows = {sex.value: Name(SEXES[sex], is_marked=True) for sex in Sex}
    return Dimension(Key(key, needs_person=True), rows, _unknown())


def _unknown() -> dict[str, Name]:
    return {UNKNOWN: Name(labels.NOT_KNOWN, is_marked=True)}


def _party() -> Dimension:
    key = case((Volunteer.is_party_member, literal(YES)), else_=literal(NO)).label("row_key")
    rows = {word: Name(labels.PARTY[word == YES], is_marked=True) for word in (YES, NO)}
    return Dimension(Key(key, needs_person=True), rows)


def _months(asked: FactsQuestion) -> Dimension:
    """Return a row for each month of a period with both ends, and else for those in which somebody served."""
    since, until = asked.question.since, asked.question.until
    last = min(until, clock.civil_date(asked.question.as_of)) if until else None
    rows = {month: Name(month) for month in periods.months_between(since, last)} if since and last else {}
    return Dimension(Key(month_of(HoursEntry.service_on).label("row_key")), rows)


def _classes(asked: FactsQuestion) -> Dimension:
    rows = {kind.value: Name(CLASS_NAMES[HoursClass(kind)], is_marked=True) for kind in asked.question.classes}
    return Dimension(Key(cast(HoursEntry.hours_class, String).label("row_key")), rows)
