"""Requests about one's own data, each with its clock: asked, answered, and proof of it without its words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from volunteer_hub.amendments.working_days import is_working_day
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock, person_keys
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.rights.models import RequestKind, RequestState, RightsRequest
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer

#: Working days in which an office answers any request: what GB/T 35273-2020 §8.5 allows for closing an account.
ANSWER_WITHIN = 15


def due_on(asked_on: date) -> date:
    """Return the fifteenth working day after a request."""
    day, left = asked_on, ANSWER_WITHIN
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def open_request(
    actor: Actor, volunteer: Volunteer, kind: RequestKind, words: str, *, now: datetime
) -> RightsRequest:
    """Write a request down, its words sealed with the person's key. Raises DomainError if one of the kind is open."""
    standing = volunteers.current_standing(volunteer.id) or next(iter(volunteers.list_standings(volunteer.id)), None)
    request = RightsRequest(
        volunteer_id=volunteer.id,
        kind=kind,
        state=RequestState.OPEN,
        region_code=standing.region_code if standing else None,
        asked_at=now,
        asked_by=actor.account_id,
        by_guardian=actor.by_account_id is not None,
        due_on=due_on(clock.civil_date(now)),
        erase_at=now if kind is RequestKind.ERASURE else None,
        is_urgent=False,
        words=person_keys.seal(volunteer.id, words.strip(), "request", now=now) if words.strip() else None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(request)
            db.session.flush()
    except IntegrityError:
        raise DomainError("asked_already", N_("同样的请求正在办理，不必重复提出。")) from None
    return request


def note_copy(actor: Actor, volunteer: Volunteer, form: str, *, now: datetime) -> None:
    """Write down that somebody took a copy of their own data along: a request that is answered at once."""
    request = open_request(actor, volunteer, RequestKind.COPY, "", now=now)
    close(actor, request, RequestState.DONE, now=now)
    audit.record(
        actor, "rights.take_copy", "volunteer", volunteer.id, now=now, region=request.region_code, format=form
    )


def close(actor: Actor, request: RightsRequest, state: RequestState, *, now: datetime, answer: str = "") -> None:
    """Close a request, with an answer sealed like its words. Raises DomainError once it is closed."""
    db.session.refresh(request, with_for_update=True)
    if request.state is not RequestState.OPEN:
        raise DomainError("closed_already", N_("这个请求已经办结。"))
    request.state, request.closed_at, request.closed_by = state, now, actor.account_id
    if answer.strip():
        request.answer = person_keys.seal(request.volunteer_id, answer.strip(), "answer", now=now)
    db.session.flush()


def answer(actor: Actor, request: RightsRequest, state: RequestState, words: str, *, now: datetime) -> None:
    """Answer a request for the office, with a reason where it is refused, and tell the person.

    Raises DomainError at field `answer`, or for an erasure, which the timetable carries out.
    """
    if request.kind is not RequestKind.CORRECTION:
        raise DomainError("not_by_hand", N_("这类请求由系统按期办理，不需要人工答复。"))
    if state is RequestState.REFUSED and not words.strip():
        raise DomainError("reason_missing", N_("不予办理时请写明理由。"), field="answer")
    volunteer = db.session.get_one(Volunteer, request.volunteer_id)
    if volunteer.account_id is not None and volunteer.account_id == actor.account_id:
        raise DomainError("own_request", N_("自己的请求请由另一位工作人员办理。"))
    close(actor, request, state, now=now, answer=words)
    audit.record(
        actor, "rights.answer", "volunteer", volunteer.id, now=now, region=request.region_code, state=state.value
    )
    if volunteer.account_id is not None:
        notices.tell(
            volunteer.account_id,
            N_("您更正身份信息的请求有了答复，请在“我的信息权利”里查看。"),
            {},
            key=f"rights:{request.id}:answered",
            link="/me/rights",
            now=now,
        )


def words_of(request: RightsRequest) -> tuple[str, str]:
    """Return what was asked and answered; empty once the person's key is destroyed."""
    parts = ((request.words, "request"), (request.answer, "answer"))
    asked, answered = (
        (person_keys.unseal(request.volunteer_id, sealed, about) or "") if sealed else "" for sealed, about in parts
    )
    return asked, answered
