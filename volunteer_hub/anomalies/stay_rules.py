"""Rules over the stays of one shift: everybody as long, and outside opening hours. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer_hub.anomalies import opening_hours
from volunteer_hub.anomalies.models import Rule
from volunteer_hub.anomalies.opening_hours import Hours
from volunteer_hub.anomalies.rows import Finding, ScanSeen, Stay, Subject, SubjectKind, evidence, share, subject, wall
from volunteer_hub.anomalies.scan_rules import NOT_ONE_BY_ONE
from volunteer_hub.anomalies.thresholds import Limits
from volunteer_hub.checkin.models import CloseKind
from volunteer_hub.core import clock


@dataclass(frozen=True)
class Announced:
    """A shift as the public knew it: when it was to be, and since when it could be read of."""

    shift_id: int
    starts_at: datetime
    published_at: datetime | None


def identical_lengths(stays: Sequence[Stay], limits: Limits) -> list[Finding]:
    """Flag a shift at which everybody stayed the same whole minutes, although they came at different times.

    Only stays with a scan of their own at both ends: who comes and leaves together stays as long, so does
    whom a leader closes with everybody else. Those who come within minutes of each other are left out too.
    """
    own = [stay for stay in stays if _has_own_ends(stay)]
    if len(own) < limits.same_length_people:
        return []
    minutes, times = Counter(stay.raw_minutes for stay in own).most_common(1)[0]
    alike = [stay for stay in own if stay.raw_minutes == minutes]
    first, last = min(stay.in_at for stay in alike), max(stay.in_at for stay in alike)
    if (
        times * 100 < len(own) * limits.same_length_share
        or len({stay.volunteer_id for stay in alike}) < limits.same_length_people
        or last - first < timedelta(minutes=limits.same_length_spread_minutes)
    ):
        return []
    return [
        Finding(
            Rule.IDENTICAL,
            subject(SubjectKind.SHIFT, own[0].shift_id),
            f"shift:{own[0].shift_id}",
            own[0].station_id,
            clock.civil_date(first),
            clock.civil_date(last),
            {
                "people": len(alike),
                "of": len(own),
                "minutes": minutes or 0,
                "first": wall(first),
                "last": wall(last, "%H:%M"),
            },
            _behind(alike),
            (subject(SubjectKind.STATION, own[0].station_id), *_operators(alike)),
        )
    ]


def outside_hours(
    stays: Sequence[Stay], announced: Announced, hours: Sequence[Hours] | None, limits: Limits
) -> list[Finding]:
    """Flag a shift with people wholly outside the station's opening hours, where nobody could read of it before.

    An evening that was announced in time is planned, not odd; deep in the night it is asked about anyway.
    Where the hours on the door are not understood nothing is flagged, and the summary says so.
    """
    if hours is None:
        return []
    margin, notice = timedelta(minutes=limits.outside_margin_minutes), timedelta(hours=limits.outside_announced_hours)
    outside = [
        (stay, stay.out_at)
        for stay in stays
        if stay.out_at is not None
        and stay.closed_by is not CloseKind.VOIDED
        and opening_hours.is_outside(hours, stay.in_at, stay.out_at, margin)
    ]
    since = announced.published_at
    if since is not None and since <= announced.starts_at - notice:
        outside = [
            (stay, left)
            for stay, left in outside
            if opening_hours.minutes_at_night(stay.in_at, left, limits.night_begins_hour, limits.night_ends_hour)
            >= limits.night_minutes
        ]
    if len({stay.volunteer_id for stay, _ in outside}) < limits.outside_people:
        return []
    odd = [stay for stay, _ in outside]
    first, last = min(stay.in_at for stay in odd), max(left for _, left in outside)
    return [
        Finding(
            Rule.OUTSIDE_HOURS,
            subject(SubjectKind.STATION, odd[0].station_id),
            f"shift:{announced.shift_id}",
            odd[0].station_id,
            clock.civil_date(first),
            clock.civil_date(last),
            {
                "people": len({stay.volunteer_id for stay in odd}),
                "minutes": sum(stay.raw_minutes or 0 for stay in odd),
                "first": wall(first),
                "last": wall(last),
                "share": share(len(odd), len(stays)),
            },
            _behind(odd),
            (subject(SubjectKind.STATION, odd[0].station_id), *_operators(odd)),
        )
    ]


def _has_own_ends(stay: Stay) -> bool:
    return (
        stay.closed_by is CloseKind.SCANNED
        and stay.came is not None
        and stay.left is not None
        and NOT_ONE_BY_ONE.isdisjoint({stay.came.way, stay.left.way})
    )


def _ends(stays: Sequence[Stay]) -> list[ScanSeen]:
    return [scan for stay in stays for scan in (stay.came, stay.left) if scan is not None]


def _operators(stays: Sequence[Stay]) -> tuple[Subject, ...]:
    numbers = {scan.operator_id for scan in _ends(stays) if scan.operator_id is not None}
    return tuple(subject(SubjectKind.ACCOUNT, number) for number in sorted(numbers))


def _behind(stays: Sequence[Stay]) -> dict[str, list[int]]:
    return evidence(
        sessions=(stay.id for stay in stays),
        scans=(scan.id for scan in _ends(stays)),
        volunteers=(stay.volunteer_id for stay in stays),
        shifts=(stay.shift_id for stay in stays),
    )
