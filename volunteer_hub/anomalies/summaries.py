"""Shares of a month by station and by who recorded: what was scanned, made up, imported, and vouched for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, select, true

from volunteer_hub.accounts.models import SignInKind, SignInName
from volunteer_hub.anomalies import opening_hours
from volunteer_hub.anomalies.models import AnomalyFlag, FlagState
from volunteer_hub.anomalies.month_rules import Month
from volunteer_hub.anomalies.queries import name_accounts
from volunteer_hub.anomalies.rows import share
from volunteer_hub.checkin.models import VOUCHED_FOR, Outcome, Scan
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.stations.models import Station

#: Rows of a summary; those with the highest share of class C come first.
MOST = 200
_ALL = true()


@dataclass
class Line:
    """One station, or one account, in a month: minutes by class, scans, and flags."""

    number: int
    name: str
    minutes: dict[HoursClass, int] = field(default_factory=lambda: dict.fromkeys(HoursClass, 0))
    scans: int = 0
    #: Scans in which nothing but the operator's word says who came.
    vouched: int = 0
    flags: int = 0
    #: False where the hours on the door are not understood, so that nothing is held against them.
    hours_are_read: bool = True

    @property
    def total(self) -> int:
        """Return the minutes of all classes."""
        return sum(self.minutes.values())

    def share(self, kind: HoursClass) -> int:
        """Return a class's share, in whole percent."""
        return share(self.minutes[kind], self.total)

    @property
    def vouched_share(self) -> int:
        """Return the share of scans vouched for, in whole percent."""
        return share(self.vouched, self.scans)


def by_station(scope: Scope, month: Month) -> list[Line]:
    """Return each station in the scope with hours recorded in a month, most made up first."""
    lines: dict[int, Line] = {}
    here = _station_ids(scope)
    for station_id, kind, minutes in _minutes(month, HoursEntry.station_id):
        if station_id in here:
            lines.setdefault(station_id, Line(station_id, "")).minutes[kind] += minutes
    found = _top(lines)
    doors = db.session.execute(
        select(Station.id, Station.name, Station.opening_hours).where(Station.id.in_([line.number for line in found]))
    )
    for number, name, hours in doors:
        lines[number].name = name
        lines[number].hours_are_read = opening_hours.read(hours) is not None
    _add_scans(lines, month, Scan.station_id, Scan.station_id.in_([line.number for line in found]))
    _add_flags(lines, _flags_of_stations(scope, month))
    return found


def by_operator(scope: Scope, month: Month) -> list[Line]:
    """Return each account that recorded hours at the scope's stations in a month, most made up first.

    A volunteer's own account stands here only where it recorded somebody's class C hours; scanning a
    station's code with one's own phone records one's own.
    """
    lines: dict[int, Line] = {}
    here = _station_ids(scope)
    works = select(HoursEntry.recorded_by).where(_recorded(month), HoursEntry.hours_class == HoursClass.C)
    staff = select(SignInName.account_id).where(SignInName.kind == SignInKind.STAFF_NAME)
    is_work = HoursEntry.recorded_by.in_(staff) | HoursEntry.recorded_by.in_(works)
    rows = _minutes(month, HoursEntry.station_id, HoursEntry.recorded_by, only=is_work)
    for station_id, number, kind, minutes in rows:
        if station_id in here:
            lines.setdefault(number, Line(number, "")).minutes[kind] += minutes
    found = _top(lines)
    for number, name in name_accounts([line.number for line in found]).items():
        lines[number].name = name
    at_stations = Scan.station_id.in_(select(Station.id).where(scope.where(region=Station.region_code)))
    mine = Scan.operator_account_id.in_([line.number for line in found])
    _add_scans(lines, month, Scan.operator_account_id, and_(at_stations, mine))
    _add_flags(lines, _flags_of_accounts(scope, month))
    return found


def _station_ids(scope: Scope) -> set[int]:
    return set(db.session.scalars(select(Station.id).where(scope.where(region=Station.region_code))))


def _minutes(month: Month, *keys: Any, only: ColumnElement[bool] = _ALL) -> Sequence[Any]:
    """Return (keys…, class, minutes) of a month's ledger.

    The whole month by its instants, and the scope afterwards: led from the stations of a scope, an engine
    would read the whole past of each.
    """
    return db.session.execute(
        select(*keys, HoursEntry.hours_class, cast(func.sum(HoursEntry.minutes), Integer))
        .where(_recorded(month), HoursEntry.station_id.is_not(None), only)
        .group_by(*keys, HoursEntry.hours_class)
    ).all()


def _top(lines: dict[int, Line]) -> list[Line]:
    order = sorted(lines.values(), key=lambda line: (-line.share(HoursClass.C), -line.total, line.number))
    return order[:MOST]


def _add_scans(lines: dict[int, Line], month: Month, column: Any, whose: ColumnElement[bool]) -> None:
    rows = db.session.execute(
        select(column, func.count(), func.count(case((Scan.entry_point.in_(VOUCHED_FOR), Scan.id))))
        .where(
            whose,
            Scan.received_at >= month.begins,
            Scan.received_at < month.ends,
            Scan.outcome == Outcome.ACCEPTED,
        )
        .group_by(column)
    )
    for number, scans, vouched in rows:
        lines[number].scans, lines[number].vouched = scans, vouched


def _add_flags(lines: dict[int, Line], counts: dict[int, int]) -> None:
    for number, flags in counts.items():
        if number in lines:
            lines[number].flags = flags


def _flags_of_stations(scope: Scope, month: Month) -> dict[int, int]:
    rows = db.session.execute(
        select(AnomalyFlag.station_id, func.count())
        .where(_standing(scope, month), AnomalyFlag.station_id.is_not(None))
        .group_by(AnomalyFlag.station_id)
    )
    return {number or 0: count for number, count in rows}


def _flags_of_accounts(scope: Scope, month: Month) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for subject in db.session.scalars(select(AnomalyFlag.subject).where(_standing(scope, month))):
        kind, _, key = subject.partition(":")
        if kind in ("account", "pair"):
            for number in {int(part) for part in key.split(":")}:
                counts[number] += 1
    return counts


def _standing(scope: Scope, month: Month) -> ColumnElement[bool]:
    """Return the condition on flags of a month that nobody has explained."""
    return and_(
        scope.where(region=AnomalyFlag.region_code),
        AnomalyFlag.from_on <= month.last,
        AnomalyFlag.until_on >= month.first,
        AnomalyFlag.state != FlagState.EXPLAINED,
    )


def _recorded(month: Month) -> ColumnElement[bool]:
    return and_(HoursEntry.recorded_at >= month.begins, HoursEntry.recorded_at < month.ends)
