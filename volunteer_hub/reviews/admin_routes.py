"""The manager's tray: what waits for a decision, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.checkin import labels as checkin_labels
from volunteer_hub.checkin.answers import WORDS
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.reviews import labels, queries, service, walk_in_queries
from volunteer_hub.reviews.forms import DecisionForm
from volunteer_hub.reviews.models import CaseKind
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import instant
from volunteer_hub.web.i18n import say

pages = Blueprint("reviews", __name__)


@dataclass(frozen=True)
class Question:
    """What is asked about a kind of case: what happened, at what time (if one is asked for), and the two answers."""

    about: str
    when: str | None
    hint: str
    yes: str
    no: str | None


_FORGOTTEN = Question(
    N_("签到后没有签退，系统在计划结束时间结束了这个时段，按 0 计。"),
    N_("实际离开时间"),
    N_("确认后按 B 类（半程计时）计入，不能晚于计划结束时间。"),
    N_("确认离开时间"),
    N_("不计时长"),
)
QUESTIONS = {
    CaseKind.AUTOMATIC_CLOSE: _FORGOTTEN,
    CaseKind.OVERLAP: replace(_FORGOTTEN, about=N_("这个时段与此人另一段已计入的时长重叠，按 0 计。")),
    CaseKind.QUARANTINED_SCAN: Question(
        N_("这次扫码只凭它自己不能确认，已经保存。请对照下面的证据决定。"),
        N_("实际时间"),
        N_("采信后这一段按 B 类（半程计时）计入。经手扫码的人不能自己采信。"),
        N_("采信这次扫码"),
        N_("不采信"),
    ),
    CaseKind.INCOMPLETE: Question(
        N_("只有签退，没有签到：可能签到的手机一直没有联网，或者忘了签到。"),
        N_("实际到达时间"),
        N_("确认后从到达时间到签退时间按 B 类（半程计时）计入。"),
        N_("确认到达时间"),
        N_("不计时长"),
    ),
    CaseKind.CONFLICT: Question(
        N_("后到的扫码与已经计入或已经审核的结果不一致。现在的结果如下；要改，请发起更正。"),
        None,
        "",
        N_("已核对，维持现在的结果"),
        None,
    ),
}


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
    claims = len(walk_in_queries.list_claims(scope(Permission.DECIDE_REVIEWS)))
    return render_template("reviews/index.html", page=page, decided=decided, claims=claims)


@pages.route("/manage/reviews/<int:case_id>", methods=["GET", "POST"])
@require(Permission.DECIDE_REVIEWS)
def case(case_id: int) -> str | Response | tuple[str, int]:
    where = scope(Permission.DECIDE_REVIEWS)
    file = queries.get_case(where, case_id)
    form = DecisionForm()
    asked = QUESTIONS[file.case.kind]
    if asked.when:
        form.out_at.label.text = say(asked.when)
    if request.method == "GET":
        form.out_at.data = clock.local(_proposed(file)).replace(tzinfo=None)
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
    evidence = queries.list_evidence(file)
    return render_template("reviews/case.html", file=file, form=form, evidence=evidence, asked=asked), status


def _proposed(file: queries.CaseFile) -> datetime:
    """Return the instant the form begins with."""
    if file.case.kind is CaseKind.QUARANTINED_SCAN:
        return min(file.made.scanned_at, file.made.received_at)
    return file.shift.starts_at if file.case.kind is CaseKind.INCOMPLETE else file.shift.ends_at


def _carry_out(form: DecisionForm, file: queries.CaseFile) -> None:
    now, kind, reason = clock.now(), file.case.kind, form.reason.data
    stated = instant(form.out_at.data) if form.out_at.data else _proposed(file)
    if request.form.get("decision") == "reject":
        if QUESTIONS[kind].no is None:
            raise NotFound
        service.reject(actor(), file, reason=reason, now=now)
    elif kind is CaseKind.QUARANTINED_SCAN:
        service.admit(actor(), file, at=stated, reason=reason, now=now)
    elif kind is CaseKind.INCOMPLETE:
        service.complete(actor(), file, in_at=stated, reason=reason, now=now)
    elif kind is CaseKind.CONFLICT:
        service.acknowledge(actor(), file, reason=reason, now=now)
    else:
        service.confirm(actor(), file, out_at=stated, reason=reason, now=now)
