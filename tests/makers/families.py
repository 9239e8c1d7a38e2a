"""Makes guardians with children and elders with relatives, through the real service."""

from __future__ import annotations

from datetime import date, datetime

from tests.makers.volunteers import make_registration, make_volunteer
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.families import linking, service
from volunteer_hub.families.models import CareKind, CareLink, Proof
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer

AGES = Ages()


def years_ago(years: int, day: date | None = None) -> date:
    """Return the first day of a month some full years before a civil date, and a bit more."""
    day = day or clock.today()
    return date(day.year - years - 1, 12, 1) if day.month < 12 else date(day.year - years, 12, 1)


def actor_of(volunteer: Volunteer) -> Actor:
    """Return a volunteer as who acts for oneself."""
    account = db.session.get_one(Account, volunteer.account_id)
    return Actor(account.id, account.display_name)


def make_child(
    guardian: Volunteer,
    region_code: str,
    name: str = "小明",
    *,
    birth_on: date | None = None,
    now: datetime | None = None,
) -> Volunteer:
    """Return a child registered from its guardian's account; eleven years old unless told otherwise."""
    given = make_registration(region_code, name, birth_on=birth_on or years_ago(11))
    with transaction():
        return service.register_child(actor_of(guardian), guardian, given, now=now or clock.now(), ages=AGES)


def make_link(
    carer: Volunteer, cared: Volunteer, kind: CareKind = CareKind.RELATIVE, *, now: datetime | None = None
) -> CareLink:
    """Return a link between two volunteers, as a code would have made it."""
    with transaction():
        return linking.establish(actor_of(carer), carer, cared, kind, Proof.CODE, now=now or clock.now(), ages=AGES)


def make_elder(region_code: str, name: str = "赵桂兰") -> Volunteer:
    """Return somebody of eighty, without a password."""
    return make_volunteer(region_code, name, birth_on=years_ago(80))
