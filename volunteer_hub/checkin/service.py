"""Records scans: reads the context, decides, and has scan, session and ledger entry written together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from volunteer_hub.checkin import codes, context, deriving, queries, witnesses
from volunteer_hub.checkin.codes import CodeKind, CodeState, Reading
from volunteer_hub.checkin.context import Testimony
from volunteer_hub.checkin.decision import Verdict, decide, is_admissible
from volunteer_hub.checkin.derivation import Event
from volunteer_hub.checkin.items import Answer, Presence, ScanItem, SignedItem, Witness
from volunteer_hub.checkin.models import Direction, Outcome
from volunteer_hub.checkin.writing import Case, close_session, credit_for, open_session, store
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.dialect import take_turns
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.queries import find_card

#: Typed codes carry twenty bits of proof: after so many unknown ones a minute, none is believed.
GUESSES_PER_MINUTE = 20


def record_scans(
    items: Sequence[ScanItem | SignedItem],
    actor: Actor,
    scope: Scope,
    *,
    now: datetime,
    presence: Presence | None = None,
) -> list[Answer]:
    """Record attempts and return their answers, in the order given.

    The scans of one person wait for one another, and are taken in the order in which they happened.
    A race lost to the timetable or a leader surfaces as LostRace, or as IntegrityError from the
    database's constraints: the door tries again in a new transaction.
    """
    signed = {item.item.nonce: item for item in items if isinstance(item, SignedItem)}
    examined = {item.nonce: item for item in witnesses.examine(list(signed.values()), now=now)} if signed else {}
    plain = [examined[item.item.nonce] if isinstance(item, SignedItem) else item for item in items]
    readings = _read_all(plain, actor, now, presence)
    people = {
        place: _person(item, reading) for place, (item, reading) in enumerate(zip(plain, readings, strict=True))
    }
    take_turns(db.session, (f"person:{person}" for person in people.values() if person is not None))
    answers: dict[int, Answer] = {}
    for place in sorted(people, key=lambda place: (people[place] or 0, plain[place].scanned_at or now)):
        answers[place] = _record(
            plain[place], readings[place], people[place], actor, scope, now=now, presence=presence
        )
    return [answers[place] for place in range(len(plain))]


def _read_all(items: Sequence[ScanItem], actor: Actor, now: datetime, presence: Presence | None) -> list[Reading]:
    """Read every code; of typed ones that are not ours only so many are answered, in this batch and before it.

    Counted for whom the scan will be stored, since that is what the next batch counts.
    """
    unknown: dict[int, int] = {}
    readings = []
    for item in items:
        operator = item.witness.operator if item.witness and item.witness.operator else actor
        reading = _read(item, now, presence)
        if reading.kind in (CodeKind.TYPED, CodeKind.UNKNOWN) and operator.account_id is not None:
            key = operator.account_id
            if key not in unknown:
                unknown[key] = queries.count_recent_unknown(key, now - timedelta(minutes=1))
            if unknown[key] >= GUESSES_PER_MINUTE:
                reading = codes.UNKNOWN
            unknown[key] += reading.kind is CodeKind.UNKNOWN
        readings.append(reading)
    return readings


def _read(item: ScanItem, now: datetime, presence: Presence | None) -> Reading:
    person = presence.volunteer_id if presence else item.volunteer_id
    if person is not None:
        return Reading(CodeKind.PERSONAL, CodeState.VALID, person)
    reading = codes.read(item.code, item.scanned_at or now)
    if reading.kind is CodeKind.CARD and reading.subject_id is not None:
        holder, is_revoked = find_card(reading.subject_id)
        state = CodeState.REVOKED if is_revoked else CodeState.VALID
        return replace(reading, state=state, subject_id=holder) if holder else codes.UNKNOWN
    return reading


def _person(item: ScanItem, reading: Reading) -> int | None:
    return None if reading.kind is CodeKind.STATION else reading.subject_id


def _record(
    item: ScanItem,
    reading: Reading,
    person: int | None,
    actor: Actor,
    scope: Scope,
    *,
    now: datetime,
    presence: Presence | None,
) -> Answer:
    witness = item.witness
    if witness and witness.operator:
        actor, scope = witness.operator, witness.scope
    scanned_at = item.scanned_at or now
    row = context.gather(item.nonce, person, reading.use, item.shift_id, scanned_at)
    if row.merged_into_id is not None and row.known_id is None:
        # A code of a registration that was merged away stands for the kept one.
        take_turns(db.session, [f"person:{row.merged_into_id}"])
        row = context.gather(item.nonce, row.merged_into_id, reading.use, item.shift_id, scanned_at)
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
        # A device's scan is never dropped because its operator's role has ended meanwhile: a person decides.
        allowed=allowed or (witness is not None and row.shift_id is not None),
        at_station_id=presence.station_id if presence else None,
        expires_at=_expires_at(row, now),
        testimony=_testimony(witness, reading, scanned_at, now, allowed),
    )
    return _carry_out(Case(item, actor, row, policy, reading, facts))


def _testimony(
    witness: Witness | None, reading: Reading, scanned_at: datetime, now: datetime, allowed: bool
) -> Testimony:
    if witness is None:
        return context.NO_TESTIMONY
    trouble = witnesses.trouble_with(witness, reading, scanned_at, now=now)
    if trouble is None and not allowed:
        trouble = "operator_not_allowed"
    return Testimony(witness.beacon_at, trouble, witness.told)


def _expires_at(row: AnyRow, now: datetime) -> datetime | None:
    if row.open_id is None:
        return None
    policy = ledger.policy_for(row.open_region, row.open_starts_at, now=now).policy
    ends_at: datetime = row.open_ends_at
    return ends_at + timedelta(minutes=policy.out_closes_after)


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


def _carry_out(case: Case) -> Answer:
    verdict, admissible = decide(case.facts), is_admissible(case.facts)
    if admissible and _is_out_of_order(case, verdict):
        return _derive(case)
    details = dict(verdict.details)
    credit: Credit | None = None
    if verdict.outcome is Outcome.ACCEPTED and case.item.direction is Direction.OUT:
        credit = credit_for(case)
        details |= {"minutes": credit.credited, "raw": credit.raw, "why": list(credit.reductions)}
    scan_id = store(case, verdict, details, admissible=admissible)
    if verdict.outcome is Outcome.ACCEPTED and credit is None:
        open_session(case, scan_id)
    elif credit is not None:
        close_session(case, credit, scan_id)
    return _answer(case, verdict, details)


def _is_out_of_order(case: Case, verdict: Verdict) -> bool:
    """Tell whether the other scans must be looked at again: one happened later, or a check-out was forgotten."""
    forgotten = (
        verdict.outcome is Outcome.ACCEPTED and case.item.direction is Direction.IN and case.row.open_id is not None
    )
    return bool(case.row.later) or forgotten


def _derive(case: Case) -> Answer:
    """Store a scan that came out of order, and derive the person's sessions with it in its place."""
    now = case.facts.received_at
    shift_id, person = case.row.shift_id, case.row.volunteer_id
    history = deriving.load(person, case.at, shift_id, now=now)
    event = Event(
        case.item.nonce,
        None,
        case.at,
        case.item.direction,
        shift_id,
        case.reading.use,
        case.hours_class is HoursClass.B,
    )
    verdict = history.verdict_on(event)
    details = {**verdict.details, "late": True} if verdict.outcome is Outcome.ACCEPTED else dict(verdict.details)
    scan_id = store(case, verdict, details, admissible=True)
    history.events.append(replace(event, scan_id=scan_id))
    deriving.apply(case.actor, history, now=now)
    return _answer(case, verdict, details)


def _answer(case: Case, verdict: Verdict, details: dict[str, Any]) -> Answer:
    row = case.row
    at = case.at if verdict.outcome is Outcome.ACCEPTED else case.facts.scanned_at
    return Answer(case.item.nonce, verdict.outcome, verdict.reason, details, row.name, row.number, row.team_name, at)
