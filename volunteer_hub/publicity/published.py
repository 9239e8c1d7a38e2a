"""The public record of an activity's hours (时长公示): who served how long, as far as everybody may know it.

Masked names and hours, for as long as the activity itself is public, once a shift's check-out has closed.
Nobody appears by name, not even masked, who was under 14 when serving, who has left the register, or who
never read in the consent text that hours are published: they are counted. Where fewer than SMALL people
would be named, nobody is: a family name and two neighbours' memories are enough to know who it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.core import crypto
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.masking import mask_name
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.queries import find_policy
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import Consent, Volunteer
from volunteer_hub.volunteers.registration import REGISTRATION

#: Fewer named people than this are not named.
SMALL = 3
#: Up to this birthday, and on it, nobody is named, whatever a guardian consented to.
NAMED_FROM = 14
ONE_DAY = timedelta(days=1)
#: Consent texts that do not say that hours are published.
SILENT_TEXTS = ("v1",)


@dataclass(frozen=True)
class Line:
    """One person's hours of one class. `key` names the row to whoever reports it, and tells nothing else."""

    key: str
    volunteer_id: int
    name: str
    minutes: int
    hours_class: HoursClass


@dataclass(frozen=True)
class Record:
    """What is published of one activity."""

    activity: Activity
    station: Station
    shifts: tuple[Shift, ...]
    people: int
    #: One person at one shift is one visit.
    visits: int
    minutes: int
    lines: tuple[Line, ...]
    #: People counted above and not named below.
    unnamed: int


def find_record(activity_id: int, now: datetime) -> Record | None:
    """Return what is published of an activity, or None before anything is. Raises NotFound if it is not public."""
    activity = activities.get_public(activity_id)
    station = db.session.get_one(Station, activity.station_id)
    shifts = tuple(shift for shift in activity.shifts if is_over(shift, station, now))
    if not shifts:
        return None
    rows = [row for row in _sums([shift.id for shift in shifts]) if row.minutes > 0]
    people = {row.volunteer_id for row in rows}
    lines = _lines(activity_id, rows)
    named = {line.volunteer_id for line in lines}
    if len(named) < SMALL:
        lines, named = (), set()
    return Record(
        activity,
        station,
        shifts,
        people=len(people),
        visits=len({(row.volunteer_id, row.shift_id) for row in rows}),
        minutes=sum(row.minutes for row in rows),
        lines=lines,
        unnamed=len(people - named),
    )


def get_record(activity_id: int, now: datetime) -> Record:
    """Return what is published of an activity. Raises NotFound before anything is."""
    record = find_record(activity_id, now)
    if record is None:
        raise NotFound
    return record


def is_over(shift: Shift, station: Station, now: datetime) -> bool:
    """Tell whether nobody can scan out of a shift any more."""
    return check_out_closes(shift, station.region_code, now) < now


def check_out_closes(shift: Shift, region_code: str, now: datetime) -> datetime:
    """Return until when people may scan out of a shift, by the policy of the division it takes place in."""
    version = find_policy(region_code, shift.starts_at, now=now)
    policy = version.policy if version else Policy()
    return shift.ends_at + timedelta(minutes=policy.out_closes_after)


def row_key(activity_id: int, volunteer_id: int) -> str:
    """Return the opaque name of a person's row: the same on every page of one activity, and on no other."""
    return crypto.blind_index("public-record-row", f"{activity_id}:{volunteer_id}")[:22]


def _sums(shift_ids: Collection[int]) -> list[AnyRow]:
    """Return what stands in the ledger for these shifts, reversals taken off, for each person, shift and class."""
    return list(
        db.session.execute(
            select(
                HoursEntry.volunteer_id,
                HoursEntry.shift_id,
                HoursEntry.hours_class,
                func.sum(HoursEntry.minutes).label("minutes"),
                func.min(HoursEntry.service_on).label("first_on"),
            )
            .where(HoursEntry.shift_id.in_(list(shift_ids)))
            .group_by(HoursEntry.volunteer_id, HoursEntry.shift_id, HoursEntry.hours_class)
        )
    )


def _lines(activity_id: int, rows: Collection[AnyRow]) -> tuple[Line, ...]:
    """Return the rows of those who may be named, by name and class."""
    minutes: dict[tuple[int, HoursClass], int] = defaultdict(int)
    first_on: dict[int, date] = {}
    for row in rows:
        minutes[row.volunteer_id, row.hours_class] += row.minutes
        first_on[row.volunteer_id] = min(row.first_on, first_on.get(row.volunteer_id, row.first_on))
    names = {
        volunteer_id: mask_name(name)
        for volunteer_id, name, birth_on in _may_be_named(first_on)
        if birth_on is None or full_years(birth_on, first_on[volunteer_id] - ONE_DAY) >= NAMED_FROM
    }
    lines = [
        Line(row_key(activity_id, volunteer_id), volunteer_id, names[volunteer_id], total, hours_class)
        for (volunteer_id, hours_class), total in minutes.items()
        if volunteer_id in names
    ]
    return tuple(sorted(lines, key=lambda line: (line.name, line.key, line.hours_class)))


def _may_be_named(volunteer_ids: Collection[int]) -> list[AnyRow]:
    """Return id, name and birth date of those who are in the register and were told that hours are published."""
    told = (
        select(Consent.id)
        .where(
            Consent.volunteer_id == Volunteer.id,
            Consent.kind == REGISTRATION,
            Consent.withdrawn_at.is_(None),
            Consent.version.not_in(SILENT_TEXTS),
        )
        .exists()
    )
    return list(
        db.session.execute(
            select(Volunteer.id, Volunteer.name, Volunteer.birth_on).where(
                Volunteer.id.in_(list(volunteer_ids)),
                Volunteer.withdrawn_at.is_(None),
                Volunteer.merged_into_id.is_(None),
                told,
            )
        )
    )
