"""The pages on which placeholders get their names: one person claims, another confirms."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.reviews import walk_in_claims, walk_in_queries
from volunteer_hub.reviews.walk_in_forms import ClaimDecisionForm, ClaimForm
from volunteer_hub.web.access import access, actor, require, scope
from volunteer_hub.web.forms import instant
from volunteer_hub.web.limits import limiter

pages = Blueprint("walk_in_claims", __name__)

Answer = str | Response | tuple[str, int]
DECIDE, SEE = Permission.DECIDE_REVIEWS, Permission.SEE_PEOPLE


@pages.get("/manage/reviews/walk-ins")
@require(DECIDE)
def index() -> str:
    """Show the claims that wait, and the placeholders nobody has claimed."""
    now = clock.now()
    return render_template(
        "reviews/walk_ins.html",
        claims=walk_in_queries.list_claims(scope(DECIDE)),
        visits=walk_in_queries.list_unclaimed(scope(SEE), now=now),
        expired=walk_in_queries.count_expired(scope(SEE), now=now),
        own=access().actor.account_id,
    )


@pages.route("/manage/walk-ins/<int:walk_in_id>/claim", methods=["GET", "POST"])
@require(SEE)
@limiter.limit("30/minute", methods=["POST"])
def claim(walk_in_id: int) -> Answer:
    """Say who a placeholder was."""
    visit, form = walk_in_queries.get_visit(scope(SEE), walk_in_id), ClaimForm()
    if form.validate_on_submit():
        try:
            with transaction():
                fresh = walk_in_queries.get_visit(scope(SEE), walk_in_id)
                who = walk_in_queries.find_claimant(form.who.data, form.four.data or "")
                walk_in_claims.claim(actor(), fresh, who, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已提出认领，等另一位负责人确认。"))
            return redirect(url_for("walk_ins.index", shift_id=visit.shift.id))
    return render_template("reviews/walk_in_claim.html", visit=visit, form=form), 422 if form.errors else 200


@pages.route("/manage/reviews/walk-ins/<int:claim_id>", methods=["GET", "POST"])
@require(DECIDE)
def decide(claim_id: int) -> Answer:
    """Agree or not."""
    found, form = walk_in_queries.get_claim(scope(DECIDE), claim_id), ClaimDecisionForm()
    if request.method == "GET":
        form.out_at.data = clock.local(found.visit.shift.ends_at).replace(tzinfo=None)
    if form.validate_on_submit():
        try:
            with transaction():
                _carry_out(form, walk_in_queries.get_claim(scope(DECIDE), claim_id))
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已审核。"))
            return redirect(url_for("walk_in_claims.index"))
    page = render_template("reviews/walk_in_decide.html", found=found, form=form, own=access().actor.account_id)
    return page, 422 if form.errors or form.form_errors else 200


def _carry_out(form: ClaimDecisionForm, found: walk_in_claims.Claim) -> None:
    if request.form.get("decision") == "reject":
        walk_in_claims.reject(actor(), found, reason=form.reason.data, now=clock.now())
        return
    out_at = instant(form.out_at.data) if form.out_at.data else None
    walk_in_claims.confirm(actor(), found, out_at=out_at, reason=form.reason.data, now=clock.now())
