"""Makes a small demonstration district, and a fingerprint of its content that no key or id enters."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import city_service, queries, service
from volunteer_hub.demo.city_plan import CityPlan
from volunteer_hub.demo.plan import Plan
from volunteer_hub.demo.service import Loaded
from volunteer_hub.ledger.models import HoursBalance, HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Standing, Volunteer

NOW = datetime(2026, 9, 12, 2, 30, tzinfo=UTC)
PEOPLE = 300
#: A large demonstration small enough for tests.
CITY = CityPlan(people=2000, entries=20_000, until=date(2026, 9, 11))
#: What stays by intention: the trail, that this database has been asked before, and how far figures are counted.
KEPT = {"audit_entries", "job_runs", "figure_state"}

#: What makes a district the same: names, numbers, instants, minutes; ids and ciphertexts differ each time.
CONTENT = (
    select(Station.kind, Station.name, Station.region_code, Station.latitude),
    select(Team.kind, Team.name, Team.join_mode),
    select(Volunteer.number, Volunteer.name, Volunteer.document_number, Volunteer.mobile, Volunteer.registered_at),
    select(Standing.region_code, Standing.assurance, Standing.since, Standing.until),
    select(Activity.title, Activity.published_at),
    select(Shift.starts_at, Shift.ends_at, Shift.capacity, Shift.taken),
    select(SignUp.state, SignUp.asked_at),
    select(Scan.nonce, Scan.scanned_at, Scan.outcome, Scan.reason),
    select(ServiceSession.in_at, ServiceSession.out_at, ServiceSession.credited_minutes, ServiceSession.closed_by),
    select(HoursEntry.minutes, HoursEntry.hours_class, HoursEntry.service_on, HoursEntry.recorded_at),
    select(HoursBalance.minutes, HoursBalance.class_a, HoursBalance.class_b, HoursBalance.class_c),
)


def load_small(people: int = PEOPLE, seed: int = Plan.seed) -> Loaded:
    """Return a small district, loaded."""
    with transaction():
        loaded = service.load(Plan(people=people, seed=seed), lambda rows: None, now=NOW)
    queries.forget()
    return loaded


def load_city(plan: CityPlan = CITY) -> None:
    """Load a large demonstration of the given size."""
    with transaction():
        city_service.load(plan, lambda rows: None, now=NOW)
    queries.forget()


def rows_left() -> dict[str, int]:
    """Count what is in the database but for what stays by intention."""
    counts = {t.name: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in db.metadata.sorted_tables}
    return {name: count for name, count in counts.items() if count and name not in KEPT}


def fingerprint() -> str:
    """Return a digest of the whole district's content."""
    digest = hashlib.sha256()
    for statement in CONTENT:
        for line in sorted(str(tuple(row)) for row in db.session.execute(statement)):
            digest.update(line.encode())
    return digest.hexdigest()
