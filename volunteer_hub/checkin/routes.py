"""The volunteer's side of check-in: my code, and confirming after scanning a station's code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.activities import queries as activities
from volunteer_hub.checkin import arrivals, codes, queries
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock, qr, tokens
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import access, actor, public, require

pages = Blueprint("checkin", __name__)


@dataclass(frozen=True)
class ShownCode:
    """A personal code as the page shows it."""

    qr_url: str
    short_code: str
    seconds_left: int


def _own_volunteer() -> Volunteer:
    volunteer = volunteers.find_by_account(actor().account_id or 0)
    if volunteer is None:
        raise DomainError("no_volunteer", N_("这个账号不是志愿者账号，没有个人码。"))
    return volunteer


def _shown_code(volunteer: Volunteer, now: datetime) -> ShownCode:
    slot = codes.slot_of(now, codes.PERSONAL_SECONDS)
    return ShownCode(
        url_for("checkin.my_code_image", slot=slot),
        codes.typed_code(volunteer.id, now),
        codes.seconds_left(now, codes.PERSONAL_SECONDS),
    )


@pages.get("/me/code")
@require(Permission.OWN_PAGES)
def my_code() -> str:
    now, volunteer = clock.now(), _own_volunteer()
    opened = queries.find_open_session(volunteer.id)
    return render_template(
        "checkin/my_code.html",
        code=_shown_code(volunteer, now),
        volunteer=volunteer,
        open_session=opened,
        open_shift=queries.get_shift_here(EVERYTHING, opened.shift_id)[0] if opened else None,
        next_shifts=[promise.shift for promise in activities.list_next_shifts(volunteer.id, now)],
    )


@pages.get("/me/code.json")
@require(Permission.OWN_PAGES)
def my_code_json() -> Response:
    return jsonify(_shown_code(_own_volunteer(), clock.now()))


@pages.get("/me/code/<int:slot>.svg")
@require(Permission.OWN_PAGES)
def my_code_image(slot: int) -> Response:
    """Draw the code of the slot the page was made in, the same as the short code beside it."""
    at = codes.drawn_at(slot, codes.PERSONAL_SECONDS, clock.now())
    return Response(qr.svg(codes.personal_code(_own_volunteer().id, at)), mimetype="image/svg+xml")


@pages.get("/c/<code>")
@public
def arrive(code: str) -> str | AnyResponse | tuple[str, int]:
    now = clock.now()
    station_id = arrivals.station_of(code, now)
    if station_id is None:
        return render_template("checkin/expired.html"), 410
    if not access().signed_in:
        session["arrival"] = tokens.seal("arrival-sign-in", {"s": station_id}, 2 * arrivals.CONFIRM_SECONDS)
        return redirect(url_for("accounts.sign_in", next=url_for("checkin.arrived")))
    return _arrive_page(station_id, now)


@pages.get("/c")
@require(Permission.OWN_PAGES)
def arrived() -> str | tuple[str, int]:
    """Go on where signing in interrupted; the proof waits in the signed cookie of this browser."""
    claims = tokens.unseal("arrival-sign-in", session.get("arrival", ""))
    if claims is None:
        return render_template("checkin/expired.html"), 410
    return _arrive_page(claims["s"], clock.now())


def _arrive_page(station_id: int, now: datetime) -> str:
    volunteer = _own_volunteer()
    return render_template(
        "checkin/arrive.html",
        station=queries.get_station_here(EVERYTHING, station_id),
        volunteer=volunteer,
        choices=arrivals.choices_at(station_id, volunteer.id, now),
    )


@pages.post("/c/confirm")
@require(Permission.OWN_PAGES)
def confirm() -> str | tuple[str, int]:
    volunteer = _own_volunteer()
    presence = arrivals.presence_of(request.form.get("ticket", ""), volunteer.id)
    if presence is None:
        return render_template("checkin/expired.html"), 410
    item = ScanItem(
        nonce=request.form.get("nonce", "")[:64],
        code=f"station:{presence.station_id}",
        direction=Direction.OUT if request.form.get("direction") == "out" else Direction.IN,
        shift_id=request.form.get("shift_id", 0, type=int),
        entry_point=EntryPoint.SELF_SCAN,
    )
    if len(item.nonce) < 16:
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    answer = take_scans([item], actor(), EVERYTHING, now=clock.now(), presence=presence)[0]
    return render_template("checkin/result.html", result=shown(answer), back=url_for("home.my_page"))
