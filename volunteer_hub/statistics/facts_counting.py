"""The conditions under which a line of the ledger counts as a service, and the sums over those that do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Label,
    String,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from volunteer_hub.activities.models import Activity, ActivityResult, Shift
from volunteer_hub.core import dialect, reading
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.scope import AnyColumn, in_region, region_prefix
from volunteer_hub.ledger.models import EntryKind, HoursEntry
from volunteer_hub.statistics.facts_question import BAND_ENDS, UNKNOWN, AgeBand, By, FactsQuestion
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.volunteers.models import Volunteer

#: Periods up to this are found by the index of days; longer ones by reading the whole ledger.
SHORT = timedelta(days=62)
#: Digits of a county's code: it and what lies above it hold a large part of a deployment's ledger.
WIDE = 6


#: What is read of a line to be added up, and the sums of minutes.
_ADDED = (HoursEntry.volunteer_id, HoursEntry.hours_class, HoursEntry.minutes)
_BY_CLASS = tuple(kind.lower() for kind in ALL_CLASSES)


@dataclass(frozen=True)
class Key:
    """How a line of the ledger finds its row: an expression named `row_key`, and what must be joined for it."""

    label: Label[str]
    #: Makes the same of a division's code, where nothing else of the line decides.
    of_code: Callable[[AnyColumn], ColumnElement[str]] | None = None
    #: Columns `id` and `key`: which station or team belongs to which row.
    owners: CTE | None = None
    owned: AnyColumn | None = None
    needs_person: bool = False
    needs_activity: bool = False


@dataclass(frozen=True)
class Narrowed:
    """What the filters on stations and teams come to: the ids' paths, so that what lies below counts too."""

    stations: AnySelect | None = None
    teams: AnySelect | None = None


def counted(question: Question) -> list[ColumnElement[bool]]:
    """Return the conditions for a credit of the period and classes, known at the instant and not reversed by then.

    One credit is one service: what was corrected by then counts as corrected, and what waits for somebody's
    decision is not in the ledger at all.
    """
    reversal = aliased(HoursEntry)
    reversed_by_then = exists().where(reversal.reverses_id == HoursEntry.id, reversal.recorded_at <= question.as_of)
    return [HoursEntry.kind == EntryKind.CREDIT, ~reversed_by_then, *known(question)]


def known(question: Question) -> list[ColumnElement[bool]]:
    """Return the conditions for a line of the period and classes, known at the instant: credits and reversals.

    Whoever adds up needs no more. A reversal repeats its credit in all but the sign and the instant, so that
    `services` and minutes of both are those of the services that were not reversed by then.
    """
    conditions = [dialect.by_scan(db.session, HoursEntry.recorded_at) <= question.as_of]
    served: AnyColumn = HoursEntry.service_on
    if not (question.since and question.until and question.until - question.since <= SHORT):
        served = dialect.by_scan(db.session, served)
    if question.since:
        conditions.append(served >= question.since)
    if question.until:
        conditions.append(served <= question.until)
    if len(question.classes) < len(ALL_CLASSES):
        conditions.append(HoursEntry.hours_class.in_(question.classes))
    return conditions


def services(minutes: AnyColumn) -> ColumnElement[int]:
    """Return how many services some lines are worth, by their minutes: credits less what reverses them."""
    return func.sum(case((minutes > 0, 1), else_=-1))


def is_wide(region: str) -> bool:
    """Tell whether a large part of a deployment's people may live in a division."""
    return len(region_prefix(region)) <= WIDE


def lived_in(region: str) -> ColumnElement[bool]:
    """Return the condition that a line's person lived in a division on the day of service."""
    code: AnyColumn = HoursEntry.region_code
    if is_wide(region):
        code = dialect.by_scan(db.session, code)
    return in_region(code, region)


def count_people(asked: FactsQuestion, key: Key, narrowed: Narrowed) -> Sequence[AnyRow]:
    """Return (is_whole, key, people, times, minutes by class) for each row and for the whole, in one statement.

    The ledger is read once: first down to one line for each person and row, of which both sums are made.
    """
    each = _each(asked, key, narrowed)
    sums = [func.sum(each.c.times), *(func.sum(each.c[name]) for name in _BY_CLASS)]
    rows = select(literal(0), each.c.row_key, func.count(), *sums).group_by(each.c.row_key)
    everybody = select(each.c.volunteer_id).distinct().subquery("everybody")
    people = select(func.count()).select_from(everybody).scalar_subquery()
    whole = select(literal(1), null(), people, *sums)
    return db.session.execute(union_all(rows, whole)).all()


def _each(asked: FactsQuestion, key: Key, narrowed: Narrowed) -> CTE:
    """Return a line for each person and row, with the services and the minutes by class."""
    if key.of_code is None:
        return _added_up(_lines(asked, key.label, key, narrowed, *_ADDED).subquery("lines")).cte("each")
    # Somebody's lines in one division lie beside one another in an index; rows are made of their few sums.
    found = _lines(asked, HoursEntry.region_code.label("row_key"), key, narrowed, *_ADDED)
    if is_wide(asked.question.region) and not asked.is_narrowed:
        lines = reading.read_in_order(db.session, found, HoursEntry.volunteer_id, HoursEntry.region_code)
    else:
        lines = found.subquery("lines")
    codes = _added_up(lines).cte("codes").c
    row_key = key.of_code(codes.row_key).label("row_key")
    sums = [cast(func.sum(codes[name]), BigInteger).label(name) for name in ("times", *_BY_CLASS)]
    return select(row_key, codes.volunteer_id, *sums).group_by(row_key, codes.volunteer_id).cte("each")


def _added_up(lines: Subquery) -> AnySelect:
    """Return what each person served in each row, where that is anything."""
    times, of = services(lines.c.minutes), lines.c.hours_class
    minutes = (
        func.sum(case((of == kind, lines.c.minutes), else_=0)).label(name)
        for kind, name in zip(ALL_CLASSES, _BY_CLASS, strict=True)
    )
    sums = select(lines.c.row_key, lines.c.volunteer_id, times.label("times"), *minutes)
    return sums.group_by(lines.c.volunteer_id, lines.c.row_key).having(times > 0)


def count_activities(asked: FactsQuestion, key: Key, narrowed: Narrowed) -> Sequence[AnyRow]:
    """Return (is_whole, key, activities, beneficiaries) for each row and for the whole, in one statement.

    An activity counts where somebody has served at it. Beneficiaries are what stations reported by the
    instant of those shifts and activities, in the period; the whole of an activity counts in each row.
    """
    shifts = _lines(asked, key.label, key, narrowed, HoursEntry.shift_id).where(HoursEntry.shift_id.is_not(None))
    visited = shifts.group_by(key.label, HoursEntry.shift_id).having(services(HoursEntry.minutes) > 0)
    at_shifts = visited.cte("at_shifts")
    columns = (at_shifts.c.row_key, at_shifts.c.shift_id, Shift.activity_id)
    held = select(*columns).join(Shift, Shift.id == at_shifts.c.shift_id).cte("held")
    reported = (
        select(held.c.row_key, ActivityResult.id, ActivityResult.beneficiaries)
        .join(ActivityResult, and_(*_reported(asked, held)))
        .distinct()
        .cte("reported")
    )
    once = select(reported.c.id, reported.c.beneficiaries).distinct().subquery("once")
    activities, served = func.count(distinct(held.c.activity_id)), func.sum(reported.c.beneficiaries)
    statement = union_all(
        select(literal(0), held.c.row_key, activities, literal(0)).group_by(held.c.row_key),
        select(literal(1), null(), activities, literal(0)),
        select(literal(0), reported.c.row_key, literal(0), served).group_by(reported.c.row_key),
        select(literal(1), null(), literal(0), func.coalesce(func.sum(once.c.beneficiaries), 0)),
    )
    return db.session.execute(statement).all()


def _reported(asked: FactsQuestion, held: CTE) -> list[ColumnElement[bool]]:
    question = asked.question
    conditions = [
        ActivityResult.activity_id == held.c.activity_id,
        or_(ActivityResult.shift_id.is_(None), ActivityResult.shift_id == held.c.shift_id),
        ActivityResult.recorded_at <= question.as_of,
        or_(ActivityResult.superseded_at.is_(None), ActivityResult.superseded_at > question.as_of),
    ]
    if question.since:
        conditions.append(ActivityResult.served_on >= question.since)
    if question.until:
        conditions.append(ActivityResult.served_on <= question.until)
    if asked.by is By.MONTH:
        conditions.append(month_of(ActivityResult.served_on) == held.c.row_key)
    return conditions


def month_of(day: AnyColumn) -> ColumnElement[str]:
    """Return the month of a civil date, as 2026-11."""
    return func.substr(cast(day, String), 1, 7)


def band_of() -> ColumnElement[str]:
    """Return the age band on the day of service, as text.

    The difference of two dates written as 20261121 has the full years in front of its last four digits.
    """
    years = _as_number(HoursEntry.service_on) - _as_number(Volunteer.birth_on)
    below = [(years < end * 10_000, literal(band.value)) for band, end in BAND_ENDS.items()]
    return case((Volunteer.birth_on.is_(None), literal(UNKNOWN)), *below, else_=literal(AgeBand.OLDER.value))


def _as_number(day: AnyColumn) -> ColumnElement[int]:
    return cast(func.replace(cast(day, String), "-", ""), Integer)


def _lines(asked: FactsQuestion, label: Label[str], key: Key, narrowed: Narrowed, *columns: AnyColumn) -> AnySelect:
    """Return the lines that count, credits and reversals, each with the key of its row or what it is made of."""
    question = asked.question
    statement: AnySelect = select(label, *columns).select_from(HoursEntry)
    if key.owners is not None:
        statement = statement.outerjoin(key.owners, key.owners.c.id == key.owned)
    if key.needs_activity or asked.project is not None or asked.category is not None:
        statement = statement.outerjoin(Shift, Shift.id == HoursEntry.shift_id)
        statement = statement.outerjoin(Activity, Activity.id == Shift.activity_id)
    if key.needs_person or (asked.sex, asked.party, asked.age) != (None, None, None):
        statement = statement.join(Volunteer, Volunteer.id == HoursEntry.volunteer_id)
    return statement.where(lived_in(question.region), *known(question), *_filters(asked, narrowed))


def _filters(asked: FactsQuestion, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.stations is not None:
        conditions.append(HoursEntry.station_id.in_(narrowed.stations))
    if narrowed.teams is not None:
        conditions.append(HoursEntry.team_id.in_(narrowed.teams))
    if asked.project is not None:
        conditions.append(Activity.project_id == asked.project)
    if asked.category is not None:
        conditions.append(Activity.category == asked.category)
    if asked.sex is not None:
        conditions.append(Volunteer.sex == asked.sex)
    if asked.party is not None:
        conditions.append(Volunteer.is_party_member == asked.party)
    if asked.age is not None:
        conditions.append(band_of() == asked.age.value)
    return conditions
