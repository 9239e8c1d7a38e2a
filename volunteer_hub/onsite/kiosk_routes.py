"""The kiosk's pages, and the guard that keeps a bound login inside them."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.accounts import kiosks, login
from volunteer_hub.accounts.kiosks import Leaving
from volunteer_hub.checkin import queries
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import kiosk, moving
from volunteer_hub.onsite.kiosk import Running
from volunteer_hub.onsite.kiosk_forms import EnterForm
from volunteer_hub.onsite.kiosk_showing import asked, shown_code, told
from volunteer_hub.stations.models import Station
from volunteer_hub.web.access import access, actor, is_api, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("kiosk", __name__, url_prefix="/manage/stations/<int:station_id>/kiosk")

SCAN = Permission.SCAN
#: What a bound login may open of its own station, and what is nobody's.
INSIDE = frozenset(
    {
        "kiosk.screen",
        "kiosk.scan",
        "kiosk.leave",
        "checkin_admin.station_code_json",
        "checkin_admin.station_code_image",
    }
)
ALWAYS = frozenset({"static", "accounts.choose_language", "home.healthz", "home.readyz"})

Answer = str | AnyResponse | tuple[str, int]


@pages.before_app_request
def _stay_inside() -> AnyResponse | None:
    """Send a bound login back to its kiosk, whatever it asks for."""
    if request.endpoint in ALWAYS:
        return None
    bound = login.kiosk_of_this_browser()
    if bound is None:
        return None
    if request.endpoint in INSIDE and (request.view_args or {}).get("station_id") == bound:
        return None
    if is_api():
        raise Denied("kiosk", N_("这台设备是自助终端，只能签到签退。"))
    return redirect(url_for("kiosk.screen", station_id=bound))


@pages.get("")
@require(SCAN)
def screen(station_id: int) -> Answer:
    """Show the kiosk to a bound login, and to any other the form that binds it."""
    station = queries.get_station_here(scope(SCAN), station_id)
    if login.kiosk_of_this_browser() is None:
        return render_template("onsite/kiosk_enter.html", station=station, form=EnterForm())
    return _screen(station)


@pages.post("/enter")
@require(SCAN)
def enter(station_id: int) -> Answer:
    """Bind this login."""
    station, form = queries.get_station_here(scope(SCAN), station_id), EnterForm()
    if form.validate_on_submit():
        try:
            form.check_repeat()
            with transaction():
                here = queries.get_station_here(scope(SCAN), station_id)
                kiosks.enter(actor(), _login_id(), here.id, here.region_code, form.pin.data, now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("kiosk.screen", station_id=station_id))
    return render_template("onsite/kiosk_enter.html", station=station, form=form), 422


@pages.post("/scan")
@require(SCAN)
def scan(station_id: int) -> str | Response:
    """Take one code; answer with what strangers may read, or ask which shift is meant."""
    station = _bound_station(station_id)
    direction = Direction.OUT if request.form.get("direction") == "out" else Direction.IN
    code, nonce = request.form.get("code", "").strip()[:2000], request.form.get("nonce", "")[:64]
    if len(nonce) < 16 or not code:
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    item = ScanItem(nonce, code, direction, request.form.get("shift_id", 0, type=int), EntryPoint.KIOSK)
    now = clock.now()
    try:
        person = moving.proven_person(item, now=now)
        choices = kiosk.choose(station, person, direction, item.shift_id or None, now=now)
    except NotFound:
        raise
    except DomainError as refusal:
        return _say(
            {"outcome": "refused", "headline": say(refusal.message), "explanation": "", "name": None}, station
        )
    if len(choices) > 1:
        return _ask(station, item, choices)
    item = ScanItem(nonce, code, direction, choices[0].shift.id, EntryPoint.KIOSK)
    return _say(told(take_scans([item], actor(), scope(SCAN), now=now)[0]), station)


@pages.post("/leave")
@require(SCAN)
def leave(station_id: int) -> Answer:
    """Free this login if the PIN is right."""
    station = _bound_station(station_id)
    with transaction():
        result = kiosks.try_to_leave(
            actor(), _login_id(), station.region_code, request.form.get("pin", "")[:8], now=clock.now()
        )
    if result is Leaving.LEFT:
        flash(_("已退出自助终端。"))
        return redirect(url_for("checkin_admin.station_code", station_id=station_id))
    if result is Leaving.ENDED:
        login.forget()
        flash(_("密码输错次数太多，已退出登录。"))
        return redirect(url_for("accounts.sign_in"))
    return _screen(station, wrong_pin=True), 422


def _login_id() -> int:
    """Return this browser's login; a token has none, and binds nothing."""
    asker = access()
    if not isinstance(asker, login.SignedIn) or asker.login_id is None:
        abort(403)
    return asker.login_id


def _bound_station(station_id: int) -> Station:
    """Return the station of a bound login; for a login that is not bound there is no kiosk here."""
    station = queries.get_station_here(scope(SCAN), station_id)
    if login.kiosk_of_this_browser() != station.id:
        raise Denied("not_a_kiosk", N_("请先打开自助终端。"))
    return station


def _screen(station: Station, *, wrong_pin: bool = False) -> str:
    now = clock.now()
    return render_template(
        "onsite/kiosk.html",
        station=station,
        code=shown_code(station.id, now),
        running=kiosk.running_at(station, now=now),
        nonce=secrets.token_hex(16),
        wrong_pin=wrong_pin,
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _say(answer: dict[str, Any], station: Station) -> str | Response:
    if _wants_json():
        return jsonify(answer)
    return _for_a_while(render_template("onsite/kiosk_result.html", station=station, result=answer), 5, station)


def _ask(station: Station, item: ScanItem, choices: list[Running]) -> str | Response:
    if _wants_json():
        return jsonify({"ask": asked(choices)})
    page = render_template("onsite/kiosk_ask.html", station=station, item=item, choices=asked(choices))
    return _for_a_while(page, 20, station)


def _for_a_while(page: str, seconds: int, station: Station) -> Response:
    """Return a page for a browser without script, which goes back to the start by itself and forgets."""
    response = Response(page)
    response.headers["Refresh"] = f"{seconds}; url={url_for('kiosk.screen', station_id=station.id)}"
    return response
