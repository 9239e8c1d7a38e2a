"""What a policy would have made of the stays of the past weeks: asked before it is set, and changing nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.scope import in_region
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.policy import Policy, credit_minutes
from volunteer_hub.stations.models import Station

LOOKED_BACK = timedelta(days=30)
#: Stays looked at, the newest first; and those shown of which the minutes would differ.
MOST, SHOWN = 20_000, 20


@dataclass(frozen=True)
class Difference:
    """One stay that would be worth something else."""

    session_id: int
    in_at: datetime
    out_at: datetime
    before: int
    after: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """All of them together, in whole minutes."""

    stays: int
    people: int
    before: int
    after: int
    less: int
    more: int
    differences: tuple[Difference, ...]


@dataclass
class _Sums:
    """What a person has by then, at each shift and on each day."""

    shifts: dict[tuple[int, int], int]
    days: dict[tuple[int, date], int]

    @classmethod
    def empty(cls) -> _Sums:
        return cls(defaultdict(int), defaultdict(int))


def try_policy(prefix: str, policy: Policy, *, now: datetime) -> Trial:
    """Return what stays of an area would be worth under a policy, beside what its present one makes of them.

    Both are computed alike, stay by stay in the order in which they happened, so that nothing but the rules
    differs: a reviewer's word, a correction and an overlap are left out on both sides. Where a smaller area has
    a policy of its own, that one goes on holding.
    """
    ours, theirs = _Sums.empty(), _Sums.empty()
    found: list[Difference] = []
    people: set[int] = set()
    totals = [0, 0]
    stays = 0
    for session, shift, region in _stays(prefix, now):
        present = ledger.policy_for(region, shift.starts_at, now=now)
        if len(present.region_prefix) > len(prefix):
            continue
        stays += 1
        before, _ = _worth(present.policy, session, shift, ours)
        after, why = _worth(policy, session, shift, theirs)
        totals[0] += before
        totals[1] += after
        if before != after:
            people.add(session.volunteer_id)
            found.append(Difference(session.id, session.in_at, session.out_at, before, after, why))
    found.sort(key=lambda one: -abs(one.after - one.before))
    return Trial(
        stays,
        len(people),
        totals[0],
        totals[1],
        sum(one.after < one.before for one in found),
        sum(one.after > one.before for one in found),
        tuple(found[:SHOWN]),
    )


def _stays(prefix: str, now: datetime) -> list[AnyRow]:
    inside = [in_region(Station.region_code, prefix)] if prefix else []
    newest = (
        select(ServiceSession, Shift, Station.region_code)
        .join(Shift, Shift.id == ServiceSession.shift_id)
        .join(Station, Station.id == ServiceSession.station_id)
        .where(
            ServiceSession.in_at > now - LOOKED_BACK,
            ServiceSession.out_at.is_not(None),
            ServiceSession.closed_by.in_([CloseKind.SCANNED, CloseKind.BULK, CloseKind.LEADER]),
            *inside,
        )
        .order_by(ServiceSession.in_at.desc())
        .limit(MOST)
    )
    return list(reversed(db.session.execute(newest).all()))


def _worth(policy: Policy, session: ServiceSession, shift: Shift, sums: _Sums) -> tuple[int, tuple[str, ...]]:
    at_shift = (session.volunteer_id, session.shift_id)
    on_day = (session.volunteer_id, clock.civil_date(session.in_at))
    credit = credit_minutes(
        policy,
        planned_start=shift.starts_at,
        planned_end=shift.ends_at,
        in_at=session.in_at,
        out_at=session.out_at or session.in_at,
        shift_minutes_before=sums.shifts[at_shift],
        day_minutes_before=sums.days[on_day],
    )
    sums.shifts[at_shift] += credit.credited
    sums.days[on_day] += credit.credited
    return credit.credited, credit.reductions
