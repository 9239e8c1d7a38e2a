"""Makes residents, ledger entries and reversals; and many at once, through the same tables and triggers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.ledger.service import Service
from volunteer_hub.volunteers.models import STILL, DocumentKind, Standing, Volunteer

REGISTERED = datetime(2022, 3, 1, 2, 0, tzinfo=UTC)
RECORDED = datetime(2022, 6, 1, 10, 0, tzinfo=UTC)
SERVED = date(2022, 6, 1)
_serial = itertools.count(1)


def make_resident(
    region_code: str,
    *,
    since: datetime = REGISTERED,
    until: datetime = STILL,
    assurance: int = 2,
    name: str = "欧阳文明",
) -> Volunteer:
    """Return a volunteer whose register says only what the figures read: where, from when, how sure."""
    with transaction():
        volunteer = Volunteer(**_person(next(_serial), since, name))
        db.session.add(volunteer)
        db.session.flush()
        db.session.add(
            Standing(
                volunteer_id=volunteer.id, region_code=region_code, assurance=assurance, since=since, until=until
            )
        )
    return volunteer


def make_entry(
    volunteer_id: int,
    minutes: int = 120,
    *,
    hours_class: HoursClass = HoursClass.A,
    service_on: date = SERVED,
    recorded_at: datetime = RECORDED,
    region_code: str = "220403002001",
    source: str | None = None,
    shift_id: int | None = None,
    recorded_by: int | None = None,
) -> int:
    """Return the id of a credit entered by the ledger's own service; class C comes with its second approver."""
    make_up = hours_class is HoursClass.C
    with transaction():
        policy = ledger.policy_for(region_code, recorded_at, now=recorded_at)
        return ledger.credit(
            Service(
                volunteer_id=volunteer_id,
                service_on=service_on,
                region_code=region_code,
                policy_id=policy.id,
                day_cap_minutes=policy.policy.day_cap,
                shift_id=shift_id,
            ),
            source=source or f"import:{next(_serial)}",
            minutes=minutes,
            hours_class=hours_class,
            now=recorded_at,
            recorded_by=1 if make_up else recorded_by,
            approved_by=2 if make_up else None,
            reason="漏签到，照片为证" if make_up else None,
        )


def make_reversal(entry_id: int, *, at: datetime = RECORDED + timedelta(days=1), reason: str = "录错人") -> int:
    """Return the id of the line that takes an entry back."""
    with transaction():
        return ledger.reverse(COMMAND_LINE, entry_id, now=at, reason=reason)


def make_crowd(
    communities: Sequence[str], registered: int, with_hours: int, *, minutes: int = 90, since: datetime = REGISTERED
) -> None:
    """Lay down many residents, spread evenly, the first of whom have one entry each."""
    with transaction():
        policy = ledger.policy_for(communities[0], RECORDED, now=RECORDED)
        people = [_person(next(_serial), since, "王明") for _ in range(registered)]
        ids = db.session.scalars(
            insert(Volunteer).returning(Volunteer.id, sort_by_parameter_order=True), people
        ).all()
        homes = [communities[number % len(communities)] for number in range(registered)]
        db.session.execute(
            insert(Standing),
            [
                {"volunteer_id": who, "region_code": home, "assurance": 2, "since": since, "until": STILL}
                for who, home in zip(ids, homes, strict=True)
            ],
        )
        db.session.execute(
            insert(HoursEntry),
            [
                {
                    "volunteer_id": who,
                    "kind": EntryKind.CREDIT,
                    "minutes": minutes,
                    "hours_class": HoursClass.A,
                    "service_on": clock.civil_date(RECORDED),
                    "source": f"crowd:{who}",
                    "region_code": home,
                    "policy_id": policy.id,
                    "day_cap_minutes": policy.policy.day_cap,
                    "recorded_at": RECORDED,
                }
                for who, home in zip(ids[:with_hours], homes, strict=False)
            ],
        )


def _person(serial: int, since: datetime, name: str) -> dict[str, object]:
    return {
        "number": f"V2204032203{serial:06d}X",
        "name": name,
        "document_kind": DocumentKind.PASSPORT,
        "document_number": f"G{serial:08d}",
        "document_index": f"ledger-maker-{serial}",
        "mobile": "13900000000",
        "mobile_index": "ledger-maker",
        "skills": [],
        "categories": [],
        "registered_at": since,
    }
