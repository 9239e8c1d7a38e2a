"""Makes what the rules read, as plain facts and as rows; flags; and whoever looks at them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.makers.accounts import make_account, make_staff
from tests.makers.checkin import DISTRICT, START, Door, make_signed_up
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.amendments.models import Correction, RequestState
from volunteer_hub.anomalies import service
from volunteer_hub.anomalies.models import AnomalyFlag, Rule
from volunteer_hub.anomalies.rows import Finding, ScanSeen, Stay, Subject, SubjectKind, subject
from volunteer_hub.checkin.models import (
    CloseKind,
    Direction,
    EntryPoint,
    Outcome,
    RulingKind,
    Scan,
    ScanRuling,
    ServiceSession,
)
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

_serial = itertools.count(1)


def seen(
    volunteer_id: int,
    at: datetime,
    *,
    direction: Direction = Direction.IN,
    way: EntryPoint = EntryPoint.MANAGER_SCAN,
    shift_id: int = 1,
    station_id: int = 1,
    operator_id: int | None = 7,
    device_id: int | None = 3,
) -> ScanSeen:
    """Return a scan as the rules read it."""
    return ScanSeen(next(_serial), at, direction, way, shift_id, station_id, volunteer_id, operator_id, device_id)


def stayed(
    volunteer_id: int,
    in_at: datetime,
    minutes: int,
    *,
    closed_by: CloseKind = CloseKind.SCANNED,
    way: EntryPoint = EntryPoint.MANAGER_SCAN,
    team_id: int | None = None,
) -> Stay:
    """Return a stay as the rules read it, with a scan at each end if it was closed by one."""
    out_at = in_at + timedelta(minutes=minutes)
    left = seen(volunteer_id, out_at, direction=Direction.OUT, way=way)
    return Stay(
        next(_serial), volunteer_id, 1, 1, team_id, in_at, out_at, closed_by, minutes,
        seen(volunteer_id, in_at, way=way), left if closed_by is CloseKind.SCANNED else None,
    )  # fmt: skip


def make_queue(door: Door, count: int, at: datetime, *, every: timedelta, direction: Direction = Direction.IN,
               people: Sequence[Volunteer] | None = None) -> list[Volunteer]:  # fmt: skip
    """Let people through the door one after another, at one pace; new ones unless they are given."""
    queue = list(people) if people is not None else [make_signed_up(door) for _ in range(count)]
    for place, volunteer in enumerate(queue):
        door.scan(volunteer, direction, at + place * every)
    return queue


def make_made_up(door: Door, volunteer: Volunteer, minutes: int, *, by: int, agreed: int, at: datetime) -> int:
    """Return a credit at the door's station that was entered afterwards, by two people."""
    with transaction():
        policy = ledger.policy_for(DISTRICT, at, now=at)
        return ledger.credit(
            ledger.Service(
                volunteer_id=volunteer.id,
                service_on=clock.civil_date(at),
                region_code=DISTRICT,
                policy_id=policy.id,
                day_cap_minutes=policy.policy.day_cap,
                shift_id=door.shift.id,
                station_id=door.station.id,
            ),
            source=f"make-up:{next(_serial) + 900_000}",
            minutes=minutes,
            hours_class=HoursClass.C,
            now=at,
            recorded_by=by,
            approved_by=agreed,
            reason="手机没电，照片为证",
        )


def make_lengthened(door: Door, volunteer: Volunteer, minutes: int, *, by: int, agreed: int, at: datetime) -> None:
    """Lay down an approved correction that added so many minutes to the person's stay at the door."""
    with transaction():
        session = db.session.query(ServiceSession).filter_by(volunteer_id=volunteer.id).one()
        assert session.out_at is not None
        db.session.add(
            Correction(
                session_id=session.id,
                station_id=door.station.id,
                revision=session.revision,
                old_in_at=session.in_at,
                old_out_at=session.out_at,
                old_minutes=session.credited_minutes,
                new_in_at=session.in_at,
                new_out_at=session.out_at + timedelta(minutes=minutes),
                new_minutes=session.credited_minutes + minutes,
                reason="记错了时间",
                requested_by=by,
                requested_at=at,
                state=RequestState.APPROVED,
                decided_by=agreed,
                decided_at=at,
            )
        )


def make_scan_row(
    door: Door,
    volunteer: Volunteer,
    at: datetime,
    *,
    received_at: datetime | None = None,
    direction: Direction = Direction.IN,
    outcome: Outcome = Outcome.ACCEPTED,
    way: EntryPoint = EntryPoint.MANAGER_SCAN,
    operator_id: int | None = None,
    number: int | None = None,
) -> Scan:
    """Return a scan as it was stored, without a session; a `number` of its own where it was drawn before others."""
    with transaction():
        scan = Scan(
            id=number,
            nonce=secrets.token_hex(16),
            payload_digest="0" * 64,
            direction=direction,
            entry_point=way,
            code="h1",
            shift_id=door.shift.id,
            station_id=door.station.id,
            volunteer_id=volunteer.id,
            operator_account_id=door.operator.id if operator_id is None else operator_id,
            scanned_at=at,
            received_at=received_at or at,
            outcome=outcome,
            reason="late_upload" if outcome is Outcome.PENDING else "checked_in",
            details={},
        )
        db.session.add(scan)
    return scan


def make_admitted(door: Door, volunteer: Volunteer, *, by: int, at: datetime, operator_id: int | None = None) -> Scan:
    """Return a quarantined scan of the door's operator, and let somebody have admitted it."""
    scan = make_scan_row(door, volunteer, at, outcome=Outcome.PENDING, operator_id=operator_id)
    with transaction():
        db.session.add(
            ScanRuling(scan_id=scan.id, kind=RulingKind.ADMITTED, ruled_at=at, ruled_by=by, reason="看了登记表")
        )
    return scan


def make_flag(
    station: Station,
    *,
    concerned: Sequence[Subject] = (),
    rule: Rule = Rule.OWN_SCANS,
    about: Subject | None = None,
    at: datetime = START,
    evidence: dict[str, list[int]] | None = None,
) -> AnomalyFlag:
    """Return a flag raised by the real service, about an account unless told otherwise."""
    finding = Finding(
        rule,
        about or subject(SubjectKind.ACCOUNT, 1),
        f"test:{next(_serial)}",
        station.id,
        clock.civil_date(at),
        clock.civil_date(at),
        {"month": "2026-03", "scans": 6, "shifts": 3},
        evidence or {},
        tuple(concerned),
    )
    with transaction():
        assert service.raise_flags([finding], now=at) == 1
    return db.session.query(AnomalyFlag).filter_by(period=finding.period).one()


def make_officer(name: str = "周科长") -> Account:
    """Return somebody of the district's office, who decides there."""
    return make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT, name=name)


def make_auditor(name: str = "审计员") -> Account:
    """Return the district's auditor."""
    return make_staff(Role.AUDITOR, ScopeKind.REGION, DISTRICT, name=name)


def give_account(volunteer: Volunteer) -> Account:
    """Give a volunteer an account and return it."""
    account = make_account(volunteer.name)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).account_id = account.id
    return account
