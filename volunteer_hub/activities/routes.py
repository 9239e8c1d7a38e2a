"""Public pages: what is on, one activity, and signing up for oneself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import (
    accompanying,
    candidates,
    eligibility,
    family_routes,
    labels,
    offers,
    queries,
    sign_ups,
)
from volunteer_hub.activities.forms import FilterForm
from volunteer_hub.activities.models import Activity, Shift, SignUpState
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.families import queries as families
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import full_years
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.web.access import access, actor, public, require, scope
from volunteer_hub.web.forms import choices
from volunteer_hub.web.i18n import say

pages = Blueprint("activities", __name__)
family_routes.add_to(pages)


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "categories": CATEGORIES, "civil_date": clock.civil_date}


@pages.get("/activities")
@public
def index() -> str:
    now = clock.now()
    form = FilterForm(formdata=request.args)
    streets = queries.list_streets_with_shifts(now)
    form.region.choices = choices([("", _("全部街道、乡镇")), *((street.code, street.name) for street in streets)])
    form.validate()
    filters = _filters(form)
    page = queries.page_open(filters, now, request.args.get("page", 1, type=int))
    by_day = [
        (day, list(shifts)) for day, shifts in groupby(page.items, lambda it: clock.civil_date(it.shift.starts_at))
    ]
    return render_template(
        "activities/index.html",
        page=page,
        by_day=by_day,
        form=form,
        station=queries.find_station(filters.station_id),
        team=queries.find_team(filters.team_id),
        quick=_quick(clock.civil_date(now)),
        kept={name: request.args[name] for name in form._fields if request.args.get(name)},
        today=clock.civil_date(now),
    )


@pages.get("/activities/<int:activity_id>")
@public
def show(activity_id: int) -> str:
    return _page(queries.get_public(activity_id))


@pages.post("/shifts/<int:shift_id>/sign-up")
@require(Permission.OWN_PAGES)
def sign_up(shift_id: int) -> Response | tuple[str, int]:
    activity_id = queries.get_public_by_shift(shift_id).id
    try:
        with transaction():
            minimum_age = current_app.config["AGE_MINIMUM"]
            accompanying.refuse_alone(_volunteer(), shift_id, now=clock.now(), ages=ages())
            row = sign_ups.sign_up(actor(), shift_id, _volunteer(), now=clock.now(), minimum_age=minimum_age)
    except DomainError as refusal:
        return _page(queries.get_public(activity_id), refusal), refusal.status
    flash(say(SIGNED_UP[row.state]))
    return redirect(url_for("activities.show", activity_id=activity_id))


@pages.post("/shifts/<int:shift_id>/withdraw")
@require(Permission.OWN_PAGES)
def withdraw(shift_id: int) -> Response | tuple[str, int]:
    activity_id = queries.get_public_by_shift(shift_id).id
    try:
        with transaction():
            accompanying.refuse_leaving_alone(_volunteer(), shift_id, now=clock.now(), ages=ages())
            sign_ups.withdraw(actor(), shift_id, _volunteer().id, now=clock.now())
    except DomainError as refusal:
        return _page(queries.get_public(activity_id), refusal), refusal.status
    flash(_("已退出这个场次，名额已让出。"))
    return redirect(url_for("activities.show", activity_id=activity_id))


@pages.post("/shifts/<int:shift_id>/take-offer")
@require(Permission.OWN_PAGES)
def take_offer(shift_id: int) -> Response | tuple[str, int]:
    activity_id = queries.get_public_by_shift(shift_id).id
    try:
        with transaction():
            row = offers.take(actor(), shift_id, _volunteer().id, now=clock.now())
    except DomainError as refusal:
        return _page(queries.get_public(activity_id), refusal), refusal.status
    flash(say(SIGNED_UP[row.state]))
    return redirect(url_for("activities.show", activity_id=activity_id))


SIGNED_UP = {
    SignUpState.ACCEPTED: N_("报名成功。到场时请出示“我的码”签到。"),
    SignUpState.PENDING: N_("报名已提交，等待负责人确认。"),
    SignUpState.WAITING: N_("名额已满，您已进入候补名单。有人退出时会按顺序问您，请留意通知。"),
}


def _volunteer() -> Volunteer:
    """Return the asker as a volunteer; staff who never registered are told to."""
    volunteer = queries.find_own_volunteer(actor().account_id)
    if volunteer is None:
        raise DomainError("not_a_volunteer", N_("您的账号还没有登记为志愿者，请先注册。"))
    return volunteer


def _page(activity: Activity, refusal: DomainError | None = None) -> str:
    now = clock.now()
    volunteer = queries.find_own_volunteer(actor().account_id)
    coming = [shift for shift in activity.shifts if shift.ends_at > now]
    own = queries.list_own(volunteer.id, [shift.id for shift in coming]) if volunteer else {}
    station = queries.find_station(activity.station_id)
    return render_template(
        "activities/show.html",
        activity=activity,
        station=station,
        team_name=candidates.find_team_name(activity.team_id),
        project_name=queries.find_project_name(activity.project_id),
        coming=coming,
        past=[shift for shift in activity.shifts if shift.ends_at <= now],
        volunteer=volunteer,
        own=own,
        ahead={row.shift_id: queries.count_ahead(row) for row in own.values() if row.state is SignUpState.WAITING},
        verdicts=_verdicts(activity, coming, volunteer),
        accompanied=_accompanied(volunteer),
        has_family=_has_family(now),
        manages=_manages(activity),
        refusal=refusal,
        now=now,
    )


def _verdicts(activity: Activity, shifts: list[Shift], volunteer: Volunteer | None) -> dict[int, eligibility.Verdict]:
    if volunteer is None:
        return {}
    minimum_age = current_app.config["AGE_MINIMUM"]
    return candidates.judge_all(activity, shifts, volunteer, now=clock.now(), minimum_age=minimum_age)


def _accompanied(volunteer: Volunteer | None) -> int | None:
    """Return the age below which this volunteer must be accompanied, or None if old enough or unknown."""
    age: int = current_app.config["AGE_ACCOMPANIED"]
    if volunteer is None or volunteer.birth_on is None:
        return None
    return age if full_years(volunteer.birth_on, clock.today()) < age else None


def _has_family(now: datetime) -> bool:
    asker = access()
    return asker.acting_for is None and families.count_cared_for(asker.actor.account_id or 0, now, ages()) > 0


def _manages(activity: Activity) -> bool:
    if not access().can(Permission.MANAGE_ACTIVITIES):
        return False
    try:
        queries.get_activity(scope(Permission.MANAGE_ACTIVITIES), activity.id)
    except NotFound:
        return False
    return True


def _quick(today: date) -> list[tuple[str, dict[str, str]]]:
    """Return (sentence, query) of what is looked for most: today, the weekend, around one's own home."""
    saturday = today + timedelta(days=max(0, 5 - today.weekday()))
    sunday = today + timedelta(days=6 - today.weekday())
    quick = [
        (N_("今天"), {"since": f"{today}", "until": f"{today}"}),
        (N_("这个周末"), {"since": f"{saturday if saturday <= sunday else sunday}", "until": f"{sunday}"}),
    ]
    volunteer = queries.find_own_volunteer(actor().account_id)
    standing = volunteers.current_standing(volunteer.id) if volunteer else None
    if standing is not None:
        quick.insert(0, (N_("我家附近"), {"region": standing.region_code[:9] + "000"}))
    return quick


def _filters(form: FilterForm) -> queries.Filters:
    """Read the filters; what cannot be read does not narrow the list."""
    given = {name: None if field.errors else field.data for name, field in form._fields.items()}
    return queries.Filters(
        since=given["since"],
        until=given["until"],
        category=given["category"] or "",
        region=given["region"] or "",
        station_id=given["station"],
        team_id=given["team"],
        words=(given["words"] or "").strip(),
    )
