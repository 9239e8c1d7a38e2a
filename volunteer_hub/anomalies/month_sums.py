"""Reads the sums of a month that is over from the ledger, and who acted together: ranges of indexed instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, distinct, func, or_, select

from volunteer_hub.accounts.models import ApiToken
from volunteer_hub.amendments.models import Correction, RequestState
from volunteer_hub.anomalies.month_rules import Month, Spike, Sums, Together
from volunteer_hub.anomalies.rows import KEPT, SubjectKind, subject
from volunteer_hub.anomalies.thresholds import Limits
from volunteer_hub.checkin.models import Device, Outcome, RulingKind, Scan, ScanRuling, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry

_MADE_UP = HoursEntry.hours_class == HoursClass.C


def list_station_sums(month: Month, limits: Limits) -> list[Sums]:
    """Return each station with class C minutes in a month, as the ledger recorded them."""
    rows = _sums(month, HoursEntry.station_id, limits, HoursEntry.station_id.is_not(None))
    return [
        Sums(
            subject(SubjectKind.STATION, key),
            key,
            minutes,
            made_up,
            entries,
            people,
            _made_up_entries(month, HoursEntry.station_id == key),
        )
        for key, minutes, made_up, entries, people in rows
    ]


def list_recorder_sums(month: Month, limits: Limits) -> list[Sums]:
    """Return each account that recorded class C minutes in a month, with all it recorded."""
    rows = _sums(month, HoursEntry.recorded_by, limits, HoursEntry.recorded_by.is_not(None))
    found = []
    for key, minutes, made_up, entries, people in rows:
        made = HoursEntry.recorded_by == key
        station_id = _most_at(month, made)
        if station_id is not None:
            behind = _made_up_entries(month, made)
            who = subject(SubjectKind.ACCOUNT, key)
            found.append(Sums(who, station_id, minutes, made_up, entries, people, behind))
    return found


def list_spikes(month: Month, limits: Limits) -> list[Spike]:
    """Return for each station what it recorded in the month's last days, and in the days before them.

    Imported hours (class D) come in whole files on some day, are confirmed as such, and say nothing of haste.
    """
    begins = clock.at(month.last - timedelta(days=month.closes.days(limits) - 1))
    before = clock.at(clock.civil_date(begins) - timedelta(days=limits.spike_before_days))
    is_last = HoursEntry.recorded_at >= begins
    last_minutes = func.sum(case((is_last, HoursEntry.minutes), else_=0))
    rows = db.session.execute(
        select(
            HoursEntry.station_id,
            cast(last_minutes, Integer),
            cast(func.sum(case((is_last, 0), else_=HoursEntry.minutes)), Integer),
            func.count(distinct(case((is_last, None), else_=HoursEntry.service_on))),
        )
        .where(
            HoursEntry.recorded_at >= before,
            HoursEntry.recorded_at < month.ends,
            HoursEntry.station_id.is_not(None),
            HoursEntry.hours_class != HoursClass.D,
        )
        .group_by(HoursEntry.station_id)
        .having(last_minutes >= limits.spike_minutes)
    )
    return [Spike(station_id or 0, last, earlier, days) for station_id, last, earlier, days in rows]


def list_corrected(month: Month) -> list[Together]:
    """Return the corrections of scanned stays approved in a month, with what each added."""
    rows = db.session.execute(
        select(Correction, ServiceSession.volunteer_id, ServiceSession.shift_id)
        .join(ServiceSession, ServiceSession.id == Correction.session_id)
        .where(
            Correction.decided_at >= month.begins,
            Correction.decided_at < month.ends,
            Correction.state == RequestState.APPROVED,
        )
    )
    return [
        Together(
            correction.id,
            correction.requested_by,
            correction.decided_by or 0,
            correction.station_id,
            (correction.new_minutes or 0) - correction.old_minutes,
            volunteer_id,
            shift_id,
        )
        for correction, volunteer_id, shift_id in rows
    ]


def list_made_up(month: Month) -> list[Together]:
    """Return the class C credits recorded in a month, with who asked and who approved."""
    rows = db.session.execute(
        select(
            HoursEntry.id,
            HoursEntry.recorded_by,
            HoursEntry.approved_by,
            HoursEntry.station_id,
            HoursEntry.minutes,
            HoursEntry.volunteer_id,
            HoursEntry.shift_id,
        ).where(
            _recorded_in(month),
            _MADE_UP,
            HoursEntry.kind == EntryKind.CREDIT,
            HoursEntry.station_id.is_not(None),
        )
    )
    return [Together(*row) for row in rows]  # type: ignore[arg-type]  # class C has both people, by CHECK


def list_admitted(month: Month) -> list[Together]:
    """Return the quarantined scans admitted in a month, with who scanned and who admitted them."""
    rows = db.session.execute(
        select(
            Scan.id,
            func.coalesce(Scan.operator_account_id, Device.enrolled_by),
            ScanRuling.ruled_by,
            Scan.station_id,
            Scan.volunteer_id,
            Scan.shift_id,
            Device.enrolled_by,
            ApiToken.account_id,
        )
        .join(Scan, Scan.id == ScanRuling.scan_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(ApiToken, ApiToken.id == Scan.device_id)
        .where(
            ScanRuling.ruled_at >= month.begins,
            ScanRuling.ruled_at < month.ends,
            ScanRuling.kind == RulingKind.ADMITTED,
            Scan.outcome == Outcome.PENDING,
            Scan.station_id.is_not(None),
            or_(Scan.operator_account_id.is_not(None), Device.enrolled_by.is_not(None)),
        )
    )
    return [
        Together(number, who, by, station_id or 0, 0, volunteer_id, shift_id, by in (who, enrolled_by, holder))
        for number, who, by, station_id, volunteer_id, shift_id, enrolled_by, holder in rows
    ]


def _sums(month: Month, key: Any, limits: Limits, has_key: ColumnElement[bool]) -> Sequence[Any]:
    """Return (key, minutes, class C minutes, class C lines, people with class C) where class C reaches its limits."""
    made_up = func.sum(case((_MADE_UP, HoursEntry.minutes), else_=0))
    is_credit = and_(_MADE_UP, HoursEntry.kind == EntryKind.CREDIT)
    return db.session.execute(
        select(
            key,
            cast(func.sum(HoursEntry.minutes), Integer),
            cast(made_up, Integer),
            func.count(case((is_credit, HoursEntry.id))),
            func.count(distinct(case((is_credit, HoursEntry.volunteer_id)))),
        )
        .where(_recorded_in(month), has_key)
        .group_by(key)
        .having(
            made_up >= limits.made_up_minutes, made_up * 100 >= func.sum(HoursEntry.minutes) * limits.made_up_share
        )
    ).all()


def _made_up_entries(month: Month, whose: ColumnElement[bool]) -> list[int]:
    statement = select(HoursEntry.id).where(_recorded_in(month), _MADE_UP, whose).order_by(HoursEntry.id).limit(KEPT)
    return list(db.session.scalars(statement))


def _most_at(month: Month, whose: ColumnElement[bool]) -> int | None:
    """Return the station of most class C minutes of a month."""
    return db.session.scalar(
        select(HoursEntry.station_id)
        .where(_recorded_in(month), _MADE_UP, whose, HoursEntry.station_id.is_not(None))
        .group_by(HoursEntry.station_id)
        .order_by(func.sum(HoursEntry.minutes).desc(), HoursEntry.station_id)
        .limit(1)
    )


def _recorded_in(month: Month) -> ColumnElement[bool]:
    return and_(HoursEntry.recorded_at >= month.begins, HoursEntry.recorded_at < month.ends)
