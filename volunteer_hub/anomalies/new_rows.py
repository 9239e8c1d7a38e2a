"""Reads what is new since a watermark, and everything beside it that a rule needs, by index and in portions.

Every statement is a range of a primary key, or begins from numbers found in one (docs/decisions/0086).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.anomalies.registration_rules import Registered
from volunteer_hub.anomalies.rows import Place, ScanSeen, Stay
from volunteer_hub.anomalies.stay_rules import Announced
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Standing, Volunteer

#: Shifts, or people, of which everything is in memory at once.
PORTION = 200
#: New scans, or registrations, looked over at once.
SPAN = 20_000
#: Two scans of one person further apart than this say nothing about how they travelled.
NEAR = timedelta(hours=6)
#: Below this assurance nobody saw the document: the person registered alone.
SEEN_BY_STAFF = 2

Numbers = tuple[int, int]
Key = TypeVar("Key", int, str)

_SCAN = (
    Scan.id,
    Scan.scanned_at,
    Scan.direction,
    Scan.entry_point,
    Scan.shift_id,
    Scan.station_id,
    Scan.volunteer_id,
    Scan.operator_account_id,
    Scan.device_id,
)


def spans(numbers: Numbers) -> Iterator[Numbers]:
    """Cut the numbers above the first and up to the second into ranges that are quick to read."""
    begin, end = numbers
    while begin < end:
        yield begin, min(begin + SPAN, end)
        begin += SPAN


def portions(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """Cut a list of keys into portions."""
    for begin in range(0, len(keys), PORTION):
        yield keys[begin : begin + PORTION]


def list_touched_shifts(numbers: Numbers) -> list[int]:
    """Return the shifts of which a scan is new."""
    statement = select(Scan.shift_id).where(_within(Scan.id, numbers), Scan.shift_id.is_not(None)).distinct()
    return sorted(number for number in db.session.scalars(statement) if number is not None)


def list_scans(shift_ids: Sequence[int]) -> dict[int, list[ScanSeen]]:
    """Return the scans of these shifts that were accepted or wait for a person, by shift."""
    rows = db.session.execute(select(*_SCAN).where(Scan.shift_id.in_(shift_ids), _counts()))
    found: dict[int, list[ScanSeen]] = {number: [] for number in shift_ids}
    for scan in map(_seen, rows):
        found[scan.shift_id].append(scan)
    return found


def list_stays(shift_ids: Sequence[int], scans: dict[int, list[ScanSeen]]) -> dict[int, list[Stay]]:
    """Return the sessions of these shifts, by shift, with those of the scans that opened and closed them."""
    known = {scan.id: scan for made in scans.values() for scan in made}
    rows = db.session.execute(
        select(
            ServiceSession.id,
            ServiceSession.volunteer_id,
            ServiceSession.shift_id,
            ServiceSession.station_id,
            ServiceSession.team_id,
            ServiceSession.in_at,
            ServiceSession.out_at,
            ServiceSession.closed_by,
            ServiceSession.raw_minutes,
            ServiceSession.in_scan_id,
            ServiceSession.out_scan_id,
        ).where(ServiceSession.shift_id.in_(shift_ids))
    )
    found: dict[int, list[Stay]] = {number: [] for number in shift_ids}
    for row in rows:
        came, left = known.get(row.in_scan_id or 0), known.get(row.out_scan_id or 0)
        found[row.shift_id].append(Stay(*row[:9], came, left))
    return found


def list_announced(shift_ids: Sequence[int]) -> dict[int, tuple[Announced, str]]:
    """Return these shifts as the public knew them, with the opening hours on the station's door."""
    rows = db.session.execute(
        select(Shift.id, Shift.starts_at, Activity.published_at, Station.opening_hours)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .where(Shift.id.in_(shift_ids))
    )
    return {row[0]: (Announced(row[0], row[1], row[2]), row[3]) for row in rows}


def list_own_scans(numbers: Numbers) -> list[list[ScanSeen]]:
    """Return for each person who newly scanned himself all such scans of the same civil month, in order."""
    rows = db.session.execute(
        select(Scan.volunteer_id, Scan.scanned_at)
        .join(Volunteer, _is_own())
        .where(_within(Scan.id, numbers), Scan.entry_point != EntryPoint.SELF_SCAN, _counts())
    )
    touched = {(volunteer_id, clock.local(at).strftime("%Y-%m")): clock.civil_date(at) for volunteer_id, at in rows}
    found = []
    for (volunteer_id, _), day in touched.items():
        first = day.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        scans = db.session.execute(
            select(*_SCAN)
            .join(Volunteer, _is_own())
            .where(
                Scan.volunteer_id == volunteer_id,
                Scan.scanned_at >= clock.at(first),
                Scan.scanned_at < clock.at(after),
                Scan.entry_point != EntryPoint.SELF_SCAN,
                Scan.shift_id.is_not(None),
                _counts(),
            )
            .order_by(Scan.scanned_at, Scan.id)
        )
        found.append([_seen(row) for row in scans])
    return found


def list_travellers(numbers: Numbers) -> list[ScanSeen]:
    """Return the scans, near in time to the new ones, of people who were at more than one station."""
    new, other = aliased(Scan), aliased(Scan)
    moments = db.session.execute(select(Scan.scanned_at).where(_within(Scan.id, numbers))).scalars().all()
    if not moments:
        return []
    begin, end = min(moments) - NEAR, max(moments) + NEAR
    people = db.session.scalars(
        select(new.volunteer_id)
        .join(
            other,
            and_(
                other.volunteer_id == new.volunteer_id,
                other.scanned_at.between(begin, end),
                other.station_id != new.station_id,
            ),
        )
        .where(_within(new.id, numbers))
        .distinct()
    ).all()
    found: list[ScanSeen] = []
    for some in portions(sorted(number for number in people if number is not None)):
        rows = db.session.execute(
            select(*_SCAN).where(
                Scan.volunteer_id.in_(some),
                Scan.scanned_at.between(begin, end),
                Scan.shift_id.is_not(None),
                _counts(),
            )
        )
        found += map(_seen, rows)
    return found


def list_places(station_ids: Sequence[int]) -> dict[int, Place]:
    """Return where these stations are."""
    found: dict[int, Place] = {}
    for some in portions(station_ids):
        rows = db.session.execute(
            select(Station.id, Station.latitude, Station.longitude, Station.address, Station.name).where(
                Station.id.in_(some)
            )
        )
        found |= {row[0]: Place(*row) for row in rows}
    return found


def list_registered(numbers: Numbers) -> list[list[Registered]]:
    """Return for each mobile with which somebody newly registered alone everybody who did, by mobile."""
    touched = db.session.scalars(select(Volunteer.mobile_index).where(_within(Volunteer.id, numbers)).distinct())
    mobiles: dict[str, list[Registered]] = {}
    for some in portions(sorted(touched)):
        rows = db.session.execute(
            select(Volunteer.id, Volunteer.mobile_index, Volunteer.registered_at, Standing.region_code)
            .join(Standing, and_(Standing.volunteer_id == Volunteer.id, Standing.since == Volunteer.registered_at))
            .where(Volunteer.mobile_index.in_(some), Standing.assurance < SEEN_BY_STAFF)
        )
        for row in rows:
            mobiles.setdefault(row.mobile_index, []).append(Registered(*row))
    return [people for people in mobiles.values() if len(people) > 1]


def number_before(model: type[Scan] | type[Volunteer], since: datetime) -> int:
    """Return the number below the first row that came at or after an instant: one walk along the primary key.

    For the first look, and for one asked for by hand; a nightly look knows its numbers.
    """
    column = Scan.received_at if model is Scan else Volunteer.registered_at
    first = db.session.scalar(select(model.id).where(column >= since).order_by(model.id).limit(1))
    return highest(model) if first is None else first - 1


def highest(model: type[Scan] | type[Volunteer]) -> int:
    """Return the highest number given so far."""
    return db.session.scalar(select(func.max(model.id))) or 0


def _within(column: Any, numbers: Numbers) -> ColumnElement[bool]:
    return and_(column > numbers[0], column <= numbers[1])


def _counts() -> ColumnElement[bool]:
    accepted = or_(Scan.outcome == Outcome.ACCEPTED, Scan.is_admissible)
    return and_(accepted, Scan.volunteer_id.is_not(None), Scan.station_id.is_not(None))


def _is_own() -> ColumnElement[bool]:
    return and_(Volunteer.id == Scan.volunteer_id, Volunteer.account_id == Scan.operator_account_id)


def _seen(row: AnyRow) -> ScanSeen:
    number, at, direction, way, shift_id, station_id, volunteer_id, operator_id, device_id = row
    return ScanSeen(
        number, at, Direction(direction), EntryPoint(way), shift_id, station_id, volunteer_id, operator_id, device_id
    )
