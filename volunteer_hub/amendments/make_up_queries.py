"""Reads make-ups: those in a scope, one's own, what a station may still ask for, whom an objection concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind
from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.amendments.models import EvidencePicture, MakeUp, RequestState, TookPart
from volunteer_hub.amendments.working_days import Delay, delay
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core import clock
from volunteer_hub.core.db import AnyRow, AnySelect, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.paging import Page, page_of
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


class Tab(StrEnum):
    """Which requests a list shows."""

    PENDING = "pending"
    CONTESTED = "contested"
    DECIDED = "decided"


@dataclass(frozen=True)
class MakeUpFile:
    """A make-up with everything its decider looks at."""

    make_up: MakeUp
    volunteer: Volunteer
    shift: Shift
    activity: Activity
    station: Station
    requester: str | None
    decider: str | None

    @property
    def is_contested(self) -> bool:
        """Tell whether the person has said that he was not there."""
        return self.make_up.took_part is TookPart.NO

    @property
    def delay(self) -> Delay:
        """Return whether it was asked for in time, and whether every calendar between is published."""
        make_up = self.make_up
        return delay(clock.civil_date(make_up.out_at), clock.civil_date(make_up.requested_at))


def page_make_ups(scope: Scope, tab: Tab, number: int = 1) -> Page[MakeUpFile]:
    """Return the make-ups in the scope: those pending, oldest first, or those decided, latest first."""
    contested = and_(MakeUp.state == RequestState.PENDING, MakeUp.took_part == TookPart.NO)
    conditions: dict[Tab, ColumnElement[bool]] = {
        Tab.PENDING: MakeUp.state == RequestState.PENDING,
        Tab.CONTESTED: contested,
        Tab.DECIDED: MakeUp.state != RequestState.PENDING,
    }
    order = (MakeUp.decided_at.desc(),) if tab is Tab.DECIDED else (MakeUp.decidable_at, MakeUp.id)
    page = page_of(db.session, _files(scope).where(conditions[tab]).order_by(*order), number, 20)
    return page.map(lambda row: MakeUpFile(*row))


def get_make_up(scope: Scope, make_up_id: int) -> MakeUpFile:
    """Return one make-up with its file. Raises NotFound outside the scope."""
    row = db.session.execute(_files(scope).where(MakeUp.id == make_up_id)).one_or_none()
    if row is None:
        raise NotFound
    return MakeUpFile(*row)


def get_own_make_up(account_id: int | None, make_up_id: int) -> MakeUpFile:
    """Return a make-up that was asked for the person behind an account. Raises NotFound."""
    row = db.session.execute(
        _joined().where(MakeUp.id == make_up_id, Volunteer.account_id == (account_id or 0))
    ).one_or_none()
    if row is None:
        raise NotFound
    return MakeUpFile(*row)


def get_picture(scope: Scope, make_up_id: int) -> EvidencePicture:
    """Return the evidence of a make-up. Raises NotFound outside the scope."""
    return db.session.get_one(EvidencePicture, get_make_up(scope, make_up_id).make_up.evidence_id)


def count_pending(scope: Scope) -> int:
    """Return how many make-ups wait in the scope."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(MakeUp)
            .join(Station, Station.id == MakeUp.station_id)
            .where(
                MakeUp.state == RequestState.PENDING, scope.where(region=Station.region_code, station=Station.path)
            )
        )
        or 0
    )


def list_at_shift(shift_id: int) -> list[AnyRow]:
    """Return (make-up, volunteer) of a shift, in order of arrival."""
    return list(
        db.session.execute(
            select(MakeUp, Volunteer)
            .join(Volunteer, Volunteer.id == MakeUp.volunteer_id)
            .where(MakeUp.shift_id == shift_id)
            .order_by(MakeUp.in_at, MakeUp.id)
        )
    )


def find_sign_up(make_up: MakeUp) -> SignUp | None:
    """Return the person's sign-up to the shift, if there was one."""
    return db.session.scalar(
        select(SignUp).where(SignUp.shift_id == make_up.shift_id, SignUp.volunteer_id == make_up.volunteer_id)
    )


def list_scans(volunteer_id: int, shift_id: int) -> list[AnyRow]:
    """Return (scan, operator) of a person at a shift, refused ones too, in order."""
    return list(
        db.session.execute(
            select(Scan, Account.display_name)
            .outerjoin(Account, Account.id == Scan.operator_account_id)
            .where(Scan.volunteer_id == volunteer_id, Scan.shift_id == shift_id)
            .order_by(Scan.scanned_at, Scan.id)
        )
    )


def minutes_used(station_id: int, month: str) -> int:
    """Return the make-up minutes a station has asked for in a month of service: approved and pending."""
    return (
        db.session.scalar(
            select(func.sum(MakeUp.minutes)).where(
                MakeUp.station_id == station_id,
                MakeUp.month == month,
                MakeUp.state.in_([RequestState.PENDING, RequestState.APPROVED]),
            )
        )
        or 0
    )


def minutes_scanned(station_id: int, month: str) -> int:
    """Return the minutes of classes A and B that a station has in the ledger for a month of service."""
    begin = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return (
        db.session.scalar(
            select(func.sum(HoursEntry.minutes)).where(
                HoursEntry.station_id == station_id,
                HoursEntry.service_on >= begin,
                HoursEntry.service_on < end,
                HoursEntry.hours_class.in_([HoursClass.A, HoursClass.B]),
            )
        )
        or 0
    )


def list_offices(region_code: str, now: datetime) -> list[int]:
    """Return the accounts that hold the Office's role on a division around a place."""
    around = or_(
        RoleGrant.scope_kind == ScopeKind.EVERYTHING,
        and_(
            RoleGrant.scope_kind == ScopeKind.REGION,
            literal(region_code).startswith(RoleGrant.scope_value),
        ),
    )
    return list(
        db.session.scalars(
            select(RoleGrant.account_id)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(
                RoleGrant.role == Role.OFFICE,
                RoleGrant.revoked_at.is_(None),
                or_(RoleGrant.expires_at.is_(None), RoleGrant.expires_at > now),
                Account.disabled_at.is_(None),
                around,
            )
            .distinct()
            .order_by(RoleGrant.account_id)
        )
    )


def _files(scope: Scope) -> AnySelect:
    return _joined().where(scope.where(region=Station.region_code, station=Station.path))


def _joined() -> AnySelect:
    requester, decider = aliased(Account), aliased(Account)
    return (
        select(MakeUp, Volunteer, Shift, Activity, Station, requester.display_name, decider.display_name)
        .join(Volunteer, Volunteer.id == MakeUp.volunteer_id)
        .join(Shift, Shift.id == MakeUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == MakeUp.station_id)
        .outerjoin(requester, requester.id == MakeUp.requested_by)
        .outerjoin(decider, decider.id == MakeUp.decided_by)
    )
