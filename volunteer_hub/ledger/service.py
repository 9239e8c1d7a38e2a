"""The only writer of the ledger: credits, reversals, and new versions of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import queries
from volunteer_hub.ledger.models import EntryKind, HourPolicy, HoursClass, HoursEntry
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.queries import PolicyVersion

#: A new policy takes effect at the earliest so long after it is entered.
NOTICE = timedelta(minutes=5)
THE_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

_INSERT = insert(table_of(HoursEntry)).returning(table_of(HoursEntry).c.id)


@dataclass(frozen=True)
class Service:
    """What an entry is about: who served where, on which civil date, for whom, under which policy."""

    volunteer_id: int
    service_on: date
    region_code: str
    policy_id: int
    day_cap_minutes: int
    shift_id: int | None = None
    station_id: int | None = None
    team_id: int | None = None


def credit(
    service: Service,
    *,
    source: str,
    minutes: int,
    hours_class: HoursClass,
    now: datetime,
    recorded_by: int | None,
    approved_by: int | None = None,
    reason: str | None = None,
) -> int:
    """Enter minutes once for a source and return the entry's id.

    A second credit for the same source, minutes beyond the day's cap, and a class C entry without a
    second approver are refused by the database as an IntegrityError.
    """
    entry_id: int = (
        db.session.connection()
        .execute(
            _INSERT,
            {
                "volunteer_id": service.volunteer_id,
                "kind": EntryKind.CREDIT,
                "minutes": minutes,
                "hours_class": hours_class,
                "service_on": service.service_on,
                "source": source,
                "shift_id": service.shift_id,
                "region_code": service.region_code,
                "station_id": service.station_id,
                "team_id": service.team_id,
                "policy_id": service.policy_id,
                "day_cap_minutes": service.day_cap_minutes,
                "recorded_at": now,
                "recorded_by": recorded_by,
                "approved_by": approved_by,
                "reason": reason,
            },
        )
        .scalar_one()
    )
    return entry_id


def reverse(actor: Actor, entry_id: int, *, now: datetime, reason: str) -> int:
    """Take back one credit by a line of its own and return that line's id. The first line stays.

    What a merge carried to another registration is taken back there. Raises NotFound, and DomainError
    `already_reversed`.
    """
    entry = db.session.get(HoursEntry, entry_id)
    if entry is None or entry.kind is not EntryKind.CREDIT:
        raise NotFound
    if db.session.scalar(select(HoursEntry.id).where(HoursEntry.reverses_id == entry_id)):
        entry = queries.find_carried(entry)
    if entry is None:
        raise DomainError("already_reversed", N_("这条时长已经冲正过了。"))
    reversal = HoursEntry(
        volunteer_id=entry.volunteer_id,
        kind=EntryKind.REVERSAL,
        minutes=-entry.minutes,
        hours_class=entry.hours_class,
        service_on=entry.service_on,
        source=f"reversal:{entry.id}",
        reverses_id=entry.id,
        shift_id=entry.shift_id,
        region_code=entry.region_code,
        station_id=entry.station_id,
        team_id=entry.team_id,
        policy_id=entry.policy_id,
        day_cap_minutes=entry.day_cap_minutes,
        origin_id=entry.origin_id,
        recorded_at=now,
        recorded_by=actor.account_id,
        reason=reason,
    )
    db.session.add(reversal)
    db.session.flush()
    audit.record(
        actor,
        "ledger.reverse",
        "hours_entry",
        entry.id,
        now=now,
        region=entry.region_code,
        reason=reason,
        minutes=entry.minutes,
    )
    return reversal.id


@dataclass(frozen=True)
class Line:
    """One of many credits that are entered together."""

    service: Service
    source: str
    minutes: int
    reason: str | None = None


def credit_many(
    lines: Sequence[Line], *, hours_class: HoursClass, now: datetime, recorded_by: int | None
) -> dict[str, int]:
    """Enter many credits as `credit` would one by one; return the ids by source.

    What the database refuses of one line, it refuses of all: an IntegrityError.
    """
    rows = [
        {
            "volunteer_id": line.service.volunteer_id,
            "kind": EntryKind.CREDIT,
            "minutes": line.minutes,
            "hours_class": hours_class,
            "service_on": line.service.service_on,
            "source": line.source,
            "reverses_id": None,
            "shift_id": line.service.shift_id,
            "region_code": line.service.region_code,
            "station_id": line.service.station_id,
            "team_id": line.service.team_id,
            "policy_id": line.service.policy_id,
            "day_cap_minutes": line.service.day_cap_minutes,
            "recorded_at": now,
            "recorded_by": recorded_by,
            "approved_by": None,
            "reason": line.reason,
        }
        for line in lines
    ]
    return write_lines(rows)


def reverse_many(actor: Actor, entry_ids: Sequence[int], *, now: datetime, reason: str) -> dict[int, int]:
    """Take back many credits as `reverse` would; return the reversals' ids by entry. Those taken back are left out.

    The trail gets one row for all of them.
    """
    wanted = or_(HoursEntry.id.in_(entry_ids), HoursEntry.origin_id.in_(entry_ids))
    entries = db.session.scalars(select(HoursEntry).where(wanted, queries.stands())).all()
    kept = (
        "volunteer_id",
        "hours_class",
        "service_on",
        "shift_id",
        "region_code",
        "station_id",
        "team_id",
        "policy_id",
        "day_cap_minutes",
        "origin_id",
    )
    by_source = write_lines(
        [
            {
                **{name: getattr(entry, name) for name in kept},
                "kind": EntryKind.REVERSAL,
                "minutes": -entry.minutes,
                "source": f"reversal:{entry.id}",
                "reverses_id": entry.id,
                "recorded_at": now,
                "recorded_by": actor.account_id,
                "approved_by": None,
                "reason": reason,
            }
            for entry in entries
        ]
    )
    if entries:
        minutes = sum(entry.minutes for entry in entries)
        audit.record(
            actor,
            "ledger.reverse_many",
            "hours_entry",
            min(entry.id for entry in entries),
            now=now,
            reason=reason,
            count=len(entries),
            last=max(entry.id for entry in entries),
            minutes=minutes,
        )
    return {entry.id: by_source[f"reversal:{entry.id}"] for entry in entries}


def write_lines(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write lines as they are and return their ids by source; for this room alone."""
    if not rows:
        return {}
    table = table_of(HoursEntry)
    statement = insert(table).returning(table.c.source, table.c.id)
    return {row.source: row.id for row in db.session.connection().execute(statement, list(rows))}


def policy_for(region_code: str, at: datetime, *, now: datetime) -> PolicyVersion:
    """Return the policy that holds for a division at an instant; the first one is made when there is none."""
    found = queries.find_policy(region_code, at, now=now)
    if found is None:
        take_turn(db.session, "first-hour-policy")
        if not db.session.scalar(select(func.count()).select_from(HourPolicy).where(HourPolicy.region_prefix == "")):
            db.session.add(
                HourPolicy(
                    region_prefix="",
                    version=1,
                    effective_from=THE_BEGINNING,
                    rules=Policy().as_rules(),
                    created_at=now,
                    created_by="default",
                )
            )
            db.session.flush()
        queries.forget_policies()
        queries.doubt_policies()
        found = queries.find_policy(region_code, max(at, THE_BEGINNING), now=now)
    if found is None:
        raise RuntimeError("there is no hour policy")
    return found


def add_policy(
    actor: Actor, region_prefix: str, policy: Policy, *, effective_from: datetime, now: datetime
) -> HourPolicy:
    """Add a version of an area's policy. What was credited before it keeps the version it was credited under.

    Raises DomainError at `effective_from` if it begins sooner than NOTICE from now.
    """
    if effective_from < now + NOTICE:
        raise DomainError("policy_too_soon", N_("新规则至少要在 5 分钟后生效。"), field="effective_from")
    take_turn(db.session, f"hour-policy:{region_prefix}")
    last = db.session.scalar(select(func.max(HourPolicy.version)).where(HourPolicy.region_prefix == region_prefix))
    added = HourPolicy(
        region_prefix=region_prefix,
        version=(last or 0) + 1,
        effective_from=effective_from,
        rules=policy.as_rules(),
        created_at=now,
        created_by=actor.label,
    )
    db.session.add(added)
    db.session.flush()
    audit.record(
        actor,
        "ledger.add_policy",
        "hour_policy",
        added.id,
        now=now,
        region=region_prefix.ljust(12, "0"),
        version=added.version,
        **policy.as_rules(),
    )
    queries.forget_policies()
    return added
