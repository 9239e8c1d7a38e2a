"""One look: from which numbers to which, every rule over what is new in them, portion by portion.

Reads only. Who looks again over the same rows finds the same, under the same keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from volunteer_hub.anomalies import month_rules, month_sums, new_rows, opening_hours, scan_rules, stay_rules
from volunteer_hub.anomalies.models import AnomalyLook, Rule
from volunteer_hub.anomalies.month_rules import Month
from volunteer_hub.anomalies.registration_rules import bursts
from volunteer_hub.anomalies.rows import Finding
from volunteer_hub.anomalies.thresholds import LIMITS, Limits
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import Volunteer

#: Rows are numbered when they are written and seen when their transaction ends. Whatever was numbered in so long
#: before the last look is looked at again, so that a transaction may last that long and nothing is missed.
AGAIN = timedelta(hours=48)
#: How far back the first look of a deployment goes.
FIRST = timedelta(days=92)


@dataclass(frozen=True)
class Reach:
    """What one look covers: rows by number, months by instant."""

    since: datetime
    until: datetime
    scans: new_rows.Numbers
    volunteers: new_rows.Numbers


def reach(now: datetime, since: datetime | None = None) -> Reach:
    """Return what to look over: everything numbered since the watermark, or since an instant asked for."""
    scan_to, volunteer_to = new_rows.highest(Scan), new_rows.highest(Volunteer)
    mark = None if since is not None else _watermark(now)
    if mark is not None:
        begin, scan_from, volunteer_from = mark
    else:
        begin = since or now - FIRST
        scan_from, volunteer_from = new_rows.number_before(Scan, begin), new_rows.number_before(Volunteer, begin)
    return Reach(begin, now, (scan_from, scan_to), (volunteer_from, volunteer_to))


def find(over: Reach, limits: Limits = LIMITS) -> Iterator[list[Finding]]:
    """Yield what the rules find, in portions; between two of them no statement is open."""
    shifts: set[int] = set()
    for span in new_rows.spans(over.scans):
        shifts.update(new_rows.list_touched_shifts(span))
        yield _about_people(span, limits)
    for some in new_rows.portions(sorted(shifts)):
        yield _about_shifts(list(some), limits)
    for span in new_rows.spans(over.volunteers):
        yield [flag for people in new_rows.list_registered(span) for flag in bursts(people, limits)]
    for month in month_rules.months_over(over.since, over.until):
        yield _about_month(month, limits)


def _watermark(now: datetime) -> tuple[datetime, int, int] | None:
    """Return the instant and numbers from which a nightly look goes on, or None before the first.

    The end of the latest nightly look that is old enough; where there is none yet, the beginning of the
    first. A look by hand moves nothing: what lay before its own beginning is not seen by it.
    """
    nightly = select(AnomalyLook).where(AnomalyLook.night.is_not(None))
    old = nightly.where(AnomalyLook.looked_at <= now - AGAIN).order_by(AnomalyLook.looked_at.desc())
    last = db.session.scalar(old.limit(1))
    if last is not None:
        return last.looked_at, last.scan_to, last.volunteer_to
    first = db.session.scalar(nightly.order_by(AnomalyLook.looked_at).limit(1))
    return None if first is None else (first.since, first.scan_from, first.volunteer_from)


def _about_people(span: new_rows.Numbers, limits: Limits) -> list[Finding]:
    found = [flag for scans in new_rows.list_own_scans(span) for flag in scan_rules.own_scans(scans, limits)]
    travelled = new_rows.list_travellers(span)
    if travelled:
        places = new_rows.list_places(sorted({scan.station_id for scan in travelled}))
        found += scan_rules.journeys(travelled, places, limits)
    return found


def _about_shifts(shift_ids: list[int], limits: Limits) -> list[Finding]:
    scans = new_rows.list_scans(shift_ids)
    stays = new_rows.list_stays(shift_ids, scans)
    announced = new_rows.list_announced(shift_ids)
    found: list[Finding] = []
    for shift_id, (shift, door) in announced.items():
        teams = {
            (stay.shift_id, stay.volunteer_id): stay.team_id for stay in stays[shift_id] if stay.team_id is not None
        }
        found += scan_rules.device_bursts(scans[shift_id], limits)
        found += scan_rules.same_minutes(scans[shift_id], teams, limits)
        found += stay_rules.identical_lengths(stays[shift_id], limits)
        found += stay_rules.outside_hours(stays[shift_id], shift, opening_hours.read(door), limits)
    return found


def _about_month(month: Month, limits: Limits) -> list[Finding]:
    stations = month_sums.list_station_sums(month, limits)
    recorders = month_sums.list_recorder_sums(month, limits)
    return [
        *month_rules.made_up_shares(Rule.MADE_UP_STATION, stations, month, limits),
        *month_rules.made_up_shares(Rule.MADE_UP_OPERATOR, recorders, month, limits),
        *month_rules.closing_spikes(month_sums.list_spikes(month, limits), month, limits),
        *month_rules.lengthened(month_sums.list_corrected(month), month, limits),
        *month_rules.same_pairs(month_sums.list_made_up(month), month, limits),
        *month_rules.vouchings(month_sums.list_admitted(month), month, limits),
    ]
