"""Verbs on projects, activities and shifts. Sign-ups have their own file beside this one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from volunteer_hub.activities import prohibited, recurrence
from volunteer_hub.activities.details import Details, Offer
from volunteer_hub.activities.models import Activity, ActivityState, Audience, Project, Shift, SignUp
from volunteer_hub.activities.states import check_activity_move
from volunteer_hub.activities.telling import tell_coming
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.stations.models import Station

#: People still scan out for a while after the end, so a shift counts as running for so much longer.
AFTERMATH = timedelta(hours=2)


def create_project(actor: Actor, name: str, station_id: int, introduction: str, *, now: datetime) -> Project:
    """Start a lasting project of a station."""
    project = Project(name=name, station_id=station_id, introduction=introduction, started_at=now)
    db.session.add(project)
    db.session.flush()
    audit.record(actor, "activities.create_project", "project", project.id, now=now, name=name, station=station_id)
    return project


def draft_activity(actor: Actor, details: Details, *, now: datetime) -> Activity:
    """Lay an activity on the desk, unseen by the public. Raises DomainError if the details contradict each other."""
    _check_details(details)
    activity = Activity(
        **asdict(details), state=ActivityState.DRAFT, declarations=[], created_at=now, created_by=actor.account_id
    )
    db.session.add(activity)
    db.session.flush()
    return activity


def edit_draft(activity: Activity, details: Details) -> None:
    """Change what a draft says. Raises DomainError once it is published: people have read it."""
    _hold(activity)
    _require_draft(activity)
    _check_details(details)
    for name, value in asdict(details).items():
        setattr(activity, name, value)


def copy_activity(actor: Actor, activity: Activity, *, now: datetime) -> Activity:
    """Return a new draft with the same details and no shifts; the six declarations are made anew."""
    details = Details(**{name: getattr(activity, name) for name in Details.__dataclass_fields__})
    return draft_activity(actor, details, now=now)


def add_shifts(
    actor: Actor, activity: Activity, pattern: recurrence.Pattern, offer: Offer, *, now: datetime
) -> list[Shift]:
    """Add the shifts of a pattern to a draft or a published activity.

    Raises DomainError at the field at fault: a shift in the past or there already, too many, or a
    sign-up window that closes before it opens.
    """
    _hold(activity)
    if activity.state not in (ActivityState.DRAFT, ActivityState.PUBLISHED):
        raise DomainError("activity_state", N_("这个活动已取消或结束，不能再增加场次。"))
    spans = recurrence.expand(pattern)
    _check_spans(activity, spans, now)
    shifts = [_shift(activity, starts, ends, offer, now) for starts, ends in spans]
    db.session.add_all(shifts)
    db.session.flush()
    db.session.expire(activity, ["shifts"])
    if activity.state is ActivityState.PUBLISHED:
        _record(actor, "activities.add_shifts", activity, now=now, shifts=len(shifts))
    return shifts


def remove_shift(shift: Shift) -> None:
    """Take a shift out of a draft, as if it had never been. A published one is cancelled instead."""
    _hold(shift.activity)
    _require_draft(shift.activity)
    db.session.delete(shift)
    db.session.flush()


def publish(
    actor: Actor, activity: Activity, declarations: list[str], *, hints_confirmed: bool, now: datetime
) -> None:
    """Show a draft to the public.

    Law 685 art 12: recruitment states true information and possible risks. Raises DomainError at the
    field at fault: a class undeclared, a telling word unconfirmed, no shift, or one that has begun.
    """
    _hold(activity)
    check_activity_move(activity.state, ActivityState.PUBLISHED)
    _check_publishable(activity, now)
    declared = prohibited.check_declarations(declarations)
    hints = prohibited.find_hints(activity.title, activity.content)
    prohibited.check_hints(hints, hints_confirmed)
    activity.state = ActivityState.PUBLISHED
    activity.published_at = now
    activity.published_by = actor.account_id
    activity.declarations = declared
    words = [hint.word for hint in hints]
    _record(actor, "activities.publish", activity, now=now, declarations=declared, confirmed_words=words)


def unpublish(actor: Actor, activity: Activity, *, now: datetime) -> None:
    """Take an activity back to the desk. Raises DomainError once anybody has signed up, even if withdrawn since."""
    shifts = _hold_with_shifts(activity)
    check_activity_move(activity.state, ActivityState.DRAFT)
    ids = [shift.id for shift in shifts]
    if db.session.scalar(select(func.count()).select_from(SignUp).where(SignUp.shift_id.in_(ids))):
        raise DomainError("has_sign_ups", N_("已经有人报名，不能撤回发布；如需停办，请取消活动。"))
    activity.state = ActivityState.DRAFT
    activity.published_at = activity.published_by = None
    activity.declarations = []
    _record(actor, "activities.unpublish", activity, now=now)


def cancel(actor: Actor, activity: Activity, reason: str, *, now: datetime) -> None:
    """Cancel an activity with all shifts to come; sign-ups stay as they are, past shifts too.

    Raises DomainError while a shift is running: those inside could no longer scan out.
    """
    shifts = _hold_with_shifts(activity)
    check_activity_move(activity.state, ActivityState.CANCELLED)
    if any(shift.starts_at <= now < shift.ends_at + AFTERMATH and not shift.cancelled_at for shift in shifts):
        raise DomainError(
            "shift_running",
            N_("有场次正在进行或刚刚结束，还有人要签退。请逐个取消后面的场次，或两小时后再取消活动。"),
        )
    for shift in shifts:
        if shift.starts_at > now and shift.cancelled_at is None:
            shift.cancelled_at = now
            _tell_cancelled(shift, now)
    activity.state = ActivityState.CANCELLED
    activity.cancelled_at = now
    activity.cancel_reason = _reason(reason)
    _record(actor, "activities.cancel", activity, now=now, reason=activity.cancel_reason)


def cancel_shift(actor: Actor, shift: Shift, reason: str, *, now: datetime) -> None:
    """Cancel one shift that has not begun; its sign-ups stay, other shifts are untouched."""
    _hold(shift.activity)
    db.session.refresh(shift, with_for_update={"key_share": True})
    if shift.activity.state is not ActivityState.PUBLISHED or shift.cancelled_at is not None:
        raise DomainError("activity_state", N_("这个场次不能取消，请刷新后再看。"))
    if shift.starts_at <= now:
        raise DomainError("shift_started", N_("场次已经开始，不能取消；可以在“改时间”里提前结束。"))
    shift.cancelled_at = now
    _tell_cancelled(shift, now)
    _record(actor, "activities.cancel_shift", shift.activity, now=now, reason=_reason(reason), shift=shift.id)


def _tell_cancelled(shift: Shift, now: datetime) -> None:
    sentence = N_("《%(title)s》%(day)s %(from)s–%(to)s 的场次已取消，请不要前往。")
    tell_coming(shift, sentence, starts_at=shift.starts_at, ends_at=shift.ends_at, about="cancelled", now=now)


def close_activity(actor: Actor, activity: Activity, *, now: datetime) -> None:
    """Put a finished activity into the archive. Raises DomainError while a shift is to come or people scan out."""
    shifts = _hold_with_shifts(activity)
    check_activity_move(activity.state, ActivityState.CLOSED)
    if any(shift.cancelled_at is None and shift.ends_at + AFTERMATH > now for shift in shifts):
        raise DomainError("shifts_to_come", N_("还有未结束的场次，全部结束两小时后才能结项。"))
    activity.state = ActivityState.CLOSED
    _record(actor, "activities.close", activity, now=now)


def _hold(activity: Activity) -> None:
    """Read the activity again and keep others from changing it until the transaction ends."""
    db.session.refresh(activity, with_for_update={"key_share": True})


def _hold_with_shifts(activity: Activity) -> list[Shift]:
    _hold(activity)
    statement = select(Shift).where(Shift.activity_id == activity.id).order_by(Shift.id)
    return list(
        db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    )


def _require_draft(activity: Activity) -> None:
    if activity.state is not ActivityState.DRAFT:
        raise DomainError("not_a_draft", N_("活动已经发布，不能再修改。可以撤回发布，或复制为新活动。"))


def _check_details(details: Details) -> None:
    if details.audience is Audience.TEAM and details.team_id is None:
        raise DomainError("no_team", N_("仅限队员的活动要选定一支队伍。"), field="team_id")


def _check_spans(activity: Activity, spans: list[tuple[datetime, datetime]], now: datetime) -> None:
    if spans[0][0] <= now:
        raise DomainError("in_the_past", N_("场次的开始时间要在现在之后。"), field="first_on")
    there = {(shift.starts_at, shift.ends_at) for shift in activity.shifts if shift.cancelled_at is None}
    if there.intersection(spans):
        raise DomainError("shift_exists", N_("这个时间已经有一个场次了。"), field="first_on")
    if len(activity.shifts) + len(spans) > recurrence.MAX_SHIFTS:
        raise DomainError(
            "too_many_shifts", N_("一个活动最多 %(max)s 个场次。"), field="last_on", max=recurrence.MAX_SHIFTS
        )


def _shift(activity: Activity, starts: datetime, ends: datetime, offer: Offer, now: datetime) -> Shift:
    opens = now if offer.opens_before is None else starts - offer.opens_before
    closes = starts - offer.closes_before
    if closes <= max(opens, now):
        raise DomainError("no_window", N_("报名会在开始之前或现在就截止，请调整报名时间。"), field="closes_before")
    return Shift(
        activity_id=activity.id,
        starts_at=starts,
        ends_at=ends,
        capacity=offer.capacity,
        sign_up_opens_at=opens,
        sign_up_closes_at=closes,
    )


def _check_publishable(activity: Activity, now: datetime) -> None:
    if not activity.shifts:
        raise DomainError("no_shifts", N_("活动还没有场次，请先添加。"))
    if activity.shifts[0].starts_at <= now:
        raise DomainError("in_the_past", N_("有场次已经过了开始时间，请先移除。"))
    if not activity.risks.strip():
        raise DomainError("no_risks", N_("请先写明可能的风险（《志愿服务条例》第十二条）。"))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise DomainError("no_reason", N_("请写明原因。"), field="reason")
    return reason.strip()


def _record(actor: Actor, action: str, activity: Activity, *, now: datetime, **more: Any) -> None:
    """Put a row into the trail, readable by the office of the station's division."""
    station = db.session.get_one(Station, activity.station_id)
    audit.record(actor, action, "activity", activity.id, now=now, region=station.region_code, **more)
