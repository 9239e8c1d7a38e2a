"""The health board: how the doors are doing right now."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from volunteer_hub.checkin.answers import WORDS
from volunteer_hub.core import clock
from volunteer_hub.core.permission import Permission
from volunteer_hub.onsite import device_health, health, health_showing
from volunteer_hub.onsite.health_showing import Board
from volunteer_hub.web.access import require, scope

pages = Blueprint("checkin_health", __name__)


@pages.get("/manage/health")
@require(Permission.SCAN)
def board() -> str:
    """Show the board; it keeps itself fresh with a script, and offers to be loaded again without."""
    return render_template(
        "onsite/health.html",
        board=_board(),
        phases=health_showing.PHASES,
        tones=health_showing.TONES,
        words=WORDS,
    )


@pages.get("/manage/health.json")
@require(Permission.SCAN)
def board_json() -> Response:
    """Give the board's texts to the script."""
    shown = _board()
    return jsonify({"shape": shown.shape, "values": shown.values})


def _board() -> Board:
    now, where = clock.now(), scope(Permission.SCAN)
    shifts = health.list_shifts(where, now)
    return health_showing.board(shifts, device_health.list_devices(where, shifts, now), now)
