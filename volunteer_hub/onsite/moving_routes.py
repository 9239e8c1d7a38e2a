"""`转到这里`: the form a door offers where somebody is still inside elsewhere."""

from __future__ import annotations

import secrets

from flask import Blueprint, render_template, request, url_for

from volunteer_hub.checkin import queries
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import looking_up, moving_desk
from volunteer_hub.onsite.look_up_desk import allowed_region
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("moving", __name__)


@pages.get("/manage/shifts/<int:shift_id>/move")
@require(Permission.SCAN)
def ask(shift_id: int) -> str:
    """Ask for the code of somebody who comes from elsewhere."""
    shift, activity, station = queries.get_shift_here(scope(Permission.SCAN), shift_id)
    return render_template(
        "onsite/move.html", shift=shift, activity=activity, station=station, nonce=secrets.token_hex(16)
    )


@pages.post("/manage/shifts/<int:shift_id>/move")
@require(Permission.SCAN)
def move(shift_id: int) -> str:
    """Leave the other place, enter here."""
    queries.get_shift_here(scope(Permission.SCAN), shift_id)
    nonce, pick = request.form.get("nonce", "")[:64], request.form.get("pick", "")
    if len(nonce) < 16:
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    item = _picked(shift_id, nonce, pick) if pick else _coded(shift_id, nonce)
    answer = moving_desk.move(item, actor(), scope(Permission.SCAN), now=clock.now())
    back = "look_up.find" if pick else "checkin_admin.scanner"
    return render_template("checkin/result.html", result=shown(answer), back=url_for(back, shift_id=shift_id))


def _picked(shift_id: int, nonce: str, pick: str) -> ScanItem:
    allowed_region(shift_id)
    person = looking_up.picked(pick, actor(), shift_id)
    return ScanItem(nonce, f"name:{person}", Direction.IN, shift_id, EntryPoint.NAME, volunteer_id=person)


def _coded(shift_id: int, nonce: str) -> ScanItem:
    code = request.form.get("code", "").strip()[:2000]
    way = EntryPoint.MANAGER_SCAN if code.upper().startswith("VH1.") else EntryPoint.SHORT_CODE
    return ScanItem(nonce, code, Direction.IN, shift_id, way)
