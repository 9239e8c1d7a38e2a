"""Counts the register and sums the ledger themselves: what folded counts must equal and cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, not_, select

from volunteer_hub.core import dialect, reading
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import AnyColumn, in_region, region_prefix
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.regions.codes import LENGTHS, level_of
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.statistics.tallies import Tally
from volunteer_hub.volunteers.models import Standing


def tallies(question: Question, region: str, parts: Sequence[Region]) -> dict[str, dict[int, Tally]]:
    """Count a division and its parts from register and ledger, in one statement.

    By division; what is in none of the parts is counted in the division alone.
    """
    length = max((len(region_prefix(part.code)) for part in parts), default=12)
    wide = level_of(region) <= RegionLevel.COUNTY
    lives: AnyColumn = dialect.by_scan(db.session, Standing.region_code) if wide else Standing.region_code
    people = registered_people(question, in_region(lives, region), wide=wide)
    head = func.substr(people.c.region_code, 1, length).label("head")
    statement = select(
        head,
        people.c.assurance,
        func.count(),
        func.sum(case((people.c.chosen > 0, 1), else_=0)),
        func.sum(case((people.c.any_class > 0, 1), else_=0)),
        *(func.sum(people.c[kind.lower()]) for kind in ALL_CLASSES),
    )
    owners = {region_prefix(part.code): part.code for part in parts}
    found: dict[str, dict[int, Tally]] = {region: {}, **{part.code: {} for part in parts}}
    for place, assurance, *numbers in db.session.execute(statement.group_by(head, people.c.assurance)):
        counted = Tally(*(int(number) for number in numbers))
        owner = next((owners[place[:n]] for n in reversed(LENGTHS) if place[:n] in owners), None)
        for code in {region, owner or region}:
            found[code][assurance] = found[code].get(assurance, Tally()).plus(counted)
    return found


def registered_people(question: Question, where: ColumnElement[bool], *, wide: bool = False) -> Subquery:
    """Return one row for each person registered at the instant who fits `where` on `Standing`.

    Columns: volunteer_id, region_code, assurance, a, b, c, d (minutes by class in the period), chosen
    (minutes of the classes asked for) and any_class. Where nothing limits the ledger, the balances that
    its trigger keeps are read instead of its lines. For a `wide` choice of people the ledger is summed once;
    for few, person by person.
    """
    columns = (Standing.volunteer_id, Standing.region_code, Standing.assurance)
    if question.live and question.ever:
        balances = (HoursBalance.class_a, HoursBalance.class_b, HoursBalance.class_c, HoursBalance.class_d)
        minutes = {kind: func.coalesce(kept, 0) for kind, kept in zip(ALL_CLASSES, balances, strict=True)}
        statement = select(*columns, *_minute_columns(minutes, question.classes)).outerjoin(
            HoursBalance, HoursBalance.volunteer_id == Standing.volunteer_id
        )
    elif wide:
        served = _served(question)
        minutes = {kind: func.coalesce(served.c[kind.lower()], 0) for kind in ALL_CLASSES}
        statement = select(*columns, *_minute_columns(minutes, question.classes)).outerjoin(
            served, served.c.volunteer_id == Standing.volunteer_id
        )
    else:
        minutes = {kind: func.coalesce(_sum_of(kind), 0) for kind in ALL_CLASSES}
        statement = (
            select(*columns, *_minute_columns(minutes, question.classes))
            .outerjoin(HoursEntry, and_(HoursEntry.volunteer_id == Standing.volunteer_id, *counted_entries(question)))
            .group_by(Standing.id)
        )
    return statement.select_from(Standing).where(registered_at_instant(question, wide=wide), where).subquery("people")


def _served(question: Question) -> Subquery:
    """Return everybody's minutes by class in the period, summed once over the ledger."""
    columns = (HoursEntry.volunteer_id, HoursEntry.hours_class, HoursEntry.minutes)
    known = select(*columns).where(*counted_entries(question))
    lines = reading.read_in_order(db.session, known, HoursEntry.volunteer_id).c
    sums = (
        func.sum(case((lines.hours_class == kind, lines.minutes), else_=0)).label(kind.lower())
        for kind in ALL_CLASSES
    )
    return select(lines.volunteer_id, *sums).group_by(lines.volunteer_id).subquery("served")


def _sum_of(kind: HoursClass) -> ColumnElement[int]:
    return func.sum(case((HoursEntry.hours_class == kind, HoursEntry.minutes), else_=0))


def registered_at_instant(question: Question, *, wide: bool = False) -> ColumnElement[bool]:
    """Return the condition on `Standing` for what the register said at the instant. `until` is exclusive.

    Who has withdrawn or been merged away by then has no such standing. `wide` is said where most of the
    register will be read.
    """
    since: AnyColumn = dialect.by_scan(db.session, Standing.since) if wide else Standing.since
    until: AnyColumn = dialect.by_scan(db.session, Standing.until) if wide else Standing.until
    return and_(since <= question.as_of, until > question.as_of)


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
