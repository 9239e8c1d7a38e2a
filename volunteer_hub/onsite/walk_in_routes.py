"""The operator's page for people without registration: in with a word to know them by, out by button or slip."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.checkin import queries
from volunteer_hub.core import clock, qr
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import walk_ins
from volunteer_hub.onsite.walk_in_forms import WalkInForm
from volunteer_hub.onsite.walk_ins import Place
from volunteer_hub.web.access import access, actor, require, scope

pages = Blueprint("walk_ins", __name__)


@pages.route("/manage/shifts/<int:shift_id>/walk-ins", methods=["GET", "POST"])
@require(Permission.SCAN)
def index(shift_id: int) -> str | AnyResponse | tuple[str, int]:
    """Show who came without registration, and take another in."""
    form = WalkInForm()
    if form.validate_on_submit():
        try:
            arrival = form.arrival()
            with transaction():
                made = walk_ins.arrive(actor(), _place(shift_id), arrival, form.nonce.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已登记，编号 %(n)s。离开时请在这里签退。", n=made.id))
            return redirect(url_for("walk_ins.index", shift_id=shift_id))
    if request.method == "GET":
        form.nonce.data = secrets.token_hex(16)
    return _page(shift_id, form), 422 if form.errors else 200


@pages.post("/manage/shifts/<int:shift_id>/walk-ins/leave")
@require(Permission.SCAN)
def leave(shift_id: int) -> AnyResponse:
    """Let somebody out, by the button beside the name, or by the slip's code or number."""
    walk_in_id = walk_ins.read_slip(request.form.get("slip", ""))
    nonce = request.form.get("nonce", "")[:64]
    _place(shift_id)
    if walk_in_id is None:
        raise DomainError("slip_unknown", N_("没有这个编号的临时到场人员。"))
    if len(nonce) < 16:
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    with transaction():
        place = _place(shift_id)
        walk_in = walk_ins.get_walk_in(shift_id, walk_in_id)
        walk_ins.leave(actor(), place, walk_in, nonce, now=clock.now())
    flash(_("%(label)s 已签退。", label=walk_in.label))
    return redirect(url_for("walk_ins.index", shift_id=shift_id))


@pages.get("/manage/shifts/<int:shift_id>/walk-ins/<int:walk_in_id>/slip")
@require(Permission.SCAN)
def slip(shift_id: int, walk_in_id: int) -> str:
    """Show the slip to print or to be photographed."""
    place = _place(shift_id)
    walk_in = walk_ins.get_walk_in(shift_id, walk_in_id)
    return render_template("onsite/walk_in_slip.html", place=place, walk_in=walk_in)


@pages.get("/manage/shifts/<int:shift_id>/walk-ins/<int:walk_in_id>/slip.svg")
@require(Permission.SCAN)
def slip_image(shift_id: int, walk_in_id: int) -> Response:
    """Draw the slip's code."""
    _place(shift_id)
    walk_in = walk_ins.get_walk_in(shift_id, walk_in_id)
    return Response(qr.svg(walk_ins.slip_code(walk_in.id)), mimetype="image/svg+xml")


def _place(shift_id: int) -> Place:
    return Place(*queries.get_shift_here(scope(Permission.SCAN), shift_id))


def _page(shift_id: int, form: WalkInForm) -> str:
    now = clock.now()
    return render_template(
        "onsite/walk_ins.html",
        place=_place(shift_id),
        form=form,
        walk_ins=walk_ins.list_shown(shift_id, now=now),
        unknown=walk_ins.count_unknown(shift_id),
        nonce=secrets.token_hex(12),
        may_claim=access().can(Permission.SEE_PEOPLE),
    )
