"""The managers' pages: open, change and close stations, name their keepers, print their plates."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.picker import Picker, place_picker
from volunteer_hub.stations import plate, queries, service
from volunteer_hub.stations.forms import KeeperForm, StationForm
from volunteer_hub.stations.labels import KINDS
from volunteer_hub.stations.models import Station
from volunteer_hub.stations.queries import Wanted
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("stations_admin", __name__, url_prefix="/manage/stations")


@pages.get("")
@require(Permission.MANAGE_STATIONS)
def index() -> str:
    wanted = Wanted(text=request.args.get("q", "").strip()[:60], closed="closed" in request.args)
    page = queries.page_managed(_scope(), wanted, request.args.get("page", 1, type=int))
    return render_template(
        "stations/manage.html",
        wanted=wanted,
        page=page,
        kinds=KINDS,
        places=regions.map_names(station.region_code for station in page.items),
    )


@pages.route("/new", methods=["GET", "POST"])
@require(Permission.MANAGE_STATIONS)
def new() -> str | Response | tuple[str, int]:
    form = StationForm(queries.list_possible_parents(_scope()), parent_id=request.args.get("parent", 0, type=int))
    if form.validate_on_submit():
        try:
            with transaction():
                station = service.open_station(
                    actor(), _scope(), form.details(), parent_id=form.parent_id.data or None, now=clock.now()
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已建立“%(name)s”。", name=station.name))
            return redirect(url_for("stations_admin.edit", station_id=station.id))
    page = render_template("stations/new.html", form=form, picker=_picker(_scope()))
    return page, 422 if form.errors else 200


@pages.route("/<int:station_id>/edit", methods=["GET", "POST"])
@require(Permission.MANAGE_STATIONS)
def edit(station_id: int) -> str | Response | tuple[str, int]:
    station = queries.get_managed(_scope(), station_id)
    form = StationForm(None, obj=station)
    if form.validate_on_submit():
        try:
            with transaction():
                service.edit_station(actor(), _scope(), station_id, form.details(), now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已保存。"))
            return redirect(url_for("stations_admin.edit", station_id=station_id))
    return _edit_page(station, form, KeeperForm(formdata=None, since=clock.today())), 422 if form.errors else 200


@pages.post("/<int:station_id>/keepers")
@require(Permission.MANAGE_STATIONS)
def add_keeper(station_id: int) -> str | Response | tuple[str, int]:
    station = queries.get_managed(_scope(), station_id)
    form = KeeperForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.add_keeper(
                    actor(),
                    _scope(),
                    station_id,
                    form.name.data,
                    form.phone.data or "",
                    form.since.data,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已添加负责人。"))
            return redirect(url_for("stations_admin.edit", station_id=station_id))
    return _edit_page(station, StationForm(None, formdata=None, obj=station), form), 422


@pages.post("/<int:station_id>/keepers/<int:keeper_id>/end")
@require(Permission.MANAGE_STATIONS)
def end_keeper(station_id: int, keeper_id: int) -> Response:
    with transaction():
        service.end_keeper(actor(), _scope(), station_id, keeper_id, clock.today(), now=clock.now())
    flash(_("已结束负责人的任期。"))
    return redirect(url_for("stations_admin.edit", station_id=station_id))


@pages.post("/<int:station_id>/close")
@require(Permission.MANAGE_STATIONS)
def close(station_id: int) -> Response:
    with transaction():
        service.close_station(actor(), _scope(), station_id, now=clock.now())
    flash(_("已停用。历史记录保留。"))
    return redirect(url_for("stations_admin.edit", station_id=station_id))


@pages.post("/<int:station_id>/reopen")
@require(Permission.MANAGE_STATIONS)
def reopen(station_id: int) -> Response:
    with transaction():
        service.reopen_station(actor(), _scope(), station_id, now=clock.now())
    flash(_("已恢复使用。"))
    return redirect(url_for("stations_admin.edit", station_id=station_id))


@pages.get("/<int:station_id>/plate.pdf", endpoint="plate")
@require(Permission.MANAGE_ACTIVITIES)
def print_plate(station_id: int) -> Response:
    station = queries.get_managed(scope(Permission.MANAGE_ACTIVITIES), station_id)
    drawn = plate.draw(
        plate.Plate(
            name=station.name,
            kind=KINDS[station.kind],
            district=regions.get_region(station.region_code).full_name,
            url=url_for("stations.show", station_id=station.id, _external=True),
            site=current_app.config["SITE_NAME"],
            address=station.address,
            opening_hours=station.opening_hours,
            phone=station.phone,
        )
    )
    return send_file(BytesIO(drawn), "application/pdf", download_name=f"{station.name}.pdf", max_age=0)


def _scope() -> Scope:
    return scope(Permission.MANAGE_STATIONS)


def _picker(held: Scope) -> Picker:
    """Begin the choice of a division at the one division of the scope, or where the deployment is at home."""
    tops = [] if held.everything else regions.list_tops(held)
    return place_picker(tops[0] if len(tops) == 1 else regions.home_region(current_app.config["HOME_REGION"]))


def _edit_page(station: Station, form: StationForm, keeper_form: KeeperForm) -> str:
    return render_template(
        "stations/edit.html",
        station=station,
        form=form,
        keeper_form=keeper_form,
        picker=_picker(_scope()),
        today=clock.today(),
        kinds=KINDS,
        may_print=scope(Permission.MANAGE_ACTIVITIES).covers(region=station.region_code, station=station.path),
    )
