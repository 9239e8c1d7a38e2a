"""Pages of make-up hours: asking, deciding, and the person's own answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import Activity, ActivityState, Shift
from volunteer_hub.amendments import correction_queries, labels, make_up_decisions, make_ups, making_up
from volunteer_hub.amendments import make_up_queries as queries
from volunteer_hub.amendments.forms import MakeUpForm, RejectionForm
from volunteer_hub.amendments.make_up_queries import Tab
from volunteer_hub.amendments.make_ups import Asked
from volunteer_hub.amendments.models import RequestState, TookPart
from volunteer_hub.amendments.showing import carried_out, count_pending, wall, words
from volunteer_hub.core import clock, pictures
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import instant
from volunteer_hub.web.limits import limiter

pages = Blueprint("make_ups", __name__)
pages.context_processor(words)
Answer = str | AnyResponse | tuple[str, int]

DECIDE = Permission.DECIDE_REVIEWS
#: How far back shifts are offered; older ones are reached from their activity.
OFFERED = timedelta(days=60)
#: The file and what else a form holds.
LARGEST = pictures.MOST_BYTES + 64 * 1024


@pages.url_value_preprocessor
def _take_photographs(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let this one form carry a photograph as phones take them, before anything reads the request."""
    if endpoint == "make_ups.ask":
        request.max_content_length = LARGEST


@pages.get("/manage/make-ups")
@require(DECIDE)
def index() -> str:
    """List what waits, what the person contests, what was decided."""
    try:
        tab = Tab(request.args.get("tab", Tab.PENDING))
    except ValueError:
        raise NotFound from None
    page = queries.page_make_ups(scope(DECIDE), tab, request.args.get("page", 1, int))
    pending = count_pending(scope(DECIDE))
    return render_template("amendments/make_ups.html", page=page, tab=tab, tabs=labels.TABS, pending=pending)


@pages.get("/manage/make-ups/new")
@require(DECIDE)
def choose_shift() -> str:
    """Offer the shifts that ended lately."""
    now = clock.now()
    statement = activities.listed().where(
        activities.within(scope(DECIDE)),
        Shift.cancelled_at.is_(None),
        Shift.starts_at <= now,
        Shift.starts_at >= now - OFFERED,
        Activity.state.in_([ActivityState.PUBLISHED, ActivityState.CLOSED]),
    )
    page = activities.paged(
        statement.order_by(Shift.starts_at.desc(), Shift.id), request.args.get("page", 1, int), 20
    )
    return render_template("amendments/make_up_shifts.html", page=page)


@pages.get("/manage/shifts/<int:shift_id>/hours")
@require(DECIDE)
def shift_hours(shift_id: int) -> str:
    """Show what a shift brought its people, scanned and made up, each with its way to a correction."""
    listed = activities.get_shift(scope(DECIDE), shift_id)
    return render_template(
        "amendments/shift_hours.html",
        listed=listed,
        sessions=correction_queries.list_sessions(shift_id),
        make_ups=queries.list_at_shift(shift_id),
    )


@pages.route("/manage/shifts/<int:shift_id>/make-ups/new", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
@require(DECIDE)
def ask(shift_id: int) -> Answer:
    """Ask for somebody's make-up at a shift.

    So many a minute: the answer tells whether a name and four digits belong together.
    """
    listed = activities.get_shift(scope(DECIDE), shift_id)
    form, status = MakeUpForm(), 200
    if request.method == "GET":
        form.in_at.data, form.out_at.data = wall(listed.shift.starts_at), wall(listed.shift.ends_at)
    if form.validate_on_submit():
        refusal = _ask(form, shift_id, listed.station.region_code)
        if refusal is None:
            flash(_("补录已提交：24 小时内本人可以提出异议，之后由另一人审核。"))
            return redirect(url_for("make_ups.index"))
        form.refuse(refusal)
        status = 403 if refusal.status == 403 else 422
        listed = activities.get_shift(scope(DECIDE), shift_id)
    page = render_template("amendments/make_up_new.html", form=form, listed=listed)
    return page, 422 if form.errors and status == 200 else status


def _ask(form: MakeUpForm, shift_id: int, region: str) -> DomainError | None:
    sent = form.sent
    if not sent:
        sentence = N_("请上传一张能证明到场的图片，例如签到表或现场照片。")
        return Unprocessable("picture_missing", sentence, field="picture")
    try:
        # Before the transaction: decoding takes its time, and nobody should wait for it.
        picture = pictures.re_encode(sent, field="picture")
    except DomainError as refusal:
        return refusal
    asked = Asked(form.who, instant(form.in_at.data), instant(form.out_at.data), form.reason.data, picture)

    def act(now: datetime) -> None:
        make_ups.ask(actor(), scope(DECIDE), shift_id, asked, now=now)

    return carried_out(act, about="shift", object_id=shift_id, region=region)


@pages.get("/manage/make-ups/<int:make_up_id>")
@require(DECIDE)
def case(make_up_id: int) -> str:
    """Show one make-up with its evidence."""
    return _case(make_up_id)


@pages.get("/manage/make-ups/<int:make_up_id>/evidence.jpg")
@require(DECIDE)
def evidence(make_up_id: int) -> Response:
    """Show the picture, as a picture and nothing else."""
    found = queries.get_picture(scope(DECIDE), make_up_id)
    answer = Response(found.content, mimetype="image/jpeg")
    answer.headers["Content-Disposition"] = f"inline; filename=make-up-{make_up_id}.jpg"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer


@pages.post("/manage/make-ups/<int:make_up_id>/approve")
@require(DECIDE)
def approve(make_up_id: int) -> Answer:
    """Approve, as the second person."""

    def act(now: datetime) -> None:
        make_up_decisions.approve(actor(), scope(DECIDE), make_up_id, now=now)

    return _decide(make_up_id, act, _("已批准，时长按 C 类计入。"))


@pages.post("/manage/make-ups/<int:make_up_id>/reject")
@require(DECIDE)
def reject(make_up_id: int) -> Answer:
    """Refuse, for a reason."""
    form = RejectionForm()

    def act(now: datetime) -> None:
        make_up_decisions.reject(actor(), scope(DECIDE), make_up_id, reason=form.reason.data or "", now=now)

    return _decide(make_up_id, act, _("已驳回，理由会告知本人和申请人。"), form=form)


@pages.post("/manage/make-ups/<int:make_up_id>/withdraw")
@require(DECIDE)
def withdraw(make_up_id: int) -> Answer:
    """Take back one's own request."""

    def act(now: datetime) -> None:
        make_up_decisions.withdraw(actor(), scope(DECIDE), make_up_id, now=now)

    return _decide(make_up_id, act, _("已撤回。"))


@pages.route("/my/make-ups/<int:make_up_id>", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def own(make_up_id: int) -> Answer:
    """Ask the person whether he took part."""
    file = queries.get_own_make_up(actor().account_id, make_up_id)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            said = TookPart(request.form.get("took_part", ""))
            with transaction():
                make_up_decisions.answer(actor(), make_up_id, said, now=clock.now())
        except ValueError:
            refusal = Unprocessable("no_answer", N_("请选择参加了或没有参加。"))
        except DomainError as refused:
            refusal = refused
        else:
            flash(_("谢谢，已记录您的回答。"))
            return redirect(url_for("make_ups.own", make_up_id=make_up_id))
        file = queries.get_own_make_up(actor().account_id, make_up_id)
    page = render_template("amendments/own_make_up.html", file=file, refusal=refusal)
    return page, refusal.status if refusal else 200


def _decide(make_up_id: int, act: Any, done: str, form: RejectionForm | None = None) -> Answer:
    file = queries.get_make_up(scope(DECIDE), make_up_id)
    if form is not None and not form.validate_on_submit():
        return _case(make_up_id, form=form), 422
    refusal = carried_out(act, about="make_up", object_id=make_up_id, region=file.station.region_code)
    if refusal is not None:
        return _case(make_up_id, refusal=refusal), refusal.status
    flash(done)
    return redirect(url_for("make_ups.case", make_up_id=make_up_id))


def _case(make_up_id: int, *, refusal: DomainError | None = None, form: RejectionForm | None = None) -> str:
    file = queries.get_make_up(scope(DECIDE), make_up_id)
    make_up = file.make_up
    return render_template(
        "amendments/make_up.html",
        file=file,
        refusal=refusal,
        form=form or RejectionForm(formdata=None),
        sign_up=queries.find_sign_up(make_up),
        scans=queries.list_scans(make_up.volunteer_id, make_up.shift_id),
        used=queries.minutes_used(make_up.station_id, make_up.month),
        waits=make_up.state is RequestState.PENDING,
        is_own_request=make_up.requested_by == actor().account_id,
        may_approve=not make_up.is_late or making_up.above_station(scope(DECIDE), file.station.region_code),
    )
