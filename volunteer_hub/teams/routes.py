"""Teams for everybody: the tree of 1+8+N, each one's page, and joining or leaving it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.regions import queries as regions
from volunteer_hub.stations import queries as stations
from volunteer_hub.teams import labels, queries, service
from volunteer_hub.teams.models import MembershipState, Specialty
from volunteer_hub.teams.queries import Wanted
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, public, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("teams", __name__, url_prefix="/teams")


@pages.get("")
@public
def index() -> str:
    wanted = _wanted()
    corps, brigades = queries.list_corps(), queries.list_brigades()
    page = queries.page_teams(wanted, request.args.get("page", 1, type=int)) if wanted.narrows else None
    own = _find_own()
    home = regions.home_region(current_app.config["HOME_REGION"])
    return render_template(
        "teams/index.html",
        wanted=wanted,
        corps=corps,
        brigades=brigades,
        fields=queries.count_fields(),
        page=page,
        members=queries.count_members([*corps, *(page.items if page else [])]),
        places=regions.map_names(team.region_code for team in (page.items if page else [])),
        own=queries.teams_of(own.id) if own else [],
        areas=regions.list_children(home.code if home else None),
        labels=labels,
    )


def _wanted() -> Wanted:
    specialty = request.args.get("specialty", "")
    return Wanted(
        text=request.args.get("q", "").strip()[:60],
        specialty=Specialty(specialty) if specialty in list(Specialty) else None,
        region=request.args.get("region", "") if regions.find_region(request.args.get("region", "")) else "",
    )


def _find_own() -> Volunteer | None:
    account_id = actor().account_id
    return volunteers.find_by_account(account_id) if account_id else None


@pages.get("/<int:team_id>")
@public
def show(team_id: int) -> str:
    team = queries.get_team(team_id)
    own = _find_own()
    held = queries.find_live(own.id, team_id) if own else None
    below = queries.list_below(team)
    belongs = held is not None and held.state is MembershipState.ACTIVE
    return render_template(
        "teams/show.html",
        team=team,
        region=regions.get_region(team.region_code),
        station=stations.find_station(team.station_id) if team.station_id else None,
        above=queries.list_above(team),
        below=below,
        members=queries.count_members([team, *below]),
        held=held,
        is_volunteer=own is not None,
        leaders=queries.list_leaders(team_id) if belongs else [],
        may_lead=scope(Permission.LEAD_TEAM).covers(region=team.region_code, team=team.path),
        labels=labels,
        Membership=MembershipState,
    )


@pages.post("/<int:team_id>/join")
@require(Permission.OWN_PAGES)
def join(team_id: int) -> Response:
    try:
        with transaction():
            membership = service.join(actor(), _own(), team_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
    else:
        joined = membership.state is MembershipState.ACTIVE
        flash(_("您已加入队伍。") if joined else _("申请已提交，队长审核后生效。"))
    return redirect(url_for("teams.show", team_id=team_id))


@pages.post("/<int:team_id>/decline")
@require(Permission.OWN_PAGES)
def decline(team_id: int) -> Response:
    """Turn an invitation down, or take a request back."""
    with transaction():
        service.decline_invitation(actor(), _own(), team_id, now=clock.now())
    flash(_("已取消。"))
    return redirect(url_for("teams.show", team_id=team_id))


@pages.post("/<int:team_id>/leave")
@require(Permission.OWN_PAGES)
def leave(team_id: int) -> Response:
    with transaction():
        service.leave(actor(), _own(), team_id, now=clock.now())
    flash(_("您已离队。以前的服务记录不变。"))
    return redirect(url_for("teams.show", team_id=team_id))


def _own() -> Volunteer:
    return volunteers.get_own(actor().account_id or 0)
