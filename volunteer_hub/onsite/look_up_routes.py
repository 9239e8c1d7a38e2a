"""Checking in somebody who has neither telephone nor card: found by name and last four digits.

Searches are sent by POST, since what is typed must not stand in addresses and logs.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, render_template, request, url_for

from volunteer_hub.checkin import queries
from volunteer_hub.checkin.models import Direction
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.onsite import looking_up
from volunteer_hub.onsite.look_up_desk import allowed_region, take_pick
from volunteer_hub.onsite.look_up_forms import LookUpForm
from volunteer_hub.onsite.looking_up import Found, pick_for
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("look_up", __name__)


@pages.route("/manage/shifts/<int:shift_id>/find", methods=["GET", "POST"])
@require(Permission.SCAN)
def find(shift_id: int) -> tuple[str, int]:
    """Ask for a name, and show who is meant."""
    region = allowed_region(shift_id)
    form, found, status = LookUpForm(), None, 200
    if form.validate_on_submit():
        try:
            with transaction():
                found = looking_up.find(actor(), shift_id, region, form.q.data, now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
            status = 429 if refusal.status == 429 else 422
    return _page(shift_id, form, found), 422 if form.errors and status == 200 else status


@pages.post("/manage/shifts/<int:shift_id>/find/scan")
@require(Permission.SCAN)
def scan(shift_id: int) -> str:
    """Check in or out who was found."""
    allowed_region(shift_id)
    answer = take_pick(
        shift_id,
        request.form.get("pick", ""),
        Direction.OUT if request.form.get("direction") == "out" else Direction.IN,
        request.form.get("nonce", "")[:40],
    )
    return render_template(
        "checkin/way_in_result.html",
        result=shown(answer),
        back=url_for("look_up.find", shift_id=shift_id),
        shift_id=shift_id,
        move=_move(shift_id, request.form.get("pick", "")) if answer.reason == "in_elsewhere" else None,
    )


def _move(shift_id: int, pick: str) -> dict[str, str] | None:
    """Return a fresh form for moving somebody here who is still inside elsewhere."""
    try:
        volunteer_id = looking_up.picked(pick, actor(), shift_id)
    except DomainError:
        return None
    return {"pick": pick_for(actor(), shift_id, volunteer_id), "nonce": secrets.token_hex(16)}


def _page(shift_id: int, form: LookUpForm, found: Found | None) -> str:
    shift, activity, station = queries.get_shift_here(scope(Permission.SCAN), shift_id)
    return render_template(
        "onsite/look_up.html",
        shift=shift,
        activity=activity,
        station=station,
        form=form,
        found=found,
        nonces=[secrets.token_hex(12) for _ in found.matches] if found else [],
        seconds=looking_up.PICK_SECONDS,
    )
