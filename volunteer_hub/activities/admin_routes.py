"""Managers' pages: drafting, publishing and ending activities. Rosters have their own file beside this one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import (
    admin_queries,
    candidates,
    labels,
    prohibited,
    queries,
    result_routes,
    roster_routes,
    service,
)
from volunteer_hub.activities.forms import (
    DetailsForm,
    NewActivityForm,
    ProjectForm,
    PublishForm,
    ReasonForm,
    ShiftsForm,
)
from volunteer_hub.activities.models import Activity, Shift, SignUpState
from volunteer_hub.activities.roster_routes import carried_out
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import Form, choices

pages = Blueprint("activities_admin", __name__)
MANAGE = Permission.MANAGE_ACTIVITIES
#: The list offers the scanner for shifts that begin within so long.
SCANNED_AHEAD = timedelta(hours=12)
Answer = str | Response | tuple[str, int]


@pages.context_processor
def _words() -> dict[str, Any]:
    return {
        "labels": labels,
        "categories": CATEGORIES,
        "states": SignUpState,
        "civil_date": clock.civil_date,
    }


@pages.get("/manage/activities")
@require(Permission.SCAN)
def index() -> str:
    now = clock.now()
    past = request.args.get("past") == "1"
    page = admin_queries.page_shifts(scope(Permission.SCAN), now, request.args.get("page", 1, type=int), past=past)
    by_day = groupby(page.items, lambda it: clock.civil_date(it.shift.starts_at))
    return render_template(
        "activities/manage/index.html",
        page=page,
        past=past,
        by_day=[(day, list(listed)) for day, listed in by_day],
        today=clock.civil_date(now),
        scan_from=now + SCANNED_AHEAD,
        managed=scope(MANAGE),
        drafts=admin_queries.list_drafts(scope(MANAGE)),
        counts=admin_queries.count_by_state(listed.shift.id for listed in page.items),
    )


@pages.route("/manage/activities/new", methods=["GET", "POST"])
@require(MANAGE)
def new() -> Answer:
    form = _offered(NewActivityForm())
    made: list[Activity] = []

    def act() -> None:
        now = clock.now()
        admin_queries.get_station(scope(MANAGE), form.station_id.data)
        made.append(service.draft_activity(actor(), form.details(), now=now))
        service.add_shifts(actor(), made[0], form.pattern(), form.offer(), now=now)

    if carried_out(form, act):
        flash(_("草稿已保存，核对后即可发布。"))
        return _to(made[0].id)
    return _form("activities/manage/draft.html", form, None)


@pages.get("/manage/activities/<int:activity_id>")
@require(MANAGE)
def show(activity_id: int) -> str:
    return _page(activity_id)


@pages.route("/manage/activities/<int:activity_id>/edit", methods=["GET", "POST"])
@require(MANAGE)
def edit(activity_id: int) -> Answer:
    form = _offered(DetailsForm(obj=_activity(activity_id)))

    def act() -> None:
        admin_queries.get_station(scope(MANAGE), form.station_id.data)
        service.edit_draft(_activity(activity_id), form.details())

    if carried_out(form, act):
        flash(_("草稿已保存。"))
        return _to(activity_id)
    return _form("activities/manage/draft.html", form, _activity(activity_id))


@pages.route("/manage/activities/<int:activity_id>/shifts", methods=["GET", "POST"])
@require(MANAGE)
def add_shifts(activity_id: int) -> Answer:
    _activity(activity_id)
    form = ShiftsForm()

    def act() -> None:
        service.add_shifts(actor(), _activity(activity_id), form.pattern(), form.offer(), now=clock.now())

    if carried_out(form, act):
        flash(_("场次已增加。"))
        return _to(activity_id)
    return _form("activities/manage/shifts.html", form, _activity(activity_id))


@pages.route("/manage/activities/<int:activity_id>/publish", methods=["GET", "POST"])
@require(MANAGE)
def publish(activity_id: int) -> Answer:
    _activity(activity_id)
    form = PublishForm()

    def act() -> None:
        declared, confirmed = form.declarations.data, form.confirmed.data
        service.publish(actor(), _activity(activity_id), declared, hints_confirmed=confirmed, now=clock.now())

    if carried_out(form, act):
        flash(_("活动已发布。"))
        return _to(activity_id)
    activity = _activity(activity_id)
    hints = prohibited.find_hints(activity.title, activity.content)
    return _form("activities/manage/publish.html", form, activity, hints=hints, classes=prohibited.CLASSES)


@pages.route("/manage/activities/<int:activity_id>/cancel", methods=["GET", "POST"])
@require(MANAGE)
def cancel(activity_id: int) -> Answer:
    _activity(activity_id)
    form = ReasonForm()

    def act() -> None:
        service.cancel(actor(), _activity(activity_id), form.reason.data, now=clock.now())

    if carried_out(form, act):
        flash(_("活动已取消，报名记录保留。"))
        return _to(activity_id)
    return _form("activities/manage/cancel.html", form, _activity(activity_id), shift=None)


@pages.route("/manage/shifts/<int:shift_id>/cancel", methods=["GET", "POST"])
@require(MANAGE)
def cancel_shift(shift_id: int) -> Answer:
    activity_id = _shift(shift_id).activity_id
    form = ReasonForm()

    def act() -> None:
        service.cancel_shift(actor(), _shift(shift_id), form.reason.data, now=clock.now())

    if carried_out(form, act):
        flash(_("场次已取消，报名记录保留。"))
        return _to(activity_id)
    return _form("activities/manage/cancel.html", form, _activity(activity_id), shift=_shift(shift_id))


@pages.post("/manage/shifts/<int:shift_id>/remove")
@require(MANAGE)
def remove_shift(shift_id: int) -> Answer:
    return _change(_shift(shift_id).activity_id, lambda: service.remove_shift(_shift(shift_id)), _("场次已移除。"))


@pages.post("/manage/activities/<int:activity_id>/unpublish")
@require(MANAGE)
def unpublish(activity_id: int) -> Answer:
    return _change(
        activity_id,
        lambda: service.unpublish(actor(), _activity(activity_id), now=clock.now()),
        _("已撤回为草稿，可以修改后重新发布。"),
    )


@pages.post("/manage/activities/<int:activity_id>/close")
@require(MANAGE)
def close(activity_id: int) -> Answer:
    return _change(
        activity_id,
        lambda: service.close_activity(actor(), _activity(activity_id), now=clock.now()),
        _("活动已结项。"),
    )


@pages.post("/manage/activities/<int:activity_id>/copy")
@require(MANAGE)
def copy(activity_id: int) -> Response:
    with transaction():
        copied = service.copy_activity(actor(), _activity(activity_id), now=clock.now())
    flash(_("已复制为新草稿，请添加场次。"))
    return redirect(url_for("activities_admin.add_shifts", activity_id=copied.id))


@pages.get("/manage/projects")
@require(MANAGE)
def projects() -> str:
    return render_template("activities/manage/projects.html", projects=admin_queries.list_projects(scope(MANAGE)))


@pages.route("/manage/projects/new", methods=["GET", "POST"])
@require(MANAGE)
def new_project() -> Answer:
    form = ProjectForm()
    form.station_id.choices = choices((one.id, one.name) for one in admin_queries.list_stations(scope(MANAGE)))

    def act() -> None:
        admin_queries.get_station(scope(MANAGE), form.station_id.data)
        name, introduction = form.name.data.strip(), form.introduction.data.strip()
        service.create_project(actor(), name, form.station_id.data, introduction, now=clock.now())

    if carried_out(form, act):
        flash(_("项目已建立。"))
        return redirect(url_for("activities_admin.projects"))
    return _form("activities/manage/project.html", form, None)


roster_routes.add_to(pages)
result_routes.add_to(pages)


def _activity(activity_id: int) -> Activity:
    return queries.get_activity(scope(MANAGE), activity_id)


def _shift(shift_id: int) -> Shift:
    return queries.get_shift(scope(MANAGE), shift_id).shift


def _change(activity_id: int, act: Callable[[], None], done: str) -> Answer:
    """Carry out an act that has no form of its own; a refusal is shown above the activity."""
    try:
        with transaction():
            act()
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(activity_id, refusal), refusal.status
    flash(done)
    return _to(activity_id)


def _page(activity_id: int, refusal: DomainError | None = None) -> str:
    activity = _activity(activity_id)
    return render_template(
        "activities/manage/show.html",
        activity=activity,
        station=queries.find_station(activity.station_id),
        team_name=candidates.find_team_name(activity.team_id),
        project_name=queries.find_project_name(activity.project_id),
        counts=admin_queries.count_by_state(shift.id for shift in activity.shifts),
        refusal=refusal,
        now=clock.now(),
        outcome=result_routes.said_of(activity),
    )


def _to(activity_id: int) -> Response:
    return redirect(url_for("activities_admin.show", activity_id=activity_id))


def _form(name: str, form: Form, activity: Activity | None, **more: Any) -> tuple[str, int]:
    """Show a form, with what was typed and 422 if it was refused."""
    answer = render_template(name, form=form, activity=activity, **more)
    return answer, 422 if form.errors else 200


def _offered(form: Any) -> Any:
    """Fill the choices a draft form offers: stations of one's own, their projects, teams of the district."""
    stations = admin_queries.list_stations(scope(MANAGE))
    projects, teams = admin_queries.list_open_projects(stations), admin_queries.list_teams_nearby(stations)
    form.station_id.choices = choices((station.id, station.name) for station in stations)
    form.project_id.choices = choices([("", _("不属于项目")), *((project.id, project.name) for project in projects)])
    form.team_id.choices = choices([("", _("由阵地直接招募")), *((team.id, team.name) for team in teams)])
    return form
