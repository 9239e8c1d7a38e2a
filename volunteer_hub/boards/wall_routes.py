"""Walls: the office's list of them, the screen itself, and the small answer by which it keeps itself fresh."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.boards import screen, showing, walls
from volunteer_hub.boards.forms import WallForm
from volunteer_hub.boards.screen import Screen
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.regions import queries as regions
from volunteer_hub.statistics import definitions, public_showing, queries
from volunteer_hub.web.access import actor, public, require, scope
from volunteer_hub.web.filters import moment
from volunteer_hub.web.layout import asset
from volunteer_hub.web.limits import limiter

pages = Blueprint("walls", __name__)

SEE = Permission.SEE_STATISTICS
#: What a screen is made of: with other files it must be drawn anew.
FILES = ("css/rooms/wall.css", "js/wall.js", "js/board-charts.js")


@pages.get("/office/board/walls")
@require(SEE)
def index() -> str:
    """List the walls of a division, with their links."""
    return _list(_region(), WallForm())


@pages.post("/office/board/walls")
@require(SEE)
def make() -> AnyResponse | tuple[str, int]:
    """Make a wall."""
    region, form = _region(), WallForm()
    if form.validate_on_submit():
        try:
            with transaction():
                walls.make(actor(), region, form.name.data, scope(SEE), now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已生成大屏链接。在屏幕的浏览器里打开它，不用登录。"))
            return redirect(url_for("walls.index", region=region), 303)
    return _list(region, form), 422


@pages.post("/office/board/walls/<int:wall_id>/revoke")
@require(SEE)
def revoke(wall_id: int) -> AnyResponse:
    """Turn a wall off; it goes dark when it next asks."""
    with transaction():
        region = walls.revoke(actor(), wall_id, scope(SEE), now=clock.now())
    flash(_("已停用。屏幕在几分钟内变暗。"))
    return redirect(url_for("walls.index", region=region), 303)


@pages.get("/wall")
@require(SEE)
def own() -> str:
    """Show the wall of the asker's own division, or of another in the scope."""
    region = _region()
    return _screen(region, url_for("walls.own_stamp", region=region))


@pages.get("/wall.json")
@require(SEE)
def own_stamp() -> Response:
    """Tell the script whether what it shows is still what there is."""
    return _stamp(screen.read(_region(), now=clock.now()))


@pages.get("/wall/<token>")
@public
@limiter.limit("60/minute")
def by_link(token: str) -> str:
    """Show the wall of a link."""
    return _screen(walls.open_by_link(token, now=clock.now()), url_for("walls.stamp_by_link", token=token))


@pages.get("/wall/<token>.json")
@public
@limiter.limit("60/minute")
def stamp_by_link(token: str) -> Response:
    """Tell the script of a link's wall the same; 404 turns it dark."""
    return _stamp(screen.read(walls.open_by_link(token, now=clock.now()), now=clock.now()))


def _region() -> str:
    asked = request.values.get("region", "").strip()
    start = asked or queries.find_start(scope(SEE), current_app.config["HOME_REGION"])
    if not start:
        raise NotFound
    return regions.get_managed(scope(SEE), start).code


def _list(region: str, form: WallForm) -> str:
    return render_template(
        "boards/walls.html",
        form=form,
        region=regions.get_region(region),
        rows=walls.list_live(region, scope(SEE), now=clock.now()),
        days=walls.LIFETIME.days,
    )


def _screen(region: str, source: str) -> str:
    shown = screen.read(region, now=clock.now())
    return render_template(
        "boards/wall.html",
        screen=shown,
        answer=shown.answer.answer,
        source=source,
        stamp=_mark(shown),
        zone=str(clock.zone()),
        chart=showing.public_line_chart(shown.points),
        bars=showing.bar_chart(shown.registered, "registration_ratio"),
        figures_of=definitions.BY_KEY,
        printed=public_showing.printed,
        why_hidden=public_showing.why_hidden,
    )


def _stamp(shown: Screen) -> Response:
    return jsonify({"stamp": _mark(shown), "as_of": moment(shown.answer.answer.question.as_of)})


def _mark(shown: Screen) -> str:
    """Return a word that changes when anything the screen shows does, or what it is drawn with."""
    cells = [
        [each.cell.code, *(public_showing.printed(each, key) for key in definitions.BY_KEY)]
        for each in shown.answer.cells
    ]
    coming = [[one.shift.id, one.activity.title, one.shift.starts_at.isoformat()] for one in shown.coming]
    day = clock.civil_date(shown.answer.answer.question.as_of).isoformat()
    files = [asset(path) for path in FILES]
    return crypto.fingerprint(json.dumps([day, cells, coming, shown.hours, files]).encode())[:16]
