"""The page on which a leader closes everybody still at a shift, and sees what became of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.checkin import queries
from volunteer_hub.checkin.labels import CLOSES
from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.onsite import bulk_closing, closing_desk
from volunteer_hub.onsite.bulk_closing import Standing
from volunteer_hub.onsite.closing_forms import CloseForm
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import instant

pages = Blueprint("checkin_closing", __name__)
#: It credits hours, so it asks for the right to decide about them; who may only scan has no such right.
DECIDE = Permission.DECIDE_REVIEWS


@pages.route("/manage/shifts/<int:shift_id>/close-all", methods=["GET", "POST"])
@require(DECIDE)
def close_all(shift_id: int) -> str | Response | tuple[str, int]:
    """Show who is still here; close them at the stated time."""
    form, now = CloseForm(), clock.now()
    shift, _activity, station = queries.get_shift_here(scope(DECIDE), shift_id)
    if request.method == "GET":
        form.out_at.data = clock.local(min(now, bulk_closing.latest(shift, station, now=now))).replace(tzinfo=None)
    if form.validate_on_submit():
        out_at = instant(form.out_at.data) if form.out_at.data else now
        try:
            closed = closing_desk.close_everybody(actor(), scope(DECIDE), shift_id, out_at=out_at, now=now)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已为 %(n)s 人签退。", n=closed))
            stated = f"{out_at.astimezone(UTC):%Y%m%dT%H%M%S}"
            return redirect(url_for("checkin_closing.close_all", shift_id=shift_id, at=stated))
    return _page(shift_id, form), 422 if form.errors else 200


def _page(shift_id: int, form: CloseForm) -> str:
    shift, activity, station = queries.get_shift_here(scope(DECIDE), shift_id)
    stated = _stated()
    groups: dict[Standing, list[Any]] = {standing: [] for standing in Standing}
    for present in bulk_closing.list_present(shift_id, actor(), stated):
        groups[present.standing].append(present)
    return render_template(
        "onsite/close_all.html",
        shift=shift,
        activity=activity,
        station=station,
        form=form,
        groups=groups,
        absent=bulk_closing.list_absent(shift, clock.now()),
        stated=stated,
        closes=CLOSES,
    )


def _stated() -> datetime | None:
    """Return the leaving time that was stated just before, which tells why somebody is still inside."""
    try:
        return datetime.strptime(request.args.get("at", ""), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
