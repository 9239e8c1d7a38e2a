"""Leaving in two steps: out of the register at once, erased after some days in which it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from volunteer_hub.accounts import queries as account_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role
from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Shift, SignUp
from volunteer_hub.activities.states import LIVE
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.rights import erasing, matters, queries, requests
from volunteer_hub.rights.models import RequestKind, RequestState, RightsRequest
from volunteer_hub.teams import service as teams
from volunteer_hub.teams.models import Membership, MembershipState
from volunteer_hub.volunteers import cards, returning, service
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import Texts

#: How many people one run of the timetable erases.
AT_ONCE = 50


def list_upcoming(volunteer_id: int, *, now: datetime) -> Sequence[SignUp]:
    """Return the places somebody holds or waits for at shifts that have not begun."""
    return db.session.scalars(
        select(SignUp)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(SignUp.volunteer_id == volunteer_id, SignUp.state.in_(LIVE), Shift.starts_at > now)
        .order_by(SignUp.shift_id)
    ).all()


def list_left_behind(*, now: datetime) -> list[tuple[int, int]]:
    """Return places that people hold who have left the register by another way: shift and volunteer."""
    rows = db.session.execute(
        select(SignUp.shift_id, SignUp.volunteer_id)
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .where(Volunteer.withdrawn_at.is_not(None), SignUp.state.in_(LIVE), Shift.starts_at > now)
        .order_by(SignUp.id)
        .limit(10 * AT_ONCE)
    )
    return [(shift_id, volunteer_id) for shift_id, volunteer_id in rows]


def give_back(shift_id: int, volunteer_id: int, *, now: datetime) -> None:
    """Give back a place of somebody who has left, unless it is given back or they have returned meanwhile."""
    volunteer = db.session.get_one(Volunteer, volunteer_id, with_for_update=True)
    if volunteer.withdrawn_at is not None and any(
        one.shift_id == shift_id for one in list_upcoming(volunteer_id, now=now)
    ):
        sign_ups.withdraw(TIMETABLE, shift_id, volunteer_id, now=now)


def list_teams(volunteer_id: int) -> Sequence[Membership]:
    """Return the teams somebody is in, or has asked or been asked to join."""
    live = (MembershipState.ACTIVE, MembershipState.REQUESTED, MembershipState.INVITED)
    return db.session.scalars(
        select(Membership)
        .where(Membership.volunteer_id == volunteer_id, Membership.state.in_(live))
        .order_by(Membership.team_id)
    ).all()


def ask(actor: Actor, volunteer: Volunteer, *, days: int, urgent: bool, now: datetime) -> RightsRequest:
    """Leave at once and ask to be erased: after so many days, or, where it is urgent, right now.

    Raises DomainError for who works here, or has asked already.
    """
    db.session.refresh(volunteer, with_for_update=True)
    if volunteer.merged_into_id is not None:
        raise DomainError("merged_away", N_("这份登记已并入您的另一份登记，请从那里注销。"))
    _refuse_staff(volunteer, now)
    request = requests.open_request(actor, volunteer, RequestKind.ERASURE, "", now=now)
    request.erase_at = now if urgent else now + timedelta(days=days)
    request.is_urgent = urgent
    go(actor, volunteer, now=now)
    if urgent:
        _erase(request, volunteer, now)
    db.session.flush()
    return request


def ask_at_desk(actor: Actor, volunteer: Volunteer, evidence: str, *, days: int, now: datetime) -> RightsRequest:
    """Let somebody without a phone leave, in person and with the document in hand; erased after the same days.

    Raises Denied for oneself, DomainError at field `evidence` or as `ask` does.
    """
    service.refuse_own(actor, volunteer)
    if not evidence.strip():
        raise DomainError("evidence_missing", N_("请写明核验了什么。"), field="evidence")
    request = ask(actor, volunteer, days=days, urgent=False, now=now)
    audit.record(
        actor,
        "rights.leave_at_desk",
        "volunteer",
        volunteer.id,
        now=now,
        region=request.region_code,
        reason=evidence.strip(),
    )
    return request


def take_back(actor: Actor, volunteer: Volunteer, texts: Texts, *, now: datetime, ages: Ages) -> None:
    """Stay after all: the erasure is off, and the register takes the person up again where it left them.

    Raises DomainError where nothing was asked, or it is too late.
    """
    request = queries.find_open(volunteer.id, RequestKind.ERASURE)
    if request is None:
        raise DomainError("nothing_to_take_back", N_("没有等待办理的注销申请。"))
    requests.close(actor, request, RequestState.TAKEN_BACK, now=now)
    returning.come_back(actor, volunteer, texts, now=now, ages=ages)


def close_of_returned(*, now: datetime) -> None:
    """Close requests to be erased of people whom a desk took back into the register: leaving again is asked anew."""
    returned = db.session.scalars(
        select(RightsRequest)
        .join(Volunteer, Volunteer.id == RightsRequest.volunteer_id)
        .where(
            RightsRequest.kind == RequestKind.ERASURE,
            RightsRequest.state == RequestState.OPEN,
            Volunteer.withdrawn_at.is_(None),
        )
    ).all()
    for request in returned:
        requests.close(TIMETABLE, request, RequestState.TAKEN_BACK, now=now)


def list_due(*, now: datetime) -> Sequence[int]:
    """Return the people whose time has come and of whom nothing waits, the longest waiting first."""
    # All of them are looked at: however many wait for a decision, they do not stand before who waits for none.
    rows = db.session.execute(
        select(RightsRequest.volunteer_id, RightsRequest.is_urgent)
        .where(
            RightsRequest.kind == RequestKind.ERASURE,
            RightsRequest.state == RequestState.OPEN,
            RightsRequest.erase_at <= now,
        )
        .order_by(RightsRequest.erase_at, RightsRequest.id)
    ).all()
    ready = (volunteer_id for volunteer_id, is_urgent in rows if is_urgent or not _waits(volunteer_id))
    return list(islice(ready, AT_ONCE))


def erase_due(volunteer_id: int, *, now: datetime) -> bool:
    """Erase somebody whose time has come, and tell whether it was done: the request may have been taken back."""
    volunteer = db.session.get_one(Volunteer, volunteer_id, with_for_update=True)
    request = queries.find_open(volunteer_id, RequestKind.ERASURE)
    if request is None or request.erase_at is None or request.erase_at > now or volunteer.withdrawn_at is None:
        return False
    _erase(request, volunteer, now)
    return True


def _waits(volunteer_id: int) -> bool:
    volunteer = db.session.get_one(Volunteer, volunteer_id)
    return bool(matters.count_open(queries.subject_of(volunteer)))


def _erase(request: RightsRequest, volunteer: Volunteer, now: datetime) -> None:
    requests.close(TIMETABLE, request, RequestState.DONE, now=now)
    erasing.erase(volunteer, now=now)


def _refuse_staff(volunteer: Volunteer, now: datetime) -> None:
    """Let nobody leave with an office in hand; a leader's goes with the team."""
    held = account_queries.list_grants(volunteer.account_id, now) if volunteer.account_id else ()
    if any(role is not Role.TEAM_LEADER for role, _kind, _value in held):
        raise DomainError("has_roles", N_("您还有工作角色。请先请管理员收回角色，再注销。"))


def go(actor: Actor, volunteer: Volunteer, *, now: datetime) -> None:
    """Give back places, teams, card and tokens, and leave the register; who left before only asks to be erased."""
    for place in list_upcoming(volunteer.id, now=now):
        sign_ups.withdraw(actor, place.shift_id, volunteer.id, now=now)
    for membership in list_teams(volunteer.id):
        end = teams.leave if membership.state is MembershipState.ACTIVE else teams.decline_invitation
        end(actor, volunteer, membership.team_id, now=now)
    if cards.live_cards([volunteer.id]):
        cards.revoke(actor, volunteer, now=now)
    if volunteer.account_id is not None:
        accounts.revoke_all_tokens(volunteer.account_id, now=now)
    if volunteers.current_standing(volunteer.id) is not None:
        service.withdraw(actor, volunteer, now=now)
    else:
        audit.record(actor, "rights.ask_erasure", "volunteer", volunteer.id, now=now)
