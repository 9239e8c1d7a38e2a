"""Reads placeholders and what is claimed of them, inside a scope."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import func, select

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin.models import WalkIn
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.onsite.walk_ins import SHOWN_FOR
from volunteer_hub.reviews.models import CaseKind, ReviewCase
from volunteer_hub.reviews.walk_in_claims import Claim, Visit
from volunteer_hub.stations.models import Station
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

MOST = 100


def _visits(scope: Scope) -> AnySelect:
    return (
        select(WalkIn, Shift, Activity, Station)
        .join(Shift, Shift.id == WalkIn.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
        .where(scope.where(region=Station.region_code, station=Station.path, team=Team.path))
        .execution_options(populate_existing=True)
    )


def get_visit(scope: Scope, walk_in_id: int) -> Visit:
    """Return a placeholder inside the scope, read anew. Raises NotFound."""
    row = db.session.execute(_visits(scope).where(WalkIn.id == walk_in_id)).one_or_none()
    if row is None:
        raise NotFound
    return Visit(*row)


def list_unclaimed(scope: Scope, *, now: datetime) -> list[Visit]:
    """Return the placeholders of the last thirty days that nobody has claimed, the latest first."""
    statement = _visits(scope).where(WalkIn.volunteer_id.is_(None), WalkIn.in_at > now - SHOWN_FOR)
    return [Visit(*row) for row in db.session.execute(statement.order_by(WalkIn.in_at.desc()).limit(MOST))]


def count_expired(scope: Scope, *, now: datetime) -> int:
    """Return how many placeholders are shown no more and were never claimed: they stay unknown."""
    old = _visits(scope).where(WalkIn.volunteer_id.is_(None), WalkIn.in_at <= now - SHOWN_FOR)
    return db.session.scalar(select(func.count()).select_from(old.with_only_columns(WalkIn.id).subquery())) or 0


def _claims(scope: Scope) -> AnySelect:
    return (
        select(ReviewCase, WalkIn, Shift, Activity, Station, Volunteer)
        .join(WalkIn, WalkIn.id == ReviewCase.walk_in_id)
        .join(Shift, Shift.id == WalkIn.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == ReviewCase.station_id)
        .outerjoin(Volunteer, Volunteer.id == WalkIn.volunteer_id)
        .where(ReviewCase.kind == CaseKind.WALK_IN, scope.where(region=Station.region_code, station=Station.path))
        .execution_options(populate_existing=True)
    )


def list_claims(scope: Scope) -> list[Claim]:
    """Return the claims that wait for a second person, oldest first."""
    statement = _claims(scope).where(ReviewCase.decided_at.is_(None)).order_by(ReviewCase.id).limit(MOST)
    return [Claim(row[0], Visit(*row[1:5]), row[5]) for row in db.session.execute(statement)]


def get_claim(scope: Scope, case_id: int) -> Claim:
    """Return one claim, read anew. Raises NotFound outside the scope."""
    row = db.session.execute(_claims(scope).where(ReviewCase.id == case_id)).one_or_none()
    if row is None:
        raise NotFound
    return Claim(row[0], Visit(*row[1:5]), row[5])


def find_claimant(typed: str, four: str) -> Volunteer:
    """Return the one registered person meant: by full volunteer number, or full name with the last four digits.

    Raises DomainError at `who` where there is none, or more than one. Nothing shorter is looked for, so
    that nobody can browse the register from here.
    """
    compact = "".join(unicodedata.normalize("NFKC", typed).split())
    by_number = db.session.scalar(select(Volunteer).where(Volunteer.number == compact.upper()))
    if by_number is not None:
        return by_number
    digits = four.strip().upper()
    if len(digits) != 4:
        raise DomainError("claimant_unclear", N_("请填完整的志愿者编号，或全名加手机号、证件号后四位。"), field="who")
    named = db.session.scalars(select(Volunteer).where(Volunteer.name == compact).limit(500))
    fitting = [one for one in named if digits in (one.mobile[-4:], one.document_number[-4:])]
    if len(fitting) != 1:
        raise DomainError("claimant_unknown", N_("没有找到这位志愿者，或有重名；请用志愿者编号。"), field="who")
    return fitting[0]
