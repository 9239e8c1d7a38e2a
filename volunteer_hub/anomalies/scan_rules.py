"""Rules over scans: too many too fast through one device, a team in a minute, one's own, travel. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from volunteer_hub.anomalies.models import Rule
from volunteer_hub.anomalies.rows import Finding, Place, ScanSeen, Subject, SubjectKind, evidence, subject, wall
from volunteer_hub.anomalies.thresholds import Limits
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.core import clock

EARTH_KM = 6371.0
#: One act for many by its nature, or not through an operator's hands at all: the summary counts these instead.
NOT_ONE_BY_ONE = frozenset({EntryPoint.GROUP, EntryPoint.SELF_SCAN, EntryPoint.IMPORT})


def device_bursts(scans: Iterable[ScanSeen], limits: Limits) -> list[Finding]:
    """Flag each device (or account without one) through which many people went within seconds, once a shift.

    A busy door with a practised hand stays below: it needs two seconds a head. Group check-in is one act.
    """
    found = []
    for (hand, shift_id), made in _by_hand(scans).items():
        worst = _densest(made, timedelta(seconds=limits.burst_seconds))
        people = len({scan.volunteer_id for scan in worst})
        if people >= limits.burst_people:
            found.append(_burst(hand, shift_id, worst, people))
    return found


def same_minutes(scans: Iterable[ScanSeen], teams: Mapping[tuple[int, int], int], limits: Limits) -> list[Finding]:
    """Flag each team of which everybody at a shift went in, or out, within one minute through one device.

    `teams` tells for (shift, volunteer) the team the person served for. Only where they followed each other
    faster than people can: a bus full of people scanned one by one takes longer.
    """
    at_shift: dict[tuple[int, int], set[int]] = defaultdict(set)
    for (shift_id, volunteer_id), team_id in teams.items():
        at_shift[shift_id, team_id].add(volunteer_id)
    through: dict[tuple[int, int, Subject, Direction], list[ScanSeen]] = defaultdict(list)
    for (hand, shift_id), made in _by_hand(scans).items():
        for scan in made:
            if (shift_id, scan.volunteer_id) in teams:
                through[shift_id, teams[shift_id, scan.volunteer_id], hand, scan.direction].append(scan)
    found = []
    for (shift_id, team_id, hand, direction), made in through.items():
        fast = _too_fast_together(made, len(at_shift[shift_id, team_id]), limits)
        if fast:
            found.append(_team(team_id, shift_id, hand, direction, fast))
    return found


def own_scans(scans: Sequence[ScanSeen], limits: Limits) -> list[Finding]:
    """Flag who let himself in or out by the operator's own page, so often in a month.

    `scans` are one person's of one month, by an account that is that person's own; scanning the station's
    code with one's own phone is what everybody does, and is left out.
    """
    made = [scan for scan in scans if scan.way is not EntryPoint.SELF_SCAN]
    if len(made) < limits.own_scans or made[0].operator_id is None:
        return []
    first, last = min(scan.at for scan in made), max(scan.at for scan in made)
    return [
        Finding(
            Rule.OWN_SCANS,
            subject(SubjectKind.ACCOUNT, made[0].operator_id),
            f"{clock.local(first):%Y-%m}",
            made[-1].station_id,
            clock.civil_date(first),
            clock.civil_date(last),
            {
                "scans": len(made),
                "shifts": len({scan.shift_id for scan in made}),
                "month": f"{clock.local(first):%Y-%m}",
            },
            _behind(made),
            (subject(SubjectKind.ACCOUNT, made[0].operator_id),),
        )
    ]


def journeys(scans: Iterable[ScanSeen], places: Mapping[int, Place], limits: Limits) -> list[Finding]:
    """Flag each person who was at two stations too far apart for the time between, once a civil day.

    Where a position is missing: two stations within a few minutes, without a move (a check-in straight after
    a check-in is one, for moving closes the first stay) and not at one address.
    """
    own: dict[int, list[ScanSeen]] = defaultdict(list)
    for scan in scans:
        own[scan.volunteer_id].append(scan)
    found: dict[tuple[int, str], Finding] = {}
    for made in own.values():
        for first, second in pairwise(sorted(made, key=lambda scan: (scan.at, scan.id))):
            if first.station_id != second.station_id and _too_far(first, second, places, limits):
                journey = _journey(first, second, places)
                found.setdefault((first.volunteer_id, journey.period), journey)
    return list(found.values())


def kilometres(here: Place, there: Place) -> float | None:
    """Return the distance over the globe between two stations, or None where a position is missing."""
    if here.latitude is None or here.longitude is None or there.latitude is None or there.longitude is None:
        return None
    up, across = radians(there.latitude - here.latitude), radians(there.longitude - here.longitude)
    part = sin(up / 2) ** 2 + cos(radians(here.latitude)) * cos(radians(there.latitude)) * sin(across / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(part)))


def _too_far(first: ScanSeen, second: ScanSeen, places: Mapping[int, Place], limits: Limits) -> bool:
    here, there = places[first.station_id], places[second.station_id]
    apart, between = kilometres(here, there), second.at - first.at
    if apart is not None:
        return apart >= limits.travel_least_km and apart * 3600 > limits.travel_km_per_hour * between.total_seconds()
    moved = first.direction is Direction.IN and second.direction is Direction.IN
    same_address = bool(here.address) and here.address == there.address
    return between < timedelta(minutes=limits.travel_minutes) and not moved and not same_address


def _by_hand(scans: Iterable[ScanSeen]) -> dict[tuple[Subject, int], list[ScanSeen]]:
    through: dict[tuple[Subject, int], list[ScanSeen]] = defaultdict(list)
    for scan in scans:
        if scan.hand is not None and scan.way not in NOT_ONE_BY_ONE:
            through[scan.hand, scan.shift_id].append(scan)
    return {key: sorted(made, key=lambda scan: (scan.at, scan.id)) for key, made in through.items()}


def _densest(made: Sequence[ScanSeen], window: timedelta) -> Sequence[ScanSeen]:
    """Return the run of scans, in order of time, that lies within the window and names the most people."""
    best: Sequence[ScanSeen] = ()
    most, begin, inside = 0, 0, defaultdict[int, int](int)
    for end, scan in enumerate(made):
        inside[scan.volunteer_id] += 1
        while scan.at - made[begin].at > window:
            gone = made[begin].volunteer_id
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            begin += 1
        if len(inside) > most:
            most, best = len(inside), made[begin : end + 1]
    return best


def _too_fast_together(made: Sequence[ScanSeen], whole: int, limits: Limits) -> Sequence[ScanSeen]:
    """Return the scans of a whole team that went through together too fast, or none."""
    if whole < limits.team_people:
        return ()
    fast = _densest(made, timedelta(seconds=59))
    people = len({scan.volunteer_id for scan in fast})
    spread = (fast[-1].at - fast[0].at).total_seconds() if fast else 0
    is_whole = people >= limits.team_people and people * 100 >= whole * limits.team_share
    return fast if is_whole and spread < limits.team_gap_seconds * (people - 1) else ()


def _burst(hand: Subject, shift_id: int, made: Sequence[ScanSeen], people: int) -> Finding:
    spread = (made[-1].at - made[0].at).total_seconds()
    return Finding(
        Rule.DEVICE_BURST,
        hand,
        f"shift:{shift_id}",
        made[0].station_id,
        clock.civil_date(made[0].at),
        clock.civil_date(made[-1].at),
        {"people": people, "seconds": round(spread), "at": wall(made[0].at, "%Y-%m-%d %H:%M:%S")},
        _behind(made),
        _hands(made),
    )


def _team(team_id: int, shift_id: int, hand: Subject, direction: Direction, made: Sequence[ScanSeen]) -> Finding:
    spread = (made[-1].at - made[0].at).total_seconds()
    return Finding(
        Rule.SAME_MINUTE,
        subject(SubjectKind.TEAM, team_id),
        f"shift:{shift_id}:{direction.value}",
        made[0].station_id,
        clock.civil_date(made[0].at),
        clock.civil_date(made[-1].at),
        {
            "people": len({scan.volunteer_id for scan in made}),
            "seconds": round(spread),
            "direction": direction.value,
            "at": wall(made[0].at, "%Y-%m-%d %H:%M:%S"),
        },
        _behind(made),
        (subject(SubjectKind.TEAM, team_id), *_hands(made)),
    )


def _journey(first: ScanSeen, second: ScanSeen, places: Mapping[int, Place]) -> Finding:
    apart = kilometres(places[first.station_id], places[second.station_id])
    minutes = (second.at - first.at) // timedelta(minutes=1)
    facts: dict[str, str | int] = {
        "minutes": minutes,
        "first": wall(first.at),
        "here": places[first.station_id].name,
        "second": wall(second.at),
        "there": places[second.station_id].name,
    }
    if apart is not None:
        facts["km"] = f"{apart:.1f}"
    return Finding(
        Rule.TRAVEL,
        subject(SubjectKind.VOLUNTEER, first.volunteer_id),
        clock.civil_date(second.at).isoformat(),
        second.station_id,
        clock.civil_date(first.at),
        clock.civil_date(second.at),
        facts,
        _behind((first, second)),
        (subject(SubjectKind.VOLUNTEER, first.volunteer_id), *_hands((first, second))),
    )


def _hands(made: Iterable[ScanSeen]) -> tuple[Subject, ...]:
    """Return the accounts that scanned; of who scanned the station's code himself, that is the person."""
    accounts = {scan.operator_id for scan in made if scan.operator_id is not None}
    return tuple(subject(SubjectKind.ACCOUNT, number) for number in sorted(accounts))


def _behind(made: Sequence[ScanSeen]) -> dict[str, list[int]]:
    return evidence(
        scans=(scan.id for scan in made),
        volunteers=(scan.volunteer_id for scan in made),
        shifts=(scan.shift_id for scan in made),
    )
