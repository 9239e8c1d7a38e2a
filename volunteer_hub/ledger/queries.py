"""Reads the ledger and its policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, event, func, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import EntryKind, HourPolicy, HoursBalance, HoursEntry
from volunteer_hub.ledger.policy import Policy

KNOWN = frozenset(item.name for item in fields(Policy))


@dataclass(frozen=True)
class PolicyVersion:
    """A stored policy as the rules read it."""

    id: int
    region_prefix: str
    effective_from: datetime
    policy: Policy


#: Policies seen so far. A new version takes effect at the earliest some minutes after it is entered
#: (`ledger.service.NOTICE`), so a copy this old is never wrong.
_seen: dict[str, tuple[datetime, tuple[PolicyVersion, ...]]] = {}
KEPT_SECONDS = 60


def find_policy(region_code: str, at: datetime, *, now: datetime) -> PolicyVersion | None:
    """Return the policy that holds for a division at an instant: the nearest area's latest version."""
    fitting = [
        version
        for version in _policies(now)
        if region_code.startswith(version.region_prefix) and version.effective_from <= at
    ]
    return max(
        fitting, key=lambda version: (len(version.region_prefix), version.effective_from, version.id), default=None
    )


def list_versions(prefixes: Sequence[str]) -> list[HourPolicy]:
    """Return the versions of the policies of areas inside these, and of the areas around them, newest first."""
    return [
        version
        for version in db.session.scalars(select(HourPolicy).order_by(HourPolicy.id.desc()))
        if any(version.region_prefix.startswith(one) or one.startswith(version.region_prefix) for one in prefixes)
    ]


def read_rules(rules: dict[str, Any]) -> Policy:
    """Return stored rules as the policy they say; what an older version did not know has its usual value."""
    return Policy(**{name: value for name, value in rules.items() if name in KNOWN})


def forget_policies() -> None:
    """Forget the copies: after a policy was added by this process, and between tests."""
    _seen.clear()


def doubt_policies() -> None:
    """Forget the copies if the present transaction is undone: one of them was made in it."""
    db.session.info["made_a_policy"] = True


@event.listens_for(Session, "after_rollback")
def _forget_undone(session: Session) -> None:
    if session.info.pop("made_a_policy", False):
        forget_policies()


@event.listens_for(Session, "after_commit")
def _keep_committed(session: Session) -> None:
    session.info.pop("made_a_policy", None)


def _policies(now: datetime) -> tuple[PolicyVersion, ...]:
    key = str(db.engine.url)
    read_at, known = _seen.get(key, (None, ()))
    if read_at is None or (now - read_at).total_seconds() > KEPT_SECONDS or now < read_at or not known:
        rows = db.session.execute(
            select(HourPolicy.id, HourPolicy.region_prefix, HourPolicy.effective_from, HourPolicy.rules)
        )
        known = tuple(PolicyVersion(id_, prefix, since, read_rules(rules)) for id_, prefix, since, rules in rows)
        _seen[key] = (now, known)
    return known


def get_balance(volunteer_id: int) -> int:
    """Return a volunteer's minutes over the whole ledger."""
    return db.session.scalar(select(HoursBalance.minutes).where(HoursBalance.volunteer_id == volunteer_id)) or 0


def find_by_source(source: str) -> HoursEntry | None:
    """Return the entry made for a source, if any."""
    return db.session.scalar(select(HoursEntry).where(HoursEntry.source == source))


def stands() -> ColumnElement[bool]:
    """Return the condition on HoursEntry for a credit that nothing has taken back."""
    reversal = aliased(HoursEntry)
    taken_back = select(reversal.id).where(reversal.reverses_id == HoursEntry.id).exists()
    return and_(HoursEntry.kind == EntryKind.CREDIT, ~taken_back)


def find_carried(entry: HoursEntry) -> HoursEntry | None:
    """Return the credit that stands for an entry since a merge carried it on, or back; None where none does."""
    root = entry.origin_id or entry.id
    same = or_(HoursEntry.id == root, HoursEntry.origin_id == root)
    return db.session.scalar(select(HoursEntry).where(same, stands()))


def list_standing(volunteer_id: int) -> list[HoursEntry]:
    """Return the credits of a volunteer that nothing has taken back, in the order of their first entry."""
    first = func.coalesce(HoursEntry.origin_id, HoursEntry.id)
    return list(
        db.session.scalars(
            select(HoursEntry).where(HoursEntry.volunteer_id == volunteer_id, stands()).order_by(first)
        )
    )


def list_entries(volunteer_id: int) -> list[HoursEntry]:
    """Return a volunteer's entries, latest service first."""
    return list(
        db.session.scalars(
            select(HoursEntry)
            .where(HoursEntry.volunteer_id == volunteer_id)
            .order_by(HoursEntry.service_on.desc(), HoursEntry.id.desc())
        )
    )
