"""Scanners as devices: a manager's list of them, the picture that enrols one, and the worker that keeps the pages."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.checkin import devices
from volunteer_hub.core import clock, qr
from volunteer_hub.core.db import transaction
from volunteer_hub.core.permission import Permission
from volunteer_hub.web.access import access, actor, public, require

pages = Blueprint("devices", __name__)


@pages.get("/manage/devices")
@require(Permission.SCAN)
def index() -> str:
    """Show one's own scanners."""
    return render_template("checkin/devices.html", rows=devices.list_own(_account()), offer=None)


@pages.post("/manage/devices/pairing")
@require(Permission.SCAN)
def offer() -> Response:
    """Show a one-time offer as a QR code. It is drawn into the page, so that its address keeps no secret."""
    now = clock.now()
    _account()
    with transaction():
        secret = devices.offer_pairing(actor(), now=now)
    # The secret follows a `#`, which no browser sends and no log keeps.
    address = url_for("devices.pair", _external=True) + "#" + secret
    response = Response(
        render_template(
            "checkin/devices.html",
            rows=devices.list_own(_account()),
            offer={
                "address": address,
                "picture": qr.data_address(address),
                "minutes": devices.PAIRING_LIFETIME.seconds // 60,
            },
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/manage/devices/pairing.json")
@require(Permission.SCAN)
def offer_here() -> dict[str, str]:
    """Give an offer to the very browser somebody is signed in with, to enrol it in one tap."""
    _account()
    with transaction():
        return {"pairing": devices.offer_pairing(actor(), now=clock.now())}


@pages.post("/manage/devices/<int:device_id>/revoke")
@require(Permission.SCAN)
def revoke(device_id: int) -> AnyResponse:
    """Revoke one of one's own scanners."""
    _account()
    with transaction():
        devices.revoke(actor(), device_id, now=clock.now())
    flash(_("设备已停用。它还没上传的扫码，换登录上传后由负责人审核。"))
    return redirect(url_for("devices.index"))


@pages.get("/pair")
@public
def pair() -> str:
    """Open on the phone that is to become a scanner; what it offers is in the address's fragment."""
    return render_template("checkin/pair.html")


@pages.get("/sw.js")
@public
def service_worker() -> Response:
    """Serve the service worker from the root, whose pages it keeps; the browser asks for it anew each time."""
    script = Path(str(current_app.static_folder)) / "js" / "service-worker.js"
    response = Response(script.read_bytes(), mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _account() -> int:
    """Return the account that is signed in here in person: a scanner's token enrols no further scanner."""
    account_id = actor().account_id
    if account_id is None or access().by_token:
        abort(403)
    return account_id
