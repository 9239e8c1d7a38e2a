"""Makes pairs of registrations of one person, and what the tests compare before and after."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import select

from tests.makers.accounts import make_staff
from tests.makers.checkin import END, START, Door
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.activities.models import SignUp
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.merging import service
from volunteer_hub.merging.models import Merge
from volunteer_hub.merging.service import Limits
from volunteer_hub.teams.models import Membership
from volunteer_hub.volunteers.models import Card, Volunteer

MERGED_AT = START + timedelta(days=10)
LIMITS = Limits()
Totals = dict[tuple[date, HoursClass], int]


def make_officer(name: str = "赵科长") -> Actor:
    """Return somebody of the district's office."""
    account = make_staff(Role.OFFICE, ScopeKind.REGION, "220403", name=name)
    return Actor(account.id, name)


def make_merge(kept: Volunteer, merged: Volunteer, *, now: datetime = MERGED_AT, actor: Actor | None = None) -> Merge:
    """Return a merge, or the request for one, by an officer of the district."""
    by = actor or make_officer()
    with transaction():
        return service.ask(by, EVERYTHING, kept.id, merged.id, "同一人，证件当面核对", now=now, limits=LIMITS)


def undo(merge: Merge, *, now: datetime = MERGED_AT + timedelta(days=1), actor: Actor | None = None) -> None:
    """Take a merge apart."""
    by = actor or make_officer("钱科员")
    with transaction():
        service.undo(by, EVERYTHING, merge.id, "其实是两个人", now=now, limits=LIMITS)


def serve(door: Door, volunteer: Volunteer, begin: datetime = START, end: datetime = END) -> None:
    """Let somebody serve from one instant to another."""
    assert door.come(volunteer, begin).reason == "checked_in"
    assert door.go(volunteer, end).reason == "checked_out"


def totals(volunteer: Volunteer, *, as_of: datetime | None = None) -> Totals:
    """Return a registration's minutes by day and class, as known at an instant; nothing where they are none."""
    statement = select(HoursEntry).where(HoursEntry.volunteer_id == volunteer.id)
    if as_of:
        statement = statement.where(HoursEntry.recorded_at <= as_of)
    sums: Totals = defaultdict(int)
    for entry in db.session.scalars(statement):
        sums[entry.service_on, entry.hours_class] += entry.minutes
    return {key: minutes for key, minutes in sums.items() if minutes}


def net_of_lines(volunteer: Volunteer) -> dict[int, int]:
    """Return what stands for each line first entered, at this registration: the checksum of an undo."""
    sums: dict[int, int] = defaultdict(int)
    for entry in db.session.scalars(select(HoursEntry).where(HoursEntry.volunteer_id == volunteer.id)):
        sums[entry.origin_id or entry.reverses_id or entry.id] += entry.minutes
    return {key: minutes for key, minutes in sums.items() if minutes}


def belongings(*people: Volunteer) -> list[tuple[object, ...]]:
    """Return sign-ups, memberships and cards of these registrations, as they stand."""
    ids = [one.id for one in people]
    found: list[tuple[object, ...]] = []
    for up in db.session.scalars(select(SignUp).where(SignUp.volunteer_id.in_(ids)).order_by(SignUp.id)):
        found.append(("sign-up", up.id, up.volunteer_id, up.state))
    for one in db.session.scalars(select(Membership).where(Membership.volunteer_id.in_(ids)).order_by(Membership.id)):
        found.append(("membership", one.id, one.volunteer_id, one.state, one.left_on))
    for card in db.session.scalars(select(Card).where(Card.volunteer_id.in_(ids)).order_by(Card.id)):
        found.append(("card", card.id, card.volunteer_id, card.revoked_at))
    return found
