"""Stations for everybody: the tree, and each one's page."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from volunteer_hub.core import clock
from volunteer_hub.core.permission import Permission
from volunteer_hub.regions import queries as regions
from volunteer_hub.stations import queries
from volunteer_hub.stations.labels import KINDS
from volunteer_hub.stations.models import StationKind
from volunteer_hub.stations.queries import Wanted
from volunteer_hub.stations.tree import grow
from volunteer_hub.web.access import public, scope

pages = Blueprint("stations", __name__)


@pages.get("/stations")
@public
def index() -> str:
    wanted = _wanted()
    page = queries.page_tree(wanted, request.args.get("page", 1, type=int))
    home = regions.home_region(current_app.config["HOME_REGION"])
    return render_template(
        "stations/index.html",
        wanted=wanted,
        page=page,
        branches=grow(page.items),
        counts=queries.count_by_kind(wanted),
        kinds=KINDS,
        places=regions.map_names(station.region_code for station in page.items),
        areas=regions.list_children(home.code if home else None),
        home=home,
    )


def _wanted() -> Wanted:
    kind = request.args.get("kind", "")
    return Wanted(
        region=request.args.get("region", ""),
        kind=StationKind(kind) if kind in list(StationKind) else None,
        text=request.args.get("q", "").strip()[:60],
    )


@pages.get("/stations/<int:station_id>")
@public
def show(station_id: int) -> str:
    station = queries.get_station(station_id)
    below = queries.list_below(station)
    place = {"region": station.region_code, "station": station.path}
    return render_template(
        "stations/show.html",
        station=station,
        region=regions.get_region(station.region_code),
        above=queries.list_above(station),
        below=below,
        places=regions.map_names(station.region_code for station in below),
        keepers=queries.list_keepers(station, clock.today()),
        kinds=KINDS,
        may_edit=scope(Permission.MANAGE_STATIONS).covers(**place),
        may_print=scope(Permission.MANAGE_ACTIVITIES).covers(**place),
    )
