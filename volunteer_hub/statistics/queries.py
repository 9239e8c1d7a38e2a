"""Counts the register and sums the ledger for a question, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, and_, case, func, literal, not_, or_, select

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope, in_region, region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.codes import LENGTHS, codes_above
from volunteer_hub.regions.models import AreaSettings, PopulationFigure, Region
from volunteer_hub.statistics.answer import Answer, Cell, Population, Version
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.volunteers.models import Standing

REST = N_("未细分到下级")


def ratios(question: Question, scope: Scope) -> Answer:
    """Answer a question for its division and each part of it.

    Five statements, however many parts there are. Raises NotFound for a division that does not exist or
    lies outside the scope.
    """
    here, parts = _divisions(question.region, scope)
    codes = [here.code, *(part.code for part in parts)]
    levels = counted_assurances(codes)
    populations = _populations(question, codes)
    counts = _counts(question, parts)
    shares, left = _split(counts, parts)
    whole = _cell(question, here, counts, levels[here.code], populations.get(here.code))
    cells = [
        _cell(question, part, shares[part.code], levels[part.code], populations.get(part.code)) for part in parts
    ]
    rest = replace(_cell(question, here, left, levels[here.code], None), name=REST, rest=True)
    if parts and rest.registered:
        cells.append(rest)
    return Answer(question, here.full_name, whole, tuple(cells), _version())


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


def counted_assurances(codes: Iterable[str]) -> dict[str, int]:
    """Return for each division the assurance from which a person counts there: the nearest area's choice, else 0."""
    lines = {code: [*codes_above(code), code] for code in codes}
    wanted = {area for line in lines.values() for area in line}
    rows = db.session.execute(
        select(AreaSettings.region_code, AreaSettings.counted_assurance).where(AreaSettings.region_code.in_(wanted))
    )
    chosen = {row.region_code: row.counted_assurance for row in rows}
    return {
        code: next((chosen[area] for area in reversed(line) if area in chosen), 0) for code, line in lines.items()
    }


def registered_people(question: Question, where: ColumnElement[bool]) -> Subquery:
    """Return one row for each person registered at the instant who fits `where` on `Standing`.

    Columns: volunteer_id, region_code, assurance, a, b, c, d (minutes by class in the period), chosen
    (minutes of the classes asked for) and any_class. Where nothing limits the ledger, the balances that
    its trigger keeps are read instead of its lines.
    """
    columns = (Standing.volunteer_id, Standing.region_code, Standing.assurance)
    if question.live and question.ever:
        balances = (HoursBalance.class_a, HoursBalance.class_b, HoursBalance.class_c, HoursBalance.class_d)
        minutes = {kind: func.coalesce(kept, 0) for kind, kept in zip(ALL_CLASSES, balances, strict=True)}
        statement = select(*columns, *_minute_columns(minutes, question.classes)).outerjoin(
            HoursBalance, HoursBalance.volunteer_id == Standing.volunteer_id
        )
    else:
        minutes = {
            kind: func.coalesce(func.sum(case((HoursEntry.hours_class == kind, HoursEntry.minutes), else_=0)), 0)
            for kind in ALL_CLASSES
        }
        statement = (
            select(*columns, *_minute_columns(minutes, question.classes))
            .outerjoin(HoursEntry, and_(HoursEntry.volunteer_id == Standing.volunteer_id, *counted_entries(question)))
            .group_by(Standing.id)
        )
    return statement.select_from(Standing).where(registered_at_instant(question), where).subquery("people")


def registered_at_instant(question: Question) -> ColumnElement[bool]:
    """Return the condition on `Standing` for what the register said at the instant. `until` is exclusive.

    Who has withdrawn or been merged away by then has no such standing.
    """
    return and_(Standing.since <= question.as_of, Standing.until > question.as_of)


def counted_entries(question: Question) -> list[ColumnElement[bool]]:
    """Return the conditions on a ledger line for the question's instant and period; classes are left open."""
    conditions = [HoursEntry.recorded_at <= question.as_of]
    if question.since:
        conditions.append(HoursEntry.service_on >= question.since)
    if question.until:
        conditions.append(HoursEntry.service_on <= question.until)
    return conditions


def direct_residents(region: str) -> ColumnElement[bool]:
    """Return the condition on `Standing` for people of a division who are in none of its parts."""
    parts = db.session.scalars(select(Region.code).where(Region.parent_code == region))
    return and_(in_region(Standing.region_code, region), *(not_(in_region(Standing.region_code, p)) for p in parts))


def _minute_columns(
    minutes: Mapping[HoursClass, ColumnElement[int]], chosen: Sequence[HoursClass]
) -> list[ColumnElement[int]]:
    columns = [minutes[kind].label(kind.lower()) for kind in ALL_CLASSES]
    asked: ColumnElement[int] = literal(0)
    for kind in chosen:
        asked = asked + minutes[kind]
    whole: ColumnElement[int] = literal(0)
    for kind in ALL_CLASSES:
        whole = whole + minutes[kind]
    return [*columns, asked.label("chosen"), whole.label("any_class")]


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


def _populations(question: Question, codes: Sequence[str]) -> dict[str, Population]:
    """Return the population of each division that has one: of the year asked for, else the latest so far."""
    year = PopulationFigure.year
    rows = db.session.scalars(
        select(PopulationFigure)
        .where(
            PopulationFigure.region_code.in_(codes),
            PopulationFigure.base == question.base,
            year == question.year if question.year else year <= question.latest_year,
        )
        .order_by(year)
    )
    return {row.region_code: Population(row.value, row.base, row.year, row.source) for row in rows}


def _counts(question: Question, parts: Sequence[Region]) -> list[Row[Any]]:
    """Return (head of the code, assurance, registered, with hours, participants, a, b, c, d) in one statement.

    Assurance is kept apart because each division chooses from which one it counts.
    """
    length = max((len(region_prefix(part.code)) for part in parts), default=12)
    people = registered_people(question, in_region(Standing.region_code, question.region))
    head = func.substr(people.c.region_code, 1, length).label("head")
    statement = select(
        head,
        people.c.assurance,
        func.count(),
        func.sum(case((people.c.chosen > 0, 1), else_=0)),
        func.sum(case((people.c.any_class > 0, 1), else_=0)),
        *(func.sum(people.c[kind.lower()]) for kind in ALL_CLASSES),
    )
    return list(db.session.execute(statement.group_by(head, people.c.assurance)))


def _split(counts: Sequence[Row[Any]], parts: Sequence[Region]) -> tuple[dict[str, list[Row[Any]]], list[Row[Any]]]:
    """Share the counts out to the parts; the second list is of people in none of them."""
    owners = {region_prefix(part.code): part.code for part in parts}
    shared: dict[str, list[Row[Any]]] = {part.code: [] for part in parts}
    left: list[Row[Any]] = []
    for row in counts:
        owner = next((owners[row.head[:n]] for n in reversed(LENGTHS) if row.head[:n] in owners), None)
        (shared[owner] if owner else left).append(row)
    return shared, left


def _cell(
    question: Question, region: Region, counts: Iterable[Row[Any]], counted_from: int, population: Population | None
) -> Cell:
    rows = [tuple(row)[2:] for row in counts if row.assurance >= counted_from]
    registered, with_hours, participants, *minutes = (
        sum(int(row[n]) for row in rows) for n in range(3 + len(ALL_CLASSES))
    )
    by_class = dict(zip(ALL_CLASSES, minutes, strict=True))
    return Cell(
        code=region.code,
        name=region.name,
        registered=registered,
        with_hours=with_hours,
        participants=participants,
        class_minutes={kind: by_class[kind] for kind in question.classes},
        population=population,
        counted_assurance=counted_from,
    )


def _version() -> Version:
    row = db.session.execute(
        select(
            select(func.max(HoursEntry.id)).scalar_subquery(),
            select(func.max(Standing.id)).scalar_subquery(),
        )
    ).one()
    return Version(row[0] or 0, row[1] or 0)
