"""What stands behind a number: people and their ledger lines; `origin` has the session and scans behind a line.

Apart from `queries`, because these rows name persons: whoever reads them holds the right to, and
opening one person is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope, in_region
from volunteer_hub.ledger.models import HourPolicy, HoursEntry
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics.counting import (
    counted_entries,
    direct_residents,
    registered_at_instant,
    registered_people,
)
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Standing, Volunteer

EXPORT_BATCH = 2000


class Having(StrEnum):
    """Which of the registered people a list shows: all, those with hours, or those who took part."""

    REGISTERED = "registered"
    WITH_HOURS = "with_hours"
    PARTICIPANTS = "participants"


@dataclass(frozen=True)
class Crowd:
    """The people behind one number: of a cell, or of its remainder that is in no part (`direct`)."""

    question: Question
    having: Having = Having.REGISTERED
    direct: bool = False


def get_region(region: str, scope: Scope) -> Region:
    """Return a division inside the scope. Raises NotFound."""
    row = db.session.scalar(select(Region).where(Region.code == region, scope.where(region=Region.code)))
    if row is None:
        raise NotFound
    return row


def page_people(crowd: Crowd, scope: Scope, number: int = 1) -> Page[Any]:
    """Return (volunteer_id, number, name, place, assurance, registered_at, minutes), in order of registration."""
    here = _counted_here(crowd, scope)
    # Who is on the page is settled first: only their lines are added up, not those of everybody before and after.
    found = page_of(db.session, _ids(crowd, here), number, total=_count(crowd, here))
    on_page = and_(here, Standing.volunteer_id.in_(found.items))
    return replace(found, items=db.session.execute(_people(crowd, on_page)).all())


def _count(crowd: Crowd, here: ColumnElement[bool]) -> int:
    """Return how many people a list shows, adding everybody's lines up in one go where that is needed."""
    statement = select(func.count()).select_from(Standing).where(registered_at_instant(crowd.question), here)
    if crowd.having is not Having.REGISTERED:
        people = registered_people(crowd.question, here)
        statement = select(func.count()).select_from(people).where(*_fits(crowd, people))
    return db.session.scalar(statement) or 0


def _ids(crowd: Crowd, here: ColumnElement[bool]) -> Select[Any]:
    """Return a SELECT of whom a list shows, in order, that ends with the page: the lines of nobody after are read."""
    statement = select(Standing.volunteer_id).where(registered_at_instant(crowd.question), here)
    if crowd.having is not Having.REGISTERED:
        classes = crowd.question.classes if crowd.having is Having.WITH_HOURS else ALL_CLASSES
        minutes = select(func.sum(HoursEntry.minutes)).where(
            HoursEntry.volunteer_id == Standing.volunteer_id,
            HoursEntry.hours_class.in_(classes),
            *counted_entries(crowd.question),
        )
        statement = statement.where(minutes.correlate(Standing).scalar_subquery() > 0)
    return statement.order_by(Standing.volunteer_id)


def every_person(crowd: Crowd, scope: Scope) -> Iterator[Row[Any]]:
    """Return the same rows to the last, with document_number and mobile to be masked. Raises NotFound at once.

    The register is read in batches. Each begins after the last person of the one before: nobody is missed
    or repeated while others write, since who belongs is settled by the question's instant.
    """
    return _batches(crowd, _counted_here(crowd, scope))


def _batches(crowd: Crowd, here: ColumnElement[bool]) -> Iterator[Row[Any]]:
    last = 0
    while True:
        batch = (
            select(Standing.volunteer_id)
            .where(registered_at_instant(crowd.question), here, Standing.volunteer_id > last)
            .order_by(Standing.volunteer_id)
            .limit(EXPORT_BATCH)
        )
        end = db.session.scalar(select(func.max(batch.subquery().c.volunteer_id)))
        if end is None:
            return
        slice_ = and_(here, Standing.volunteer_id.between(last + 1, end))
        rows = db.session.execute(_people(crowd, slice_, Volunteer.document_number, Volunteer.mobile)).all()
        # A reader on a slow line must not keep a read transaction open between batches.
        db.session.close()
        yield from rows
        last = end


def _counted_here(crowd: Crowd, scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `Standing` for people whom the cell counts."""
    here = get_region(crowd.question.region, scope)
    where = direct_residents(here.code) if crowd.direct else in_region(Standing.region_code, here.code)
    level = regions.counted_assurances_at([here.code], crowd.question.as_of)[here.code]
    return and_(where, Standing.assurance >= level)


def _fits(crowd: Crowd, people: Subquery) -> list[ColumnElement[bool]]:
    fits: dict[Having, list[ColumnElement[bool]]] = {
        Having.REGISTERED: [],
        Having.WITH_HOURS: [people.c.chosen > 0],
        Having.PARTICIPANTS: [people.c.any_class > 0],
    }
    return fits[crowd.having]


def _people(crowd: Crowd, here: ColumnElement[bool], *more: InstrumentedAttribute[str]) -> Select[Any]:
    people = registered_people(crowd.question, here)
    return (
        select(
            Volunteer.id.label("volunteer_id"),
            Volunteer.number,
            Volunteer.name,
            Region.full_name.label("place"),
            people.c.assurance,
            Volunteer.registered_at,
            people.c.chosen.label("minutes"),
            *more,
        )
        .select_from(people)
        .join(Volunteer, Volunteer.id == people.c.volunteer_id)
        .join(Region, Region.code == people.c.region_code)
        .where(*_fits(crowd, people))
        .order_by(Volunteer.id)
    )


@dataclass(frozen=True)
class Person:
    """One registered person, and the place and assurance that held at the question's instant."""

    volunteer: Volunteer
    region_code: str
    place: str
    assurance: int


def get_person(question: Question, scope: Scope, volunteer_id: int) -> Person:
    """Return a person who was registered in the question's division at its instant. Raises NotFound."""
    row = db.session.execute(
        select(Volunteer, Region.code, Region.full_name, Standing.assurance)
        .join(Standing, Standing.volunteer_id == Volunteer.id)
        .join(Region, Region.code == Standing.region_code)
        .where(
            Volunteer.id == volunteer_id,
            registered_at_instant(question),
            in_region(Standing.region_code, question.region),
            scope.where(region=Standing.region_code),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Person(*row)


def page_entries(question: Question, volunteer_id: int, number: int = 1) -> Page[Any]:
    """Return (entry, policy version, recorder, reversed by, activity) of every line known at the instant."""
    return page_of(db.session, _entries(question, volunteer_id), number)


def counted_minutes(question: Question, volunteer_id: int) -> int:
    """Return the minutes of one person that the question counts."""
    return (
        db.session.scalar(
            select(func.sum(HoursEntry.minutes)).where(
                HoursEntry.volunteer_id == volunteer_id,
                HoursEntry.hours_class.in_(question.classes),
                *counted_entries(question),
            )
        )
        or 0
    )


def is_counted(question: Question, entry: HoursEntry) -> bool:
    """Tell whether a line known at the instant lies in the question's period and classes."""
    return (
        entry.hours_class in question.classes
        and (question.since is None or entry.service_on >= question.since)
        and (question.until is None or entry.service_on <= question.until)
    )


def get_entry(question: Question, volunteer_id: int, entry_id: int) -> Row[Any]:
    """Return one line of one person known at the instant, with the same columns as in the list. Raises NotFound.

    A division sees of who has moved away since what was known while they lived there, and no more.
    """
    row = db.session.execute(_entries(question, volunteer_id).where(HoursEntry.id == entry_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _entries(question: Question, volunteer_id: int) -> Select[*tuple[Any, ...]]:
    reversal, recorder, approver = aliased(HoursEntry), aliased(Account), aliased(Account)
    return (
        select(
            HoursEntry,
            HourPolicy.version.label("policy_version"),
            HourPolicy.region_prefix.label("policy_area"),
            recorder.display_name.label("recorder"),
            approver.display_name.label("approver"),
            reversal.id.label("reversed_by"),
            Activity.title.label("activity"),
            Station.name.label("station"),
            Team.name.label("team"),
            Region.full_name.label("place"),
        )
        .join(HourPolicy, HourPolicy.id == HoursEntry.policy_id)
        .join(Region, Region.code == HoursEntry.region_code)
        .outerjoin(recorder, recorder.id == HoursEntry.recorded_by)
        .outerjoin(approver, approver.id == HoursEntry.approved_by)
        .outerjoin(reversal, and_(reversal.reverses_id == HoursEntry.id, reversal.recorded_at <= question.as_of))
        .outerjoin(Shift, Shift.id == HoursEntry.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Station, Station.id == HoursEntry.station_id)
        .outerjoin(Team, Team.id == HoursEntry.team_id)
        .where(HoursEntry.volunteer_id == volunteer_id, HoursEntry.recorded_at <= question.as_of)
        .order_by(HoursEntry.service_on.desc(), HoursEntry.id.desc())
    )
