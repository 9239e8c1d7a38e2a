"""The manager's side of check-in: the scanner of a shift, and the rotating code of a station."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from volunteer_hub.checkin import codes, queries
from volunteer_hub.checkin.answers import WORDS
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.labels import ENTRY_POINTS
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock, qr
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.security import allow_wasm

pages = Blueprint("checkin_admin", __name__)

AROUND = timedelta(hours=2)


@dataclass(frozen=True)
class ShownStationCode:
    """A station's code as the screen at the door shows it."""

    qr_url: str
    seconds_left: int
    time: str


@pages.get("/manage/shifts/<int:shift_id>/scan", endpoint="scanner")
@require(Permission.SCAN)
def scanner(shift_id: int) -> str:
    shift, activity, station = queries.get_shift_here(scope(Permission.SCAN), shift_id)
    allow_wasm()
    return render_template(
        "checkin/scanner.html",
        shift=shift,
        activity=activity,
        station=station,
        counts=queries.count_presence(shift_id),
        nonce=secrets.token_hex(16),
    )


@pages.get("/manage/shifts/<int:shift_id>/presence.json")
@require(Permission.SCAN)
def presence(shift_id: int) -> Response:
    queries.get_shift_here(scope(Permission.SCAN), shift_id)
    return jsonify(queries.count_presence(shift_id))


@pages.post("/manage/shifts/<int:shift_id>/type-code")
@require(Permission.SCAN)
def type_code(shift_id: int) -> str:
    """Take a typed code from a browser without script: one form, one full-page answer."""
    queries.get_shift_here(scope(Permission.SCAN), shift_id)
    nonce = request.form.get("nonce", "")[:64]
    if len(nonce) < 16:
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    item = ScanItem(
        nonce=nonce,
        code=request.form.get("code", "")[:2000],
        direction=Direction.OUT if request.form.get("direction") == "out" else Direction.IN,
        shift_id=shift_id,
        entry_point=EntryPoint.SHORT_CODE,
    )
    answer = take_scans([item], actor(), scope(Permission.SCAN), now=clock.now())[0]
    return render_template(
        "checkin/way_in_result.html",
        result=shown(answer),
        back=url_for("checkin_admin.scanner", shift_id=shift_id),
        shift_id=shift_id,
        # The code is good for some seconds more: time enough to move the person here.
        move={"code": item.code, "nonce": secrets.token_hex(16)} if answer.reason == "in_elsewhere" else None,
    )


@pages.get("/manage/shifts/<int:shift_id>/scans")
@require(Permission.DECIDE_REVIEWS)
def scan_log(shift_id: int) -> str:
    shift, activity, station = queries.get_shift_here(scope(Permission.DECIDE_REVIEWS), shift_id)
    return render_template(
        "checkin/scan_log.html",
        shift=shift,
        activity=activity,
        station=station,
        rows=queries.list_scans(shift_id, 500),
        words=WORDS,
        ways=ENTRY_POINTS,
    )


def _shown_station_code(station_id: int, now: datetime) -> ShownStationCode:
    slot = codes.slot_of(now, codes.STATION_SECONDS)
    return ShownStationCode(
        url_for("checkin_admin.station_code_image", station_id=station_id, slot=slot),
        codes.seconds_left(now, codes.STATION_SECONDS),
        clock.local(now).strftime("%H:%M:%S"),
    )


@pages.get("/manage/stations/<int:station_id>/code")
@require(Permission.SCAN)
def station_code(station_id: int) -> str:
    now = clock.now()
    station = queries.get_station_here(scope(Permission.SCAN), station_id)
    return render_template(
        "checkin/station_code.html",
        station=station,
        code=_shown_station_code(station_id, now),
        shifts=queries.list_running_at(station_id, now - AROUND, now + AROUND),
    )


@pages.get("/manage/stations/<int:station_id>/code.json")
@require(Permission.SCAN)
def station_code_json(station_id: int) -> Response:
    queries.get_station_here(scope(Permission.SCAN), station_id)
    return jsonify(_shown_station_code(station_id, clock.now()))


@pages.get("/manage/stations/<int:station_id>/code/<int:slot>.svg")
@require(Permission.SCAN)
def station_code_image(station_id: int, slot: int) -> Response:
    """Draw the code as an address that WeChat or any camera opens."""
    queries.get_station_here(scope(Permission.SCAN), station_id)
    at = codes.drawn_at(slot, codes.STATION_SECONDS, clock.now())
    address = url_for("checkin.arrive", code=codes.station_code(station_id, at), _external=True)
    return Response(qr.svg(address), mimetype="image/svg+xml")
