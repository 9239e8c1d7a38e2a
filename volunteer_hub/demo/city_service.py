"""Loads the large demonstration in one transaction: it is there whole, or not at all."""

from __future__ import annotations

import base64
from datetime import datetime
from random import Random

from volunteer_hub.amendments.models import EvidencePicture
from volunteer_hub.audit import service as audit
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import loader
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.leases import claim_period
from volunteer_hub.core.pictures import re_encode
from volunteer_hub.core.text import N_
from volunteer_hub.demo import city_books, city_register, district, staff
from volunteer_hub.demo.bulk import Progress
from volunteer_hub.demo.city_books import Books
from volunteer_hub.demo.city_doors import Doors
from volunteer_hub.demo.city_ground import Ground, make_ground
from volunteer_hub.demo.city_ledger import CityLedger
from volunteer_hub.demo.city_people import Calendar
from volunteer_hub.demo.city_plan import CITY, CITY_PREFIX, CityPlan
from volunteer_hub.demo.city_register import write_register
from volunteer_hub.demo.queries import has_demonstration
from volunteer_hub.demo.service import ASKED
from volunteer_hub.demo.staff import Login
from volunteer_hub.ledger.queries import PolicyVersion

#: The smallest PNG there is: the make-ups' evidence shows nothing, like everything invented.
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def load(plan: CityPlan, progress: Progress, *, now: datetime) -> list[Login]:
    """Make the whole district; return with what to sign in. Raises DomainError if a demonstration is there."""
    if has_demonstration():
        raise DomainError("demonstration_there", N_("演示数据已经在了。要重新生成，请先运行 flask demo remove。"))
    claim_period(ASKED, "first start", now=now)
    ground = make_ground(plan.people, _random(plan, "ground"), progress, now=now)
    policy = district.add_policy(CITY_PREFIX, now=now)
    logins = staff.give_passwords([])
    evidence = _add_evidence(now)
    _fill(plan, ground, policy, evidence, progress)
    audit.record(
        district.MAKER,
        "demo.load",
        "demonstration",
        CITY,
        now=now,
        region=CITY,
        regions_added=ground.regions_added,
        seed=plan.seed,
        people=plan.people,
        entries=plan.entries,
        until=plan.until.isoformat(),
    )
    return logins


def _fill(plan: CityPlan, ground: Ground, policy: PolicyVersion, evidence: int, progress: Progress) -> None:
    """Write people and ledger while their tables are lightened of what works row by row."""
    calendar, filling = Calendar(plan.first_day), loader(db.session)
    db.session.flush()
    with filling.lightened((*city_register.TABLES, *city_books.TABLES)):
        crowd = write_register(plan, ground, calendar, filling, _random(plan, "people"), progress)
        books = Books(filling, crowd.ids, (policy.id, policy.policy.day_cap), progress)
        doors = Doors(books, ground, crowd, (policy.policy, evidence), plan.first_day, _random(plan, "doors"))
        CityLedger(plan, crowd, calendar, doors, _random(plan, "ledger")).write()
    db.session.expire_all()


def _add_evidence(now: datetime) -> int:
    picture = re_encode(_DOT, field="picture")
    row = EvidencePicture(
        content=picture.content, digest=picture.digest, width=picture.width, height=picture.height, added_at=now
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _random(plan: CityPlan, part: str) -> Random:
    """Return a source of its own for each part, so that a change in one leaves the others as they are."""
    return Random(f"{plan.seed}:{part}")  # noqa: S311 - reproducible by design, nothing secret comes of it
