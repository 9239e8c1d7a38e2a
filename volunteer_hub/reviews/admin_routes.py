"""The manager's tray: what waits for a decision, with its evidence."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.checkin import labels as checkin_labels
from volunteer_hub.checkin.answers import WORDS
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.reviews import labels, queries, service
from volunteer_hub.reviews.forms import DecisionForm
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import instant

pages = Blueprint("reviews", __name__)


@pages.context_processor
def _words() -> dict[str, Any]:
    return {
        "kinds": labels.KINDS,
        "decisions": labels.DECISIONS,
        "directions": checkin_labels.DIRECTIONS,
        "outcomes": checkin_labels.OUTCOMES,
        "entry_points": checkin_labels.ENTRY_POINTS,
        "closes": checkin_labels.CLOSES,
        "words": WORDS,
    }


@pages.get("/manage/reviews")
@require(Permission.DECIDE_REVIEWS)
def index() -> str:
    decided = request.args.get("decided") == "1"
    page = queries.page_cases(
        scope(Permission.DECIDE_REVIEWS), decided=decided, number=request.args.get("page", 1, type=int)
    )
    return render_template("reviews/index.html", page=page, decided=decided)


@pages.route("/manage/reviews/<int:case_id>", methods=["GET", "POST"])
@require(Permission.DECIDE_REVIEWS)
def case(case_id: int) -> str | Response | tuple[str, int]:
    where = scope(Permission.DECIDE_REVIEWS)
    file = queries.get_case(where, case_id)
    form = DecisionForm()
    if request.method == "GET":
        form.out_at.data = clock.local(file.shift.ends_at).replace(tzinfo=None)
    if form.validate_on_submit():
        try:
            with transaction():
                _carry_out(form, queries.get_case(where, case_id))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已审核。"))
            return redirect(url_for("reviews.index"))
    status = 422 if form.errors else 200
    evidence = queries.list_evidence(file.session)
    return render_template("reviews/case.html", file=file, form=form, evidence=evidence), status


def _carry_out(form: DecisionForm, file: queries.CaseFile) -> None:
    now = clock.now()
    if request.form.get("decision") == "reject":
        service.reject(actor(), file, reason=form.reason.data, now=now)
        return
    out_at = instant(form.out_at.data) if form.out_at.data else file.shift.ends_at
    service.confirm(actor(), file, out_at=out_at, reason=form.reason.data, now=now)
