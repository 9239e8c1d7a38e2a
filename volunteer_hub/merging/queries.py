"""Reads pairs of registrations, what a merge of them would do, and merges there were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import SignUp
from volunteer_hub.activities.states import LIVE
from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursEntry
from volunteer_hub.merging import hours
from volunteer_hub.merging.belongings import LIVING
from volunteer_hub.merging.hours import Moved
from volunteer_hub.merging.models import Merge, MergeEntry, MergeState
from volunteer_hub.merging.obstacles import Obstacle, list_obstacles
from volunteer_hub.regions.models import Region
from volunteer_hub.teams.models import Membership
from volunteer_hub.volunteers.models import STILL, Card, Standing, Volunteer

#: A code has reached the mobile; a staff member has seen the document.
PHONE, SEEN = 1, 2


@dataclass(frozen=True)
class Side:
    """One registration, and what hangs on it."""

    volunteer: Volunteer
    standing: Standing | None
    place: str
    minutes: int
    by_class: dict[HoursClass, int]
    sessions: int
    cards: int
    memberships: int
    sign_ups: int


@dataclass(frozen=True)
class Preview:
    """Two registrations beside one another, and what would become of the hours."""

    kept: Side
    merged: Side
    moves: list[Moved]
    obstacles: list[Obstacle]
    #: Whether the second account goes on, leading to the first, or is closed.
    account_leads_on: bool

    @property
    def moved_minutes(self) -> int:
        """Return the minutes the kept registration would gain."""
        return sum(moved.minutes for moved in self.moves)

    @property
    def after(self) -> dict[HoursClass, int]:
        """Return the kept registration's minutes by class after the merge."""
        totals = dict(self.kept.by_class)
        for moved in self.moves:
            totals[moved.entry.hours_class] = totals.get(moved.entry.hours_class, 0) + moved.minutes
        return {kind: totals[kind] for kind in HoursClass if totals.get(kind)}

    @property
    def overlaps(self) -> list[Moved]:
        """Return the stays of which not every minute moves."""
        return [moved for moved in self.moves if moved.overlap or moved.beyond_cap]


def get_pair(scope: Scope, kept_id: int, merged_id: int) -> tuple[Volunteer, Volunteer]:
    """Return two different registrations that both live in the scope. Raises NotFound."""
    rows = db.session.scalars(
        select(Volunteer)
        .join(Standing, (Standing.volunteer_id == Volunteer.id) & (Standing.until == STILL))
        .where(Volunteer.id.in_([kept_id, merged_id]), scope.where(region=Standing.region_code))
    ).all()
    found = {row.id: row for row in rows}
    if len(found) != 2:
        raise NotFound
    return found[kept_id], found[merged_id]


def preview(scope: Scope, kept_id: int, merged_id: int, *, now: datetime, but: int | None = None) -> Preview:
    """Return what a merge would do, from nothing but reading. Raises NotFound outside the scope."""
    kept, merged = get_pair(scope, kept_id, merged_id)
    sides = _side(kept), _side(merged)
    return Preview(
        *sides,
        hours.plan(kept.id, merged.id),
        list_obstacles(kept, merged, now=now, but=but),
        leads_on(kept, sides[0].standing, merged, sides[1].standing, now=now),
    )


def leads_on(
    kept: Volunteer, there: Standing | None, merged: Volunteer, here: Standing | None, *, now: datetime
) -> bool:
    """Tell whether who signs in to the one registration may be let into the other.

    Staff saw both documents, or both name one mobile and the second has proved that it holds it: anybody can type
    one. Else whoever registered under somebody's name would be let into that person's pages by a merge. Never into
    an account with a role: an office is opened by those who grant it, not by a second password.
    """
    if kept.account_id is None or there is None or here is None or accounts.list_grants(kept.account_id, now):
        return False
    proved = kept.mobile_index == merged.mobile_index and here.assurance >= PHONE
    return proved or min(there.assurance, here.assurance) >= SEEN


def get_merge(scope: Scope, merge_id: int) -> Merge:
    """Return a merge whose kept person lives in the scope. Raises NotFound."""
    merge = db.session.scalar(select(Merge).where(Merge.id == merge_id, _within(scope)))
    if merge is None:
        raise NotFound
    return merge


def page_merges(scope: Scope, number: int = 1) -> Page[AnyRow]:
    """Return (merge, kept, merged, who asked) inside the scope, those that wait first, then the newest."""
    kept, merged = aliased(Volunteer), aliased(Volunteer)
    statement = (
        select(Merge, kept, merged, Account.display_name)
        .join(kept, kept.id == Merge.kept_id)
        .join(merged, merged.id == Merge.merged_id)
        .outerjoin(Account, Account.id == Merge.requested_by)
        .where(Merge.state != MergeState.DISTINCT, _within(scope))
        .order_by(Merge.state != MergeState.REQUESTED, Merge.id.desc())
    )
    return page_of(db.session, statement, number, 20)


def list_lines(merge_id: int) -> list[AnyRow]:
    """Return (what became of it, the line taken back) of every line a merge moved, by day."""
    rows = db.session.execute(
        select(MergeEntry, HoursEntry)
        .join(HoursEntry, HoursEntry.id == MergeEntry.entry_id)
        .where(MergeEntry.merge_id == merge_id)
        .order_by(HoursEntry.service_on, HoursEntry.id)
    )
    return list(rows)


def find_later(merge: Merge) -> Merge | None:
    """Return a merge that stands and was made after this one with one of its people: it is undone first."""
    people = [merge.kept_id, merge.merged_id]
    return db.session.scalar(
        select(Merge)
        .where(
            Merge.state == MergeState.MERGED,
            Merge.id != merge.id,
            Merge.merged_at >= merge.merged_at,
            or_(Merge.kept_id.in_(people), Merge.merged_id.in_(people)),
        )
        .order_by(Merge.id.desc())
        .limit(1)
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on Merge that its kept person lives in the scope, or lived there last."""
    any_, last = aliased(Standing), aliased(Standing)
    latest = select(func.max(any_.id)).where(any_.volunteer_id == Merge.kept_id).scalar_subquery()
    return select(last.id).where(last.id == latest, scope.where(region=last.region_code)).exists()


def _side(volunteer: Volunteer) -> Side:
    standing, place = db.session.execute(
        select(Standing, Region.full_name)
        .join(Region, Region.code == Standing.region_code)
        .where(Standing.volunteer_id == volunteer.id, Standing.until == STILL)
    ).one()
    balance = db.session.get(HoursBalance, volunteer.id, populate_existing=True)
    by_class = {kind: getattr(balance, f"class_{kind.value.lower()}") for kind in HoursClass} if balance else {}
    stays = select(func.count()).where(
        ServiceSession.volunteer_id == volunteer.id, ServiceSession.closed_by != CloseKind.VOIDED
    )
    cards = select(func.count()).where(Card.volunteer_id == volunteer.id, Card.revoked_at.is_(None))
    members = select(func.count()).where(Membership.volunteer_id == volunteer.id, Membership.state.in_(LIVING))
    signed = select(func.count()).where(SignUp.volunteer_id == volunteer.id, SignUp.state.in_(LIVE))
    counts = db.session.execute(select(*(one.scalar_subquery() for one in (stays, cards, members, signed)))).one()
    return Side(
        volunteer,
        standing,
        place,
        balance.minutes if balance else 0,
        {kind: minutes for kind, minutes in by_class.items() if minutes},
        *counts,
    )
