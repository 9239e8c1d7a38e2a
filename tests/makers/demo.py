"""Makes a small demonstration district, and a fingerprint of its content that no key or id enters."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import select

from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import queries, service
from volunteer_hub.demo.plan import Plan
from volunteer_hub.demo.service import Loaded
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

NOW = datetime(2026, 9, 12, 2, 30, tzinfo=UTC)
PEOPLE = 300

#: What makes a district the same: names, numbers, instants, minutes; ids and ciphertexts differ each time.
CONTENT = (
    select(Station.kind, Station.name, Station.region_code, Station.latitude),
    select(Team.kind, Team.name, Team.join_mode),
    select(Volunteer.number, Volunteer.name, Volunteer.document_number, Volunteer.mobile, Volunteer.registered_at),
    select(Activity.title, Activity.published_at),
    select(Shift.starts_at, Shift.ends_at, Shift.capacity, Shift.taken),
    select(SignUp.state, SignUp.asked_at),
    select(Scan.nonce, Scan.scanned_at, Scan.outcome, Scan.reason),
    select(ServiceSession.in_at, ServiceSession.out_at, ServiceSession.credited_minutes, ServiceSession.closed_by),
    select(HoursEntry.minutes, HoursEntry.hours_class, HoursEntry.service_on, HoursEntry.recorded_at),
)


def load_small(people: int = PEOPLE, seed: int = Plan.seed) -> Loaded:
    """Return a small district, loaded."""
    with transaction():
        loaded = service.load(Plan(people=people, seed=seed), lambda rows: None, now=NOW)
    queries.forget()
    return loaded


def fingerprint() -> str:
    """Return a digest of the whole district's content."""
    digest = hashlib.sha256()
    for statement in CONTENT:
        for line in sorted(str(tuple(row)) for row in db.session.execute(statement)):
            digest.update(line.encode())
    return digest.hexdigest()
