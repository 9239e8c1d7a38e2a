"""Reads who may act for whom. A link is only ever read together with whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, func, or_, select

from volunteer_hub.accounts.acting import Acting
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.families.childhood import grown_up_born_until
from volunteer_hub.families.models import CareCode, CareKind, CareLink
from volunteer_hub.families.reach import may_open
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer


@dataclass(frozen=True)
class Cared:
    """Somebody one may act for."""

    link: CareLink
    volunteer: Volunteer


@dataclass(frozen=True)
class Carer:
    """Somebody who may act for a person: the link and the carer's name."""

    link: CareLink
    name: str

    @property
    def account_id(self) -> int:
        """Return the carer's account, to which copies of notices go."""
        return self.link.carer_account_id


def holds(now: datetime, adult: int) -> ColumnElement[bool]:
    """Return the condition under which a link holds; the statement joins the volunteer who is cared for.

    Nobody has ended it, the person is in the register, and whoever has a guardian is still a minor.
    """
    grown_up = grown_up_born_until(clock.civil_date(now), adult)
    return and_(
        CareLink.until.is_(None),
        Volunteer.withdrawn_at.is_(None),
        Volunteer.merged_into_id.is_(None),
        Volunteer.account_id.is_not(None),
        or_(CareLink.kind != CareKind.GUARDIAN, Volunteer.birth_on > grown_up),
    )


def find_acting(link_id: int, account_id: int, now: datetime, adult: int) -> Acting | None:
    """Return for whom an account acts by a link of its own that holds at this instant."""
    row = db.session.execute(
        select(CareLink.kind, Volunteer.id, Account.id, Volunteer.name, Standing.region_code)
        .join(Volunteer, Volunteer.id == CareLink.volunteer_id)
        .join(Account, Account.id == Volunteer.account_id)
        .outerjoin(Standing, and_(Standing.volunteer_id == Volunteer.id, Standing.until == STILL))
        .where(
            CareLink.id == link_id,
            CareLink.carer_account_id == account_id,
            Account.disabled_at.is_(None),
            holds(now, adult),
        )
    ).one_or_none()
    if row is None:
        return None
    kind, volunteer_id, cared_account_id, name, region_code = row
    return Acting(link_id, cared_account_id, volunteer_id, name, region_code, partial(may_open, kind))


def list_cared_for(account_id: int, now: datetime, ages: Ages) -> list[Cared]:
    """Return those for whom an account may act now, children first, in the order in which they came."""
    rows = db.session.execute(
        select(CareLink, Volunteer)
        .join(Volunteer, Volunteer.id == CareLink.volunteer_id)
        .where(CareLink.carer_account_id == account_id, holds(now, ages.adult))
        .order_by((CareLink.kind == CareKind.GUARDIAN).desc(), CareLink.id)
    )
    return [Cared(link, volunteer) for link, volunteer in rows]


def get_cared_for(account_id: int, link_id: int, now: datetime, ages: Ages) -> Cared:
    """Return one whom an account may act for now. Raises NotFound for another's link, and one that has ended."""
    for cared in list_cared_for(account_id, now, ages):
        if cared.link.id == link_id:
            return cared
    raise NotFound


def list_carers(volunteer_id: int, now: datetime, ages: Ages) -> list[Carer]:
    """Return who may act for a volunteer now."""
    rows = db.session.execute(
        select(CareLink, Account.display_name)
        .join(Account, Account.id == CareLink.carer_account_id)
        .join(Volunteer, Volunteer.id == CareLink.volunteer_id)
        .where(CareLink.volunteer_id == volunteer_id, Account.disabled_at.is_(None), holds(now, ages.adult))
        .order_by(CareLink.id)
    )
    return [Carer(link, name) for link, name in rows]


def carers_of(account_id: int, now: datetime, ages: Ages) -> list[Carer]:
    """Return who may act for the volunteer behind an account now: to whom copies of its notices may go."""
    volunteer_id = db.session.scalar(select(Volunteer.id).where(Volunteer.account_id == account_id))
    return list_carers(volunteer_id, now, ages) if volunteer_id is not None else []


def get_open_link(link_id: int) -> CareLink:
    """Return a link nobody has ended, held until the transaction ends. Raises NotFound."""
    link = db.session.scalar(
        select(CareLink)
        .where(CareLink.id == link_id, CareLink.until.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if link is None:
        raise NotFound
    return link


def has_ended(link_id: int) -> bool:
    """Tell whether somebody has ended a link, asked of the database anew."""
    return db.session.scalar(select(CareLink.id).where(CareLink.id == link_id, CareLink.until.is_(None))) is None


def find_open_link(account_id: int, volunteer_id: int) -> CareLink | None:
    """Return the link between two that nobody has ended, whether or not it still holds."""
    return db.session.scalar(
        select(CareLink).where(
            CareLink.carer_account_id == account_id,
            CareLink.volunteer_id == volunteer_id,
            CareLink.until.is_(None),
        )
    )


def count_cared_for(account_id: int, now: datetime, ages: Ages) -> int:
    """Return for how many people an account may act now."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(CareLink)
            .join(Volunteer, Volunteer.id == CareLink.volunteer_id)
            .where(CareLink.carer_account_id == account_id, holds(now, ages.adult))
        )
        or 0
    )


def find_code(code_index: str) -> CareCode | None:
    """Return a code by its keyed hash, whether or not it is still good."""
    return db.session.scalar(
        select(CareCode).where(CareCode.code_index == code_index).execution_options(populate_existing=True)
    )
