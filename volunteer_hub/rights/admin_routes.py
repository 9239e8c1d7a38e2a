"""The register of requests: what people asked of an office about their data, by when, and what became of it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.rights import labels, leaving, queries, requests
from volunteer_hub.rights.forms import AnswerForm, DeskLeaveForm
from volunteer_hub.rights.models import RequestState
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("rights_admin", __name__)
pages.context_processor(lambda: {"labels": labels})
Answer = str | Response | tuple[str, int]


@pages.get("/office/rights")
@require(Permission.OPEN_IDENTITY)
def index() -> str:
    """List what waits by its day, and what was closed lately."""
    rows = queries.list_register(scope(Permission.OPEN_IDENTITY))
    return render_template("rights/register.html", rows=rows, today=clock.today(), State=RequestState)


@pages.get("/office/rights/<int:rights_request_id>")
@require(Permission.OPEN_IDENTITY)
def show(rights_request_id: int) -> str:
    """Show one request; its words are opened by a button, which the trail keeps."""
    return _page(rights_request_id, AnswerForm(None), opened=False)[0]


@pages.post("/office/rights/<int:rights_request_id>/open")
@require(Permission.OPEN_IDENTITY)
def open_words(rights_request_id: int) -> Answer:
    """Show what was asked, and write down who looked."""
    with transaction():
        found = queries.get_request(scope(Permission.OPEN_IDENTITY), rights_request_id)
        audit.record(
            actor(), "rights.open_request", "volunteer", found.volunteer_id, now=clock.now(), region=found.region_code
        )
    return _page(rights_request_id, AnswerForm(None), opened=True)


@pages.post("/office/rights/<int:rights_request_id>/answer")
@require(Permission.OPEN_IDENTITY)
def answer(rights_request_id: int) -> Answer:
    """Close a correction as done or refused."""
    form = AnswerForm()
    state = RequestState.DONE if request.form.get("state") == "done" else RequestState.REFUSED
    if form.validate_on_submit():
        try:
            with transaction():
                found = queries.get_request(scope(Permission.OPEN_IDENTITY), rights_request_id)
                requests.answer(actor(), found, state, form.answer.data or "", now=clock.now())
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
        else:
            flash(_("已答复，申请人会收到通知。"))
            return redirect(url_for("rights_admin.index"))
    return _page(rights_request_id, form, opened=False)


@pages.route("/office/rights/people/<int:volunteer_id>/leave", methods=["GET", "POST"])
@require(Permission.OPEN_IDENTITY)
def leave_at_desk(volunteer_id: int) -> Answer:
    """Let somebody leave who stands at the desk and has no phone."""
    allowed, form = scope(Permission.OPEN_IDENTITY), DeskLeaveForm()
    days = int(current_app.config["ERASURE_DAYS"])
    volunteer = volunteers.get_volunteer(allowed, volunteer_id)
    if form.validate_on_submit():
        try:
            with transaction():
                volunteer = volunteers.get_volunteer(allowed, volunteer_id)
                leaving.ask_at_desk(actor(), volunteer, form.evidence.data, days=days, now=clock.now())
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
        else:
            flash(_("已退出登记，%(n)s 天后删除。本人反悔的，可以登录收回，或在到期前到窗口恢复登记。", n=days))
            return redirect(url_for("rights_admin.index"))
    page = render_template("rights/leave_at_desk.html", form=form, volunteer=volunteer, days=days)
    return (page, 422) if form.errors else page


def _page(request_id: int, form: AnswerForm, *, opened: bool) -> tuple[str, int]:
    found = queries.get_request(scope(Permission.OPEN_IDENTITY), request_id)
    asked, answered = requests.words_of(found) if opened else ("", "")
    page = render_template(
        "rights/request.html",
        found=found,
        volunteer=db.session.get_one(Volunteer, found.volunteer_id),
        asked=asked,
        answered=answered,
        opened=opened,
        form=form,
        today=clock.today(),
    )
    return page, 422 if form.errors else 200
