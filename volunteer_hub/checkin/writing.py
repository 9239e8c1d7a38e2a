"""Writes what was decided about one scan: the scan itself, the session it opens or closes, the minutes it earns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from volunteer_hub.checkin import context
from volunteer_hub.checkin.codes import CodeKind, Reading
from volunteer_hub.checkin.decision import Context, Verdict
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import (
    VOUCHED_FOR,
    CloseKind,
    EntryPoint,
    Outcome,
    Scan,
    ServiceSession,
    session_source,
)
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import AnyRow, db, table_of
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit, credit_minutes
from volunteer_hub.ledger.queries import PolicyVersion

_SESSIONS = table_of(ServiceSession)
_SCAN = insert(table_of(Scan)).returning(table_of(Scan).c.id)
_OPEN = insert(_SESSIONS)
_CLOSE = (
    update(_SESSIONS)
    .where(_SESSIONS.c.id == bindparam("session_id"), _SESSIONS.c.out_at.is_(None))
    .values(
        out_at=bindparam("left_at"),
        out_scan_id=bindparam("scan_id"),
        closed_by=CloseKind.SCANNED,
        raw_minutes=bindparam("raw"),
        credited_minutes=bindparam("credited"),
        reductions=bindparam("why"),
        hours_class=bindparam("hours_class"),
        is_credited=bindparam("counts"),
    )
)


class LostRace(Exception):
    """Another device closed the session first; read again and the answer will be `already`."""


@dataclass(frozen=True)
class Case:
    """One scan on its way through: what was sent, by whom, what is known, and what the rules read of it."""

    item: ScanItem
    actor: Actor
    row: AnyRow
    policy: PolicyVersion
    reading: Reading
    facts: Context

    @property
    def at(self) -> datetime:
        """Return when it happened; a clock slightly ahead does not reach beyond the receipt."""
        return min(self.facts.scanned_at, self.facts.received_at)

    @property
    def hours_class(self) -> HoursClass:
        """Return the class this end alone allows: where only the operator vouches, half-timed."""
        return HoursClass.B if self.item.entry_point in VOUCHED_FOR else HoursClass.A


def store(case: Case, verdict: Verdict, details: dict[str, Any], *, admissible: bool) -> int:
    """Store the scan with its verdict, for ever, and return its id."""
    item, facts, witness = case.item, case.facts, case.item.witness
    accepted = verdict.outcome is Outcome.ACCEPTED
    is_linked = witness is not None and witness.trouble in (None, "device_revoked")
    if witness is not None:
        details = {**details, "told": witness.told, "device": witness.device_id, "seq": witness.seq}
    scan_id: int = (
        db.session.connection()
        .execute(
            _SCAN,
            {
                "nonce": item.nonce,
                "payload_digest": item.digest,
                "direction": item.direction,
                "entry_point": _entry_point(case),
                "code": _kept_code(item.code, case.reading),
                "shift_id": facts.shift.id if facts.shift else None,
                "station_id": facts.shift.station_id if facts.shift else None,
                "volunteer_id": facts.volunteer_id,
                "operator_account_id": case.actor.hand,
                "device_id": case.actor.device_id,
                "scanned_at": case.at if accepted or admissible else facts.scanned_at,
                "received_at": facts.received_at,
                "outcome": verdict.outcome,
                "reason": verdict.reason,
                "details": details,
                "code_use": case.reading.use
                if accepted and case.reading.slot is not None and not facts.code_was_used
                else None,
                "device_seq": witness.seq if witness and is_linked else None,
                "item_hash": witness.item_hash if witness and is_linked else None,
                "prev_hash": witness.prev_hash if witness and is_linked else None,
                "beacon_at": witness.beacon_at if witness else None,
                "is_admissible": admissible,
            },
        )
        .scalar_one()
    )
    return scan_id


def _entry_point(case: Case) -> EntryPoint:
    return EntryPoint.CARD if case.reading.kind is CodeKind.CARD else case.item.entry_point


def _kept_code(code: str, reading: Reading) -> str:
    """Keep our own codes, which have expired, and of a card, which has not, its number alone.

    Of anything else only a keyed hash: it may be an identity number.
    """
    if reading.kind is CodeKind.UNKNOWN:
        return crypto.blind_index("foreign-code", code)
    if reading.kind is CodeKind.CARD:
        return code.strip().upper().rpartition(".")[0][:120]
    return code[:120]


def credit_for(case: Case) -> Credit:
    """Return what the stay that this scan closes is worth."""
    row = case.row
    credit = credit_minutes(
        case.policy.policy,
        planned_start=row.starts_at,
        planned_end=row.ends_at,
        in_at=row.open_in_at,
        out_at=max(case.at, row.open_in_at),
        shift_minutes_before=row.shift_minutes,
        day_minutes_before=context.minutes_that_day(row, case.at),
    )
    if row.overlaps and credit.credited:
        return Credit(credit.raw, 0, (*credit.reductions, "overlap"))
    return credit


def open_session(case: Case, scan_id: int) -> None:
    """Open a session with this scan."""
    row = case.row
    db.session.connection().execute(
        _OPEN,
        {
            "volunteer_id": row.volunteer_id,
            "shift_id": row.shift_id,
            "station_id": row.station_id,
            "team_id": row.sign_up_team_id,
            "region_code": row.region_code,
            "in_at": case.at,
            "in_scan_id": scan_id,
            "credited_minutes": 0,
            "hours_class": case.hours_class,
            "is_credited": False,
        },
    )


def close_session(case: Case, credit: Credit, scan_id: int) -> None:
    """Close the open session with this scan, and enter its minutes. Raises LostRace if it was closed meanwhile."""
    row, policy = case.row, case.policy
    hours_class = HoursClass.B if HoursClass.B in (row.open_class, case.hours_class) else HoursClass.A
    closed = db.session.connection().execute(
        _CLOSE,
        {
            "session_id": row.open_id,
            "left_at": max(case.at, row.open_in_at),
            "scan_id": scan_id,
            "raw": credit.raw,
            "credited": credit.credited,
            "why": ",".join(credit.reductions),
            "hours_class": hours_class,
            "counts": credit.credited > 0,
        },
    )
    if not closed.rowcount:
        raise LostRace
    if credit.credited:
        ledger.credit(
            ledger.Service(
                volunteer_id=row.volunteer_id,
                service_on=clock.civil_date(row.open_in_at),
                region_code=row.region_code,
                policy_id=policy.id,
                day_cap_minutes=policy.policy.day_cap,
                shift_id=row.shift_id,
                station_id=row.station_id,
                team_id=row.sign_up_team_id,
            ),
            source=session_source(row.open_id, row.open_revision),
            minutes=credit.credited,
            hours_class=hours_class,
            now=case.facts.received_at,
            recorded_by=case.actor.hand,
        )
