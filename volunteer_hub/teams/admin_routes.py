"""The leaders' and the office's pages: requests, members, invitations, and the tree itself."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.picker import Picker, place_picker
from volunteer_hub.stations import queries as stations
from volunteer_hub.teams import labels, queries, service
from volunteer_hub.teams.forms import FoundForm, InviteForm, TeamForm
from volunteer_hub.teams.models import Membership, MembershipState, Team, TeamKind
from volunteer_hub.teams.queries import Wanted
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("teams_admin", __name__, url_prefix="/manage/teams")

Answer = str | Response | tuple[str, int]


@pages.get("")
@require(Permission.LEAD_TEAM)
def index() -> str:
    wanted = Wanted(text=request.args.get("q", "").strip()[:60], dissolved="dissolved" in request.args)
    page = queries.page_managed(scope(Permission.LEAD_TEAM), wanted, request.args.get("page", 1, type=int))
    return render_template(
        "teams/manage/index.html",
        wanted=wanted,
        page=page,
        members=queries.count_members(page.items),
        waiting=queries.count_waiting(page.items),
        places=regions.map_names(team.region_code for team in page.items),
        labels=labels,
    )


@pages.route("/<int:team_id>", methods=["GET", "POST"])
@require(Permission.LEAD_TEAM)
def show(team_id: int) -> Answer:
    """Show a team and its people. A name is sought by POST: it does not belong into an address."""
    return _page(team_id, InviteForm(None), request.form.get("q", "").strip()[:60])


def _page(team_id: int, form: InviteForm, text: str = "") -> tuple[str, int]:
    allowed = scope(Permission.LEAD_TEAM)
    team = queries.get_managed(allowed, team_id)
    number = request.args.get("page", 1, type=int)
    page = render_template(
        "teams/manage/show.html",
        team=team,
        form=form,
        text=text,
        waiting=queries.page_members(allowed, team_id, [MembershipState.REQUESTED]),
        invited=queries.page_members(allowed, team_id, [MembershipState.INVITED]),
        members=queries.page_members(allowed, team_id, [MembershipState.ACTIVE], text, number),
        may_manage=scope(Permission.MANAGE_TEAMS).covers(region=team.region_code),
        labels=labels,
    )
    return page, 422 if form.errors else 200


@pages.post("/<int:team_id>/invite")
@require(Permission.LEAD_TEAM)
def invite(team_id: int) -> Answer:
    form = InviteForm()
    if form.validate_on_submit():
        try:
            with transaction():
                held = service.invite(
                    actor(), scope(Permission.LEAD_TEAM), team_id, form.number.data, now=clock.now()
                )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            waits = held.state is MembershipState.INVITED
            flash(_("邀请已发出，对方同意后成为队员。") if waits else _("对方已申请过，现在是队员了。"))
            return redirect(url_for("teams_admin.show", team_id=team_id))
    return _page(team_id, form)


@pages.post("/<int:team_id>/memberships/<int:membership_id>/accept")
@require(Permission.LEAD_TEAM)
def accept(team_id: int, membership_id: int) -> Response:
    return _decide(Permission.LEAD_TEAM, service.accept_request, team_id, membership_id, _("已通过。"))


@pages.post("/<int:team_id>/memberships/<int:membership_id>/decline")
@require(Permission.LEAD_TEAM)
def decline(team_id: int, membership_id: int) -> Response:
    return _decide(Permission.LEAD_TEAM, service.decline_request, team_id, membership_id, _("已谢绝。"))


@pages.post("/<int:team_id>/memberships/<int:membership_id>/remove")
@require(Permission.LEAD_TEAM)
def remove(team_id: int, membership_id: int) -> Response:
    return _decide(Permission.LEAD_TEAM, service.remove_member, team_id, membership_id, _("已移出。"))


@pages.post("/<int:team_id>/memberships/<int:membership_id>/appoint")
@require(Permission.MANAGE_TEAMS)
def appoint(team_id: int, membership_id: int) -> Response:
    return _decide(Permission.MANAGE_TEAMS, service.appoint_leader, team_id, membership_id, _("已任命为队长。"))


@pages.post("/<int:team_id>/memberships/<int:membership_id>/dismiss")
@require(Permission.MANAGE_TEAMS)
def dismiss(team_id: int, membership_id: int) -> Response:
    return _decide(Permission.MANAGE_TEAMS, service.dismiss_leader, team_id, membership_id, _("已免去队长。"))


def _decide(
    permission: Permission,
    act: Callable[..., Membership | None],
    team_id: int,
    membership_id: int,
    done: str,
) -> Response:
    """Do one thing to one membership, and say that it was done or why not."""
    try:
        with transaction():
            act(actor(), scope(permission), team_id, membership_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
    else:
        flash(done)
    return redirect(url_for("teams_admin.show", team_id=team_id))


@pages.route("/new", methods=["GET", "POST"])
@require(Permission.MANAGE_TEAMS)
def new() -> Answer:
    allowed = scope(Permission.MANAGE_TEAMS)
    form = FoundForm(parent_id=request.args.get("parent", ""))
    form.offer(stations.list_for_scanning(allowed))
    form.offer_parents(queries.list_possible_parents(allowed))
    if form.validate_on_submit():
        try:
            with transaction():
                team = service.found_team(
                    actor(),
                    allowed,
                    TeamKind(form.kind.data),
                    form.details(),
                    parent_id=form.parent(),
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已建立“%(name)s”。", name=team.name))
            return redirect(url_for("teams_admin.show", team_id=team.id))
    page = render_template("teams/manage/new.html", form=form, picker=_picker(allowed))
    return page, 422 if form.errors else 200


@pages.route("/<int:team_id>/edit", methods=["GET", "POST"])
@require(Permission.MANAGE_TEAMS)
def edit(team_id: int) -> Answer:
    allowed = scope(Permission.MANAGE_TEAMS)
    team = queries.get_managed(allowed, team_id)
    form = TeamForm(data=_said_of(team))
    form.offer(stations.list_for_scanning(allowed))
    if form.validate_on_submit():
        try:
            with transaction():
                service.edit_team(actor(), allowed, team_id, form.details(), now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已保存。"))
            return redirect(url_for("teams_admin.show", team_id=team_id))
    page = render_template("teams/manage/edit.html", team=team, form=form, picker=_picker(allowed))
    return page, 422 if form.errors else 200


def _said_of(team: Team) -> dict[str, str]:
    return {
        "name": team.name,
        "specialty": team.specialty.value,
        "region_code": team.region_code,
        "station_id": str(team.station_id or ""),
        "join_mode": team.join_mode.value,
        "introduction": team.introduction,
    }


@pages.post("/<int:team_id>/dissolve")
@require(Permission.MANAGE_TEAMS)
def dissolve(team_id: int) -> Response:
    try:
        with transaction():
            service.dissolve_team(actor(), scope(Permission.MANAGE_TEAMS), team_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
        return redirect(url_for("teams_admin.edit", team_id=team_id))
    flash(_("队伍已解散，历史记录保留。"))
    return redirect(url_for("teams_admin.index"))


def _picker(allowed: Scope) -> Picker:
    tops = regions.list_tops(allowed)
    return place_picker(tops[0] if len(tops) == 1 else None)
