"""Pages of objections: a volunteer's own, and those that wait for the ones who manage the recording station."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.amendments import objection_labels as labels
from volunteer_hub.amendments import objection_queries as queries
from volunteer_hub.amendments import objections
from volunteer_hub.amendments.objection_forms import AnswerForm, MissingForm, ObjectionForm
from volunteer_hub.amendments.objection_models import ObjectionState
from volunteer_hub.amendments.objections import Subject
from volunteer_hub.amendments.showing import carried_out, count_pending
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import choices

pages = Blueprint("objections", __name__)
Answer = str | Response | tuple[str, int]
DECIDE = Permission.DECIDE_REVIEWS
ELSEWHERE = "0"


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"states": labels.STATES, "tones": labels.TONES, "today": clock.today()}


@pages.get("/my/objections")
@require(Permission.OWN_PAGES)
def own() -> str:
    """List what one has objected to, and what came of it."""
    page = queries.list_own(_volunteer().id, request.args.get("page", 1, int))
    return render_template("amendments/own_objections.html", page=page)


@pages.route("/my/objections/new", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def new() -> Answer:
    """Say what is wrong with a line of one's record, or what is missing."""
    volunteer, subject = _volunteer(), _subject()
    is_missing = subject == Subject()
    place = None if is_missing else objections.place_of(volunteer, subject, clock.now())
    form = _missing_form(volunteer) if is_missing else ObjectionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                asked = _missing(form) if isinstance(form, MissingForm) else subject
                made = objections.ask(actor(), _volunteer(), asked, reason=form.reason.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("异议已提交，最晚 %(due)s 前答复您。", due=made.due_on.isoformat()))
            return redirect(url_for("objections.own"))
    answer = render_template(
        "amendments/objection_new.html",
        form=form,
        is_missing=is_missing,
        about=queries.describe(place.shift_id, place.station_id) if place else None,
        place=place,
    )
    return answer, 422 if form.errors or form.form_errors else 200


@pages.post("/my/objections/<int:objection_id>/withdraw")
@require(Permission.OWN_PAGES)
def withdraw(objection_id: int) -> Response:
    """Take back one's own objection."""
    queries.get_own(_volunteer().id, objection_id)
    try:
        with transaction():
            objections.withdraw(actor(), _volunteer(), objection_id, now=clock.now())
    except NotFound:
        raise
    except DomainError:
        flash(_("这条异议已经处理过了。"))
    else:
        flash(_("已撤回。"))
    return redirect(url_for("objections.own"))


@pages.get("/manage/objections")
@require(DECIDE)
def index() -> str:
    """List the objections that wait, the first due first, or those answered."""
    decided = request.args.get("decided") == "1"
    page = queries.page_objections(scope(DECIDE), decided=decided, number=request.args.get("page", 1, int))
    return render_template(
        "amendments/objections.html", page=page, decided=decided, pending=count_pending(scope(DECIDE))
    )


@pages.get("/manage/objections/<int:objection_id>")
@require(DECIDE)
def show(objection_id: int) -> str:
    """Show one objection with what is recorded, and where it can be amended."""
    return _case(objection_id, AnswerForm(formdata=None))


@pages.post("/manage/objections/<int:objection_id>/keep")
@require(DECIDE)
def keep(objection_id: int) -> Answer:
    """Answer that the record is right, and why."""
    form = AnswerForm()

    def act(now: datetime) -> None:
        objections.keep(actor(), scope(DECIDE), objection_id, answer=form.answer.data or "", now=now)

    return _answered(objection_id, form, act)


@pages.post("/manage/objections/<int:objection_id>/amend")
@require(DECIDE)
def amend(objection_id: int) -> Answer:
    """Answer that the record was amended, which the ledger must show."""
    form = AnswerForm()

    def act(now: datetime) -> None:
        objections.amend(actor(), scope(DECIDE), objection_id, answer=form.answer.data or "", now=now)

    return _answered(objection_id, form, act)


def _volunteer() -> Volunteer:
    return volunteers.get_own(actor().account_id or 0)


def _subject() -> Subject:
    """Return which line of the record the address names; nothing where something is missing."""
    named = {key: request.args.get(key, type=int) for key in ("session", "make_up", "entry")}
    session, make_up, entry = named.values()
    if session is not None:
        return Subject(session_id=session)
    if make_up is not None:
        return Subject(make_up_id=make_up)
    return Subject(entry_id=entry) if entry is not None else Subject()


def _missing_form(volunteer: Volunteer) -> MissingForm:
    form = MissingForm()
    shifts = [
        (listed.shift.id, f"{clock.local(listed.shift.starts_at):%Y-%m-%d %H:%M} {listed.activity.title}")
        for listed in queries.list_shifts(volunteer.id, clock.now())
    ]
    form.shift.choices = choices([("", _("请选择")), *shifts, (ELSEWHERE, _("不在上面，我在说明里写清楚"))])
    return form


def _missing(form: MissingForm) -> Subject:
    if form.shift.data != ELSEWHERE:
        return Subject(shift_id=int(form.shift.data))
    return replace(Subject(), served_on=form.served_on.data)


def _answered(objection_id: int, form: AnswerForm, act: Callable[[datetime], None]) -> Answer:
    file = queries.get_objection(scope(DECIDE), objection_id)
    if not form.validate_on_submit():
        return _case(objection_id, form), 422
    refusal = carried_out(act, about="objection", object_id=objection_id, region=file.objection.region_code)
    if refusal is not None:
        form.refuse(refusal)
        return _case(objection_id, form), refusal.status if refusal.status == 403 else 422
    flash(_("已答复，本人会收到通知。"))
    return redirect(url_for("objections.show", objection_id=objection_id))


def _case(objection_id: int, form: AnswerForm) -> str:
    file = queries.get_objection(scope(DECIDE), objection_id)
    involved = queries.list_involved(file.objection)
    return render_template(
        "amendments/objection.html",
        file=file,
        form=form,
        lines=queries.list_lines_since(file.objection),
        record=queries.find_record(file.objection),
        involved=queries.find_names(involved),
        recorded_it=actor().account_id in involved,
        waits=file.objection.state is ObjectionState.ASKED,
    )
