"""What has to be settled before two registrations can become one: nothing undecided may be caught between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.checkin.models import Scan, ServiceSession, WalkIn
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.families.models import CareLink
from volunteer_hub.merging.models import Merge, MergeState
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class Obstacle:
    """One reason why not yet, in words, with the number of the registration it concerns."""

    code: str
    sentence: str
    number: str


def list_obstacles(kept: Volunteer, merged: Volunteer, *, now: datetime, but: int | None = None) -> list[Obstacle]:
    """Return everything that has to be settled first; `but` is a request of this very pair."""
    found = [obstacle for one in (kept, merged) for obstacle in _of_one(one, but)]
    cared_for = or_(CareLink.volunteer_id == merged.id, CareLink.carer_account_id == merged.account_id)
    if db.session.scalar(select(exists().where(CareLink.until.is_(None), cared_for))):
        found.append(
            Obstacle(
                "has_care_links",
                N_("要并入的登记有家庭或代办关系。请把另一个登记并入它，或先解除这些关系。"),
                merged.number,
            )
        )
    if merged.account_id is not None and accounts.list_grants(merged.account_id, now):
        found.append(
            Obstacle(
                "account_has_roles",
                N_("要并入的登记的账号有工作角色。请把另一个登记并入它，或先收回角色。"),
                merged.number,
            )
        )
    return found


def refuse_obstacles(kept: Volunteer, merged: Volunteer, *, now: datetime, but: int | None = None) -> None:
    """Raise DomainError with the first obstacle, if there is one."""
    for obstacle in list_obstacles(kept, merged, now=now, but=but):
        raise DomainError(obstacle.code, obstacle.sentence)


def _of_one(one: Volunteer, but: int | None) -> Iterator[Obstacle]:
    if one.merged_into_id is not None or volunteers.current_standing(one.id) is None:
        yield Obstacle("not_in_register", N_("这个登记已不在册。"), one.number)
    for code, sentence, condition in _asked(one.id, but):
        if db.session.scalar(select(condition)):
            yield Obstacle(code, sentence, one.number)


def _asked(person: int, but: int | None) -> Iterator[tuple[str, str, ColumnElement[bool]]]:
    stays = select(ServiceSession.id).where(ServiceSession.volunteer_id == person)
    yield (
        "is_inside",
        N_("此人正在服务中，签退后才能合并。"),
        exists().where(ServiceSession.volunteer_id == person, ServiceSession.out_at.is_(None)),
    )
    scans = select(Scan.id).where(Scan.volunteer_id == person)
    yield (
        "has_reviews",
        N_("还有待审核的事项，请先审核。"),
        exists().where(
            ReviewCase.decided_at.is_(None), or_(ReviewCase.session_id.in_(stays), ReviewCase.scan_id.in_(scans))
        ),
    )
    yield (
        "has_make_ups",
        N_("还有待处理的补录，请先处理。"),
        exists().where(MakeUp.volunteer_id == person, MakeUp.state == RequestState.PENDING),
    )
    make_ups = select(MakeUp.id).where(MakeUp.volunteer_id == person)
    yield (
        "has_corrections",
        N_("还有待处理的更正，请先处理。"),
        exists().where(
            Correction.state == RequestState.PENDING,
            or_(Correction.session_id.in_(stays), Correction.make_up_id.in_(make_ups)),
        ),
    )
    yield (
        "has_walk_in_claims",
        N_("还有待确认的临时到场认领，请先确认。"),
        exists().where(WalkIn.volunteer_id == person, WalkIn.confirmed_at.is_(None)),
    )
    yield (
        "merge_waits",
        N_("已有一份涉及此人的合并申请在等第二人处理。"),
        exists().where(
            Merge.state == MergeState.REQUESTED,
            Merge.id != (but or 0),
            or_(Merge.kept_id == person, Merge.merged_id == person),
        ),
    )
