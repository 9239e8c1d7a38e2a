"""People without registration: a placeholder with a number, one way in and one way out, claimed later or never.

Their scans are kept like all others, belong to nobody, and wait: hours follow only when a placeholder is
claimed for a registered person and a second person agrees (`reviews/walk_in_claims.py`).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from volunteer_hub.activities.models import Activity, ActivityState, Shift
from volunteer_hub.audit import service as audit
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome, Scan, WalkIn
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.stations.models import Station

#: Unclaimed for longer, a placeholder is shown no more; it stays counted as unknown.
SHOWN_FOR = timedelta(days=30)
REASON = "walk_in"
_PREFIX = "VH1.W."


@dataclass(frozen=True)
class Place:
    """Where somebody came: the shift with its activity and station."""

    shift: Shift
    activity: Activity
    station: Station


@dataclass(frozen=True)
class Arrival:
    """What the operator writes down: what the person is known by, and, if they say so, name and mobile."""

    label: str
    name: str = ""
    mobile: str = ""


def arrive(actor: Actor, place: Place, arrival: Arrival, nonce: str, *, now: datetime) -> WalkIn:
    """Make a placeholder and record that somebody came. A form sent again gives the one it made.

    Raises DomainError where nobody can check in now.
    """
    made = _made_by(nonce)
    if made is not None:
        return made
    _check_window(place, Direction.IN, now)
    walk_in = WalkIn(
        shift_id=place.shift.id,
        label=arrival.label.strip(),
        name=arrival.name.strip() or None,
        mobile=arrival.mobile.strip() or None,
        in_at=now,
        created_by=actor.account_id or 0,
    )
    db.session.add(walk_in)
    db.session.flush()
    _scan(actor, place, walk_in, Direction.IN, nonce, now)
    audit.record(actor, "checkin.add_walk_in", "walk_in", walk_in.id, now=now, region=place.station.region_code)
    return walk_in


def leave(actor: Actor, place: Place, walk_in: WalkIn, nonce: str, *, now: datetime) -> None:
    """Record that somebody left: once, whoever else records it at the same time. Raises DomainError if not inside."""
    if _made_by(nonce) is not None:
        return
    _check_window(place, Direction.OUT, now)
    left = db.session.execute(
        update(WalkIn).where(WalkIn.id == walk_in.id, WalkIn.out_at.is_(None)).values(out_at=now)
    )
    if not left.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_out", N_("这位临时到场人员已经签退。"))
    _scan(actor, place, walk_in, Direction.OUT, nonce, now)


def get_walk_in(shift_id: int, walk_in_id: int) -> WalkIn:
    """Return a placeholder of a shift, read anew. Raises NotFound."""
    statement = select(WalkIn).where(WalkIn.id == walk_in_id, WalkIn.shift_id == shift_id)
    walk_in = db.session.scalar(statement.execution_options(populate_existing=True))
    if walk_in is None:
        raise NotFound
    return walk_in


def list_shown(shift_id: int, *, now: datetime) -> list[WalkIn]:
    """Return a shift's placeholders that are still shown, those inside first."""
    return list(
        db.session.scalars(
            select(WalkIn)
            .where(WalkIn.shift_id == shift_id, WalkIn.in_at > now - SHOWN_FOR)
            .order_by(WalkIn.out_at.is_not(None), WalkIn.id)
        )
    )


def count_unknown(shift_id: int) -> int:
    """Return how many came to a shift of whom nobody knows who they were, however long ago."""
    statement = select(func.count()).where(WalkIn.shift_id == shift_id, WalkIn.confirmed_at.is_(None))
    return db.session.scalar(statement) or 0


def forget_names(*, now: datetime) -> int:
    """Wipe name and mobile of those who are shown no more and were not claimed; return how many had any."""
    wiped = db.session.execute(
        update(WalkIn)
        .where(
            WalkIn.in_at <= now - SHOWN_FOR,
            WalkIn.volunteer_id.is_(None),
            or_(WalkIn.name.is_not(None), WalkIn.mobile.is_not(None)),
        )
        .values(name=None, mobile=None)
        .execution_options(synchronize_session=False)
    )
    return int(wiped.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result


def slip_code(walk_in_id: int) -> str:
    """Return the text on the slip a placeholder is given to leave with."""
    letters = base64.b32encode(crypto.sign("openers", f"W:{walk_in_id}".encode(), 10)).decode()
    return f"{_PREFIX}{walk_in_id}.{letters}"


def read_slip(text: str) -> int | None:
    """Return the placeholder a slip stands for; its bare number is enough, since only operators type it."""
    cleaned = text.strip().upper()
    number = cleaned.removeprefix(_PREFIX).partition(".")[0]
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    walk_in_id = int(number)
    return walk_in_id if cleaned in (number, slip_code(walk_in_id)) else None


def _made_by(nonce: str) -> WalkIn | None:
    return db.session.scalar(select(WalkIn).join(Scan, Scan.walk_in_id == WalkIn.id).where(Scan.nonce == nonce))


def _check_window(place: Place, direction: Direction, now: datetime) -> None:
    shift = place.shift
    if shift.cancelled_at is not None or place.activity.state is not ActivityState.PUBLISHED:
        raise DomainError("shift_cancelled", N_("这个场次没有发布或已取消。"))
    policy = ledger.policy_for(place.station.region_code, shift.starts_at, now=now).policy
    if direction is Direction.IN:
        if now < shift.starts_at - timedelta(minutes=policy.in_opens_before):
            raise DomainError("too_early", N_("还没开始签到。"))
        if now > shift.ends_at:
            raise DomainError("too_late", N_("签到已截止。"))
    elif now > shift.ends_at + timedelta(minutes=policy.out_closes_after):
        raise DomainError("too_late_out", N_("签退已截止。认领时由负责人确认离开时间。"))


def _scan(actor: Actor, place: Place, walk_in: WalkIn, direction: Direction, nonce: str, now: datetime) -> None:
    """Keep the act: pending, without a person, for ever."""
    code = f"{_PREFIX}{walk_in.id}"
    db.session.add(
        Scan(
            nonce=nonce,
            payload_digest=crypto.sign("scan-payload", f"{code}:{direction}:{place.shift.id}".encode()).hex(),
            direction=direction,
            entry_point=EntryPoint.WALK_IN,
            code=code,
            shift_id=place.shift.id,
            station_id=place.station.id,
            operator_account_id=actor.account_id,
            device_id=actor.device_id,
            scanned_at=now,
            received_at=now,
            outcome=Outcome.PENDING,
            reason=REASON,
            details={},
            walk_in_id=walk_in.id,
        )
    )
    db.session.flush()
