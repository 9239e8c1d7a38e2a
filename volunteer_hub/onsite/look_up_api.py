"""Finding somebody by name at the door, for scripts: the same as the page, and no more.

By POST, since what is typed must not stand in addresses and logs.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from volunteer_hub.checkin.models import Direction
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import looking_up
from volunteer_hub.onsite.look_up_desk import allowed_region, take_pick
from volunteer_hub.web.access import actor, require

api = Blueprint("look_up_api", __name__)


@api.post("/api/v1/shifts/<int:shift_id>/people")
@require(Permission.SCAN)
def find(shift_id: int) -> Response:
    """Return at most eight people expected at a shift who match, masked, each with a pick good for two minutes."""
    region = allowed_region(shift_id)
    with transaction():
        found = looking_up.find(actor(), shift_id, region, _text("q"), now=clock.now())
    response = jsonify({"people": [asdict(match) for match in found.matches], "more": found.more})
    response.headers["Cache-Control"] = "no-store"
    return response


@api.post("/api/v1/shifts/<int:shift_id>/people/scan")
@require(Permission.SCAN)
def scan(shift_id: int) -> Response:
    """Check in or out whom a pick stands for, and answer as for a scan."""
    allowed_region(shift_id)
    direction = Direction.OUT if _text("direction") == "out" else Direction.IN
    return jsonify(shown(take_pick(shift_id, _text("pick"), direction, _text("nonce")[:40])))


def _text(name: str) -> str:
    body: Any = request.get_json(silent=True)
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise Unprocessable("field_wrong", N_("缺少 %(name)s。"), name=name)
    return value[:400]
