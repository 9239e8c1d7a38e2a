"""Pages of corrections: proposing other times for credited hours, and deciding about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.amendments import correction_queries as queries
from volunteer_hub.amendments import corrections, make_up_queries
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.amendments.correction_queries import CorrectionFile, Subject
from volunteer_hub.amendments.forms import CorrectionForm, RejectionForm
from volunteer_hub.amendments.models import RequestState
from volunteer_hub.amendments.showing import carried_out, count_pending, wall, words
from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import instant

pages = Blueprint("corrections", __name__)
pages.context_processor(words)
Answer = str | Response | tuple[str, int]
Find = Callable[[], Subject]

DECIDE = Permission.DECIDE_REVIEWS


@pages.get("/manage/corrections")
@require(DECIDE)
def index() -> str:
    """List what waits and what was decided."""
    decided = request.args.get("decided") == "1"
    page = queries.page_corrections(scope(DECIDE), decided=decided, number=request.args.get("page", 1, int))
    pending = count_pending(scope(DECIDE))
    return render_template("amendments/corrections.html", page=page, decided=decided, pending=pending)


@pages.route("/manage/sessions/<int:session_id>/correction", methods=["GET", "POST"])
@require(DECIDE)
def of_session(session_id: int) -> Answer:
    """Propose a correction of a session."""
    return _propose(lambda: queries.get_session_subject(scope(DECIDE), session_id))


@pages.route("/manage/make-ups/<int:make_up_id>/correction", methods=["GET", "POST"])
@require(DECIDE)
def of_make_up(make_up_id: int) -> Answer:
    """Propose a correction of approved make-up hours."""
    return _propose(lambda: queries.get_make_up_subject(scope(DECIDE), make_up_id))


@pages.get("/manage/corrections/<int:correction_id>")
@require(DECIDE)
def case(correction_id: int) -> str:
    """Show old and new side by side, with the scans."""
    return _case(correction_id)


@pages.post("/manage/corrections/<int:correction_id>/approve")
@require(DECIDE)
def approve(correction_id: int) -> Answer:
    """Approve, as the second person."""

    def act(now: datetime) -> None:
        corrections.approve(actor(), scope(DECIDE), correction_id, now=now)

    return _decide(correction_id, act, _("已更正：原记录已冲正，新记录已入账。"))


@pages.post("/manage/corrections/<int:correction_id>/reject")
@require(DECIDE)
def reject(correction_id: int) -> Answer:
    """Refuse, for a reason."""
    form = RejectionForm()

    def act(now: datetime) -> None:
        corrections.reject(actor(), scope(DECIDE), correction_id, reason=form.reason.data or "", now=now)

    return _decide(correction_id, act, _("已驳回，时长不变。"), form=form)


@pages.post("/manage/corrections/<int:correction_id>/withdraw")
@require(DECIDE)
def withdraw(correction_id: int) -> Answer:
    """Take back one's own proposal."""

    def act(now: datetime) -> None:
        corrections.withdraw(actor(), scope(DECIDE), correction_id, now=now)

    return _decide(correction_id, act, _("已撤回。"))


def _propose(find: Find) -> Answer:
    subject = find()
    form, status = CorrectionForm(), 200
    if request.method == "GET":
        form.in_at.data, form.out_at.data = wall(subject.times.in_at), wall(subject.times.out_at)
    if form.validate_on_submit():
        refusal = carried_out(
            lambda now: _carry(form, find(), now),
            about="session" if subject.session else "make_up",
            object_id=subject.row.id,
            region=subject.station.region_code,
        )
        if refusal is None:
            flash(_("更正已提出，由另一人审核后生效。"))
            return redirect(url_for("corrections.index"))
        form.refuse(refusal)
        status = 403 if refusal.status == 403 else 422
        subject = find()
    return _proposal(form, subject), 422 if form.errors and status == 200 else status


def _carry(form: CorrectionForm, subject: Subject, now: datetime) -> None:
    corrections.propose(actor(), subject, _times(form, subject.times), reason=form.reason.data, now=now)


def _times(form: CorrectionForm, old: Times) -> Times | None:
    if form.not_served.data:
        return None
    if form.in_at.data is None or form.out_at.data is None:
        field = "in_at" if form.in_at.data is None else "out_at"
        raise DomainError("times_missing", N_("请填写到达和离开时间。"), field=field)
    return Times(_moved(form.in_at.data, old.in_at), _moved(form.out_at.data, old.out_at))


def _moved(typed: datetime, old: datetime) -> datetime:
    """Return the instant typed, or the old one where its minute was left as it stood: forms have no seconds."""
    return old if typed == wall(old).replace(second=0, microsecond=0) else instant(typed)


def _proposal(form: CorrectionForm, subject: Subject) -> str:
    return render_template(
        "amendments/correction_new.html",
        form=form,
        subject=subject,
        longest=corrections.longest(subject, clock.now()),
        scans=make_up_queries.list_scans(subject.volunteer.id, subject.shift.id),
    )


def _decide(correction_id: int, act: Any, done: str, form: RejectionForm | None = None) -> Answer:
    file = queries.get_correction(scope(DECIDE), correction_id)
    if form is not None and not form.validate_on_submit():
        return _case(correction_id, form=form), 422
    refusal = carried_out(act, about="correction", object_id=correction_id, region=file.subject.station.region_code)
    if refusal is not None:
        return _case(correction_id, refusal=refusal), refusal.status
    flash(done)
    return redirect(url_for("corrections.case", correction_id=correction_id))


def _case(correction_id: int, *, refusal: DomainError | None = None, form: RejectionForm | None = None) -> str:
    file = queries.get_correction(scope(DECIDE), correction_id)
    return render_template(
        "amendments/correction.html",
        file=file,
        refusal=refusal,
        form=form or RejectionForm(formdata=None),
        outlook=_outlook(file),
        scans=make_up_queries.list_scans(file.subject.volunteer.id, file.subject.shift.id),
        waits=file.correction.state is RequestState.PENDING,
        is_own_request=file.correction.requested_by == actor().account_id,
    )


def _outlook(file: CorrectionFile) -> int | None:
    """Return the minutes that approving would leave, or None where it cannot be approved as it stands."""
    if file.correction.state is not RequestState.PENDING:
        return file.correction.new_minutes
    if file.is_stale:
        return None
    if file.new_times is None:
        return 0
    try:
        return corrections.worth(file.subject, file.new_times, clock.now()).credited
    except DomainError:
        return None
