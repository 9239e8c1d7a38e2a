"""Asking for make-up hours: for exactly one person, within the plan, the day and the quota, with a picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import ActivityState
from volunteer_hub.activities.queries import Listed
from volunteer_hub.amendments import make_up_queries as queries
from volunteer_hub.amendments import making_up, overlaps
from volunteer_hub.amendments.finding import Who, find_person, standing_on
from volunteer_hub.amendments.making_up import wall
from volunteer_hub.amendments.models import EvidencePicture, MakeUp, RequestState
from volunteer_hub.amendments.working_days import delay
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.pictures import Picture
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.policy import Credit
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.models import Volunteer


@dataclass(frozen=True)
class Asked:
    """What a manager states, and the picture that shows it."""

    who: Who
    in_at: datetime
    out_at: datetime
    reason: str
    picture: Picture


def own_turn(volunteer_id: int) -> None:
    """Let one thing happen to a person's hours at a time: the turn that scans of the person take, too."""
    take_turn(db.session, f"person:{volunteer_id}")


def ask(actor: Actor, scope: Scope, shift_id: int, asked: Asked, *, now: datetime) -> MakeUp:
    """Put a make-up before the person and a second decider; nothing counts yet.

    Raises NotFound outside the scope, Denied for one's own hours, and DomainError at the field of every
    rule that is not kept: times, person, overlap, caps, quota.
    """
    listed = activities.get_shift(scope, shift_id)
    shift = listed.shift
    if shift.cancelled_at or listed.activity.state in (ActivityState.DRAFT, ActivityState.CANCELLED):
        raise DomainError("no_service", N_("这个场次没有举行，不能补录。"))
    if not asked.reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    making_up.check_times(asked.in_at, asked.out_at, starts_at=shift.starts_at, ends_at=shift.ends_at, now=now)
    volunteer = find_person(asked.who)
    if actor.account_id is None or volunteer.account_id == actor.account_id:
        raise Denied("own_hours", N_("不能为自己补录时长。"))
    standing = standing_on(volunteer.id, clock.civil_date(asked.in_at), asked.in_at)
    policy = ledger.policy_for(listed.station.region_code, shift.starts_at, now=now)
    own_turn(volunteer.id)
    overlaps.refuse_overlap(volunteer.id, asked.in_at, asked.out_at)
    credit = overlaps.worth(policy, shift, volunteer.id, asked.in_at, asked.out_at)
    refuse_nothing(credit)
    _hold_quota(listed, policy, asked, credit)
    made = _write(actor.account_id, listed, volunteer, standing.region_code, asked, credit, now)
    audit.record(
        actor,
        "reviews.ask_make_up",
        "make_up",
        made.id,
        now=now,
        region=listed.station.region_code,
        reason=asked.reason,
        volunteer=volunteer.number,
        minutes=credit.raw,
        picture=asked.picture.digest,
    )
    _tell_person(made, volunteer, listed, now)
    return made


def refuse_nothing(credit: Credit) -> None:
    """Raise DomainError, which says why, where times would come to no minute at all."""
    if credit.credited:
        return
    if "day_cap" in credit.reductions:
        raise DomainError("day_cap", N_("此人当天的时长已达每日上限，这段时间不能再计入。"), field="in_at")
    if "activity_cap" in credit.reductions:
        raise DomainError("activity_cap", N_("此人在本场次的时长已达上限，这段时间不能再计入。"), field="in_at")
    raise DomainError("too_short", N_("这段时间太短，按规则不计时长。"), field="out_at")


def _hold_quota(listed: Listed, policy: PolicyVersion, asked: Asked, credit: Credit) -> None:
    month = making_up.month_of(clock.civil_date(asked.in_at))
    take_turn(db.session, f"make-up-quota:{listed.station.id}:{month}")
    used = queries.minutes_used(listed.station.id, month)
    most = making_up.quota(policy.policy, queries.minutes_scanned(listed.station.id, month))
    if used + credit.raw > most:
        raise DomainError(
            "quota",
            N_("本阵地 %(month)s 补录额度 %(most)s 小时，已批准和待审 %(used)s 小时，不够这次的 %(now)s 小时。"),
            month=month,
            most=str(hours_of(most)),
            used=str(hours_of(used)),
            now=str(hours_of(credit.raw)),
        )


def _write(
    requester: int,
    listed: Listed,
    volunteer: Volunteer,
    region_code: str,
    asked: Asked,
    credit: Credit,
    now: datetime,
) -> MakeUp:
    picture = EvidencePicture(
        content=asked.picture.content,
        digest=asked.picture.digest,
        width=asked.picture.width,
        height=asked.picture.height,
        added_at=now,
    )
    db.session.add(picture)
    db.session.flush()
    made = MakeUp(
        volunteer_id=volunteer.id,
        volunteer_account_id=volunteer.account_id,
        shift_id=listed.shift.id,
        station_id=listed.station.id,
        region_code=region_code,
        in_at=asked.in_at,
        out_at=asked.out_at,
        minutes=credit.raw,
        month=making_up.month_of(clock.civil_date(asked.in_at)),
        reason=asked.reason,
        evidence_id=picture.id,
        requested_by=requester,
        requested_at=now,
        is_late=delay(clock.civil_date(asked.out_at), clock.civil_date(now)).is_late,
        decidable_at=now + making_up.COOL_DOWN,
        asked_at=now if _can_sign_in(volunteer) else None,
        state=RequestState.PENDING,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _can_sign_in(volunteer: Volunteer) -> bool:
    account = db.session.get(Account, volunteer.account_id) if volunteer.account_id else None
    return account is not None and account.disabled_at is None and account.password_hash is not None


def _tell_person(made: MakeUp, volunteer: Volunteer, listed: Listed, now: datetime) -> None:
    if volunteer.account_id is None:
        return
    notices.tell(
        volunteer.account_id,
        N_("%(station)s 为您补录“%(activity)s”的服务时长：%(from_)s 至 %(to)s。请说明您是否参加了。"),
        {
            "station": listed.station.name,
            "activity": listed.activity.title,
            "from_": wall(made.in_at),
            "to": wall(made.out_at),
        },
        key=f"make-up:{made.id}:asked",
        link=f"/my/make-ups/{made.id}",
        now=now,
    )
