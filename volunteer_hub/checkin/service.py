"""Records scans: reads the context, decides, and writes scan, session and ledger entry together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from volunteer_hub.checkin import codes, context, queries
from volunteer_hub.checkin.codes import CodeKind, CodeState, Reading
from volunteer_hub.checkin.decision import Context, decide
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, Outcome, Scan, ServiceSession
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import AnyRow, db, table_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit, credit_minutes
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.volunteers.models import Volunteer

#: Typed codes carry twenty bits of proof: after so many unknown ones a minute, none is believed.
GUESSES_PER_MINUTE = 20

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
        is_credited=bindparam("counts"),
    )
)


class LostRace(Exception):
    """Another device closed the session first; read again and the answer will be `already`."""


@dataclass(frozen=True)
class ScanItem:
    """One scan as a client sent it. `scanned_at` is None where the client trusts the server's clock."""

    nonce: str
    code: str
    direction: Direction
    shift_id: int
    entry_point: EntryPoint
    scanned_at: datetime | None = None

    @property
    def digest(self) -> str:
        """Return a keyed fingerprint of everything but the nonce, to tell a repeat from a contradiction.

        Keyed, because what was scanned may be an identity number, and few of those are enough to try.
        """
        sent = [self.code, self.direction, self.shift_id, self.entry_point, str(self.scanned_at)]
        return crypto.sign("scan-payload", json.dumps(sent).encode()).hex()


@dataclass(frozen=True)
class Presence:
    """Proof that a person stood at a station: what a self-scan carries instead of a personal code."""

    volunteer_id: int
    station_id: int


@dataclass(frozen=True)
class Answer:
    """What the person at the door is told."""

    nonce: str
    outcome: Outcome
    reason: str
    details: dict[str, Any]
    name: str | None = None
    number: str | None = None
    team: str | None = None
    at: datetime | None = None
    #: True where the nonce was seen before with another content.
    contradicts: bool = False


def record_scan(
    item: ScanItem, actor: Actor, scope: Scope, *, now: datetime, presence: Presence | None = None
) -> Answer:
    """Record one attempt and return its answer; the same nonce gives the same answer for ever.

    `scope` says where the operator may scan; outside it a shift is unknown. A race lost to another
    device surfaces as LostRace, or as IntegrityError from the database's constraints: the door tries
    again in a new transaction, and the loser then reads what the winner wrote.
    """
    scanned_at = item.scanned_at or now
    reading = _read(item, actor, scanned_at, now) if presence is None else _present(presence)
    row = context.gather(item.nonce, reading, item.shift_id, scanned_at)
    if row.known_id is not None:
        return _known(item, row)
    allowed = row.shift_id is not None and scope.covers(
        region=row.station_region, station=row.station_path, team=row.team_path
    )
    policy = ledger.policy_for(row.station_region or "", row.starts_at or now, now=now)
    facts = context.facts(
        row,
        reading,
        policy.policy,
        direction=item.direction,
        scanned_at=scanned_at,
        received_at=now,
        allowed=allowed,
        at_station_id=presence.station_id if presence else None,
    )
    return _carry_out(item, actor, row, policy, facts, reading)


def _read(item: ScanItem, actor: Actor, scanned_at: datetime, now: datetime) -> Reading:
    reading = codes.read(item.code, scanned_at)
    if (
        reading.kind is CodeKind.TYPED
        and actor.account_id is not None
        and queries.count_recent_unknown(actor.account_id, now - timedelta(minutes=1)) >= GUESSES_PER_MINUTE
    ):
        return codes.UNKNOWN
    return reading


def _present(presence: Presence) -> Reading:
    return Reading(CodeKind.PERSONAL, CodeState.VALID, presence.volunteer_id)


def _known(item: ScanItem, row: AnyRow) -> Answer:
    if row.known_digest != item.digest:
        return Answer(item.nonce, Outcome.REFUSED, "nonce_conflict", {}, contradicts=True)
    person = db.session.execute(
        select(Volunteer.name, Volunteer.number).where(Volunteer.id == row.known_volunteer_id)
    ).one_or_none()
    return Answer(
        item.nonce,
        row.known_outcome,
        row.known_reason,
        row.known_details,
        person.name if person else None,
        person.number if person else None,
        row.team_name,
        row.known_scanned_at,
    )


def _carry_out(
    item: ScanItem, actor: Actor, row: AnyRow, policy: PolicyVersion, facts: Context, reading: Reading
) -> Answer:
    verdict = decide(facts)
    accepted = verdict.outcome is Outcome.ACCEPTED
    at = min(facts.scanned_at, facts.received_at) if accepted else facts.scanned_at
    details = dict(verdict.details)
    credit: Credit | None = None
    if accepted and item.direction is Direction.OUT:
        credit = _credit(row, policy, at)
        details |= {"minutes": credit.credited, "raw": credit.raw, "why": list(credit.reductions)}
    scan_id = (
        db.session.connection()
        .execute(
            _SCAN,
            {
                "nonce": item.nonce,
                "payload_digest": item.digest,
                "direction": item.direction,
                "entry_point": item.entry_point,
                "code": _kept_code(item.code, reading),
                "shift_id": facts.shift.id if facts.shift else None,
                "station_id": facts.shift.station_id if facts.shift else None,
                "volunteer_id": facts.volunteer_id,
                "operator_account_id": actor.account_id,
                "device_id": actor.device_id,
                "scanned_at": at,
                "received_at": facts.received_at,
                "outcome": verdict.outcome,
                "reason": verdict.reason,
                "details": details,
                "code_use": reading.use if accepted and reading.slot is not None else None,
            },
        )
        .scalar_one()
    )
    if accepted and credit is None:
        _open_session(row, scan_id, at)
    elif credit is not None:
        _close_session(row, policy, actor, credit, scan_id, at, facts.received_at)
    return Answer(item.nonce, verdict.outcome, verdict.reason, details, row.name, row.number, row.team_name, at)


def _kept_code(code: str, reading: Reading) -> str:
    """Keep our own codes, which have expired; of anything else only a keyed hash: it may be an identity number."""
    if reading.kind is CodeKind.UNKNOWN:
        return crypto.blind_index("foreign-code", code)
    return code[:120]


def _credit(row: AnyRow, policy: PolicyVersion, out_at: datetime) -> Credit:
    credit = credit_minutes(
        policy.policy,
        planned_start=row.starts_at,
        planned_end=row.ends_at,
        in_at=row.open_in_at,
        out_at=max(out_at, row.open_in_at),
        shift_minutes_before=row.shift_minutes,
        day_minutes_before=context.minutes_that_day(row, out_at),
    )
    if row.overlaps and credit.credited:
        return Credit(credit.raw, 0, (*credit.reductions, "overlap"))
    return credit


def _open_session(row: AnyRow, scan_id: int, at: datetime) -> None:
    db.session.connection().execute(
        _OPEN,
        {
            "volunteer_id": row.volunteer_id,
            "shift_id": row.shift_id,
            "station_id": row.station_id,
            "team_id": row.sign_up_team_id,
            "region_code": row.region_code,
            "in_at": at,
            "in_scan_id": scan_id,
            "credited_minutes": 0,
            "hours_class": HoursClass.A,
            "is_credited": False,
        },
    )


def _close_session(
    row: AnyRow, policy: PolicyVersion, actor: Actor, credit: Credit, scan_id: int, at: datetime, now: datetime
) -> None:
    closed = db.session.connection().execute(
        _CLOSE,
        {
            "session_id": row.open_id,
            "left_at": max(at, row.open_in_at),
            "scan_id": scan_id,
            "raw": credit.raw,
            "credited": credit.credited,
            "why": ",".join(credit.reductions),
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
            source=f"session:{row.open_id}",
            minutes=credit.credited,
            hours_class=HoursClass.A,
            now=now,
            recorded_by=actor.account_id,
        )
