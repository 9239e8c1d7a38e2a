"""The family of the volunteer one can sign in as: two children and an elder; and taking such links out again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update

from volunteer_hub.accounts.models import Account, Login
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.demo.people import ADULT, Person
from volunteer_hub.demo.uprooting import Removed, delete_rows
from volunteer_hub.families import linking
from volunteer_hub.families.models import CareCode, CareKind, CareLink, Proof
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages, full_years
from volunteer_hub.volunteers.models import Volunteer

CHILDREN, ELDERS = 2, 1
OLD = 65


def write_family(tester: int, people: list[Person], ids: list[int], *, now: datetime) -> None:
    """Make the tester guardian of the two youngest, if minors, and a relative of an elder of the same street."""
    carer = db.session.get_one(Volunteer, tester)
    street = people[ids.index(tester)].region_code[:9]
    today = clock.civil_date(now)
    aged = [(full_years(person.birth_on, today), key, person) for person, key in zip(people, ids, strict=True)]
    youngest = sorted(aged, key=lambda each: (each[2].birth_on, each[1]), reverse=True)
    children = [key for age, key, _ in youngest if age < ADULT]
    elders = [key for age, key, person in aged if age >= OLD and person.region_code[:9] == street and key != tester]
    for key in children[:CHILDREN]:
        guardian = volunteers.find_guardian(key)
        if guardian is not None:
            guardian.name, guardian.mobile = carer.name, carer.mobile
        _link(carer, key, CareKind.GUARDIAN, Proof.REGISTRATION, now)
    for key in elders[:ELDERS]:
        _link(carer, key, CareKind.RELATIVE, Proof.CODE, now)


def _link(carer: Volunteer, key: int, kind: CareKind, proof: Proof, now: datetime) -> None:
    cared = db.session.get_one(Volunteer, key)
    linking.establish(Actor(carer.account_id, carer.name), carer, cared, kind, proof, now=now, ages=Ages())


def remove_families(removed: Removed) -> None:
    """Remove links of invented people on either side; a real browser that acts by one is its owner's again."""
    people = select(Volunteer.id).where(Volunteer.is_demonstration)
    accounts = select(Account.id).where(Account.is_demonstration)
    invented = or_(CareLink.volunteer_id.in_(people), CareLink.carer_account_id.in_(accounts))
    links = select(CareLink.id).where(invented)
    acting = update(Login).where(Login.acting_link_id.in_(links)).values(acting_link_id=None)
    db.session.execute(acting.execution_options(synchronize_session=False))
    delete_rows(removed, CareLink, invented)
    delete_rows(removed, CareCode, CareCode.volunteer_id.in_(people))
