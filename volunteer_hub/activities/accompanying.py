"""Young children do not come alone: a guardian is signed up for the same shift (the area's AGE_ACCOMPANIED).

Asked of children whose guardian is known to the application; others are told on the page to bring theirs.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from volunteer_hub.activities.models import SignUp
from volunteer_hub.activities.sign_ups import hold_shift
from volunteer_hub.activities.states import LIVE
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.families import queries as families
from volunteer_hub.families.models import CareKind
from volunteer_hub.volunteers.ages import Ages, full_years
from volunteer_hub.volunteers.models import Volunteer


def refuse_alone(child: Volunteer, shift_id: int, *, now: datetime, ages: Ages) -> None:
    """Refuse a young child for whom no guardian is signed up. Raises DomainError `needs_company`."""
    shift = hold_shift(shift_id)
    if not _is_young(child, shift.starts_at, ages):
        return
    guardians = _guardians(child.id, now, ages)
    if guardians and not _anybody_comes(shift_id, Volunteer.account_id.in_(guardians)):
        raise DomainError(
            "needs_company",
            N_("%(name)s未满 %(age)s 周岁，须有监护人一起参加。请先给您自己报名同一场次。"),
            name=child.name,
            age=ages.accompanied,
        )


def refuse_leaving_alone(adult: Volunteer, shift_id: int, *, now: datetime, ages: Ages) -> None:
    """Refuse to let a guardian go whose young child would stay alone. Raises DomainError `leaves_child_alone`."""
    shift = hold_shift(shift_id)
    for cared in families.list_cared_for(adult.account_id or 0, now, ages):
        child = cared.volunteer
        if cared.link.kind is not CareKind.GUARDIAN or not _is_young(child, shift.starts_at, ages):
            continue
        others = _guardians(child.id, now, ages) - {adult.account_id}
        stays = _anybody_comes(shift_id, Volunteer.id == child.id)
        if stays and not (others and _anybody_comes(shift_id, Volunteer.account_id.in_(others))):
            raise DomainError(
                "leaves_child_alone",
                N_("%(name)s未满 %(age)s 周岁，不能单独参加。请先取消孩子的报名。"),
                name=child.name,
                age=ages.accompanied,
            )


def _is_young(child: Volunteer, at: datetime, ages: Ages) -> bool:
    return child.birth_on is not None and full_years(child.birth_on, clock.civil_date(at)) < ages.accompanied


def _guardians(volunteer_id: int, now: datetime, ages: Ages) -> set[int | None]:
    carers = families.list_carers(volunteer_id, now, ages)
    return {carer.account_id for carer in carers if carer.link.kind is CareKind.GUARDIAN}


def _anybody_comes(shift_id: int, who: ColumnElement[bool]) -> bool:
    statement = (
        select(SignUp.id)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .where(SignUp.shift_id == shift_id, SignUp.state.in_(LIVE), who)
    )
    return bool(db.session.scalar(select(exists(statement))))
