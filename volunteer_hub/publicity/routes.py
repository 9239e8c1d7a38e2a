"""The public record of hours, and the way for anybody to say that something in it is wrong."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.activities import queries as activities
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.paging import FURTHEST, Page
from volunteer_hub.publicity import labels, published, service
from volunteer_hub.publicity.forms import ReportForm
from volunteer_hub.publicity.published import Line, Record
from volunteer_hub.web.access import actor, public
from volunteer_hub.web.limits import limiter

pages = Blueprint("public_record", __name__)
PER_PAGE = 100


@pages.after_request
def _keep_out_of_search_engines(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@pages.get("/activities/<int:activity_id>/hours")
@public
@limiter.limit("120/minute")
def show(activity_id: int) -> str:
    """Show what is published of an activity, or that nothing is yet."""
    record = published.find_record(activity_id, clock.now())
    return render_template(
        "publicity/public_record.html",
        activity=activities.get_public(activity_id),
        record=record,
        page=_page(record, request.args.get("page", 1, type=int)) if record else None,
        classes=labels.CLASSES,
        class_rules=labels.CLASS_RULES,
        small=published.SMALL,
    )


@pages.route("/activities/<int:activity_id>/hours/report", methods=["GET", "POST"])
@public
@limiter.limit("10/hour", methods=["POST"])
def report(activity_id: int) -> str | AnyResponse | tuple[str, int]:
    """Take a report about one row, or about the whole."""
    record = published.get_record(activity_id, clock.now())
    line = _line(record, request.args.get("row", ""))
    form = ReportForm()
    if form.validate_on_submit():
        try:
            with transaction():
                made = service.report(
                    actor(), record, line, reason=form.reason.data, contact=form.contact.data or "", now=clock.now()
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("举报已收到，编号 %(number)s。由上级文明办核查，不由本阵地处理。", number=made.id))
            return redirect(url_for("public_record.show", activity_id=activity_id))
    words = labels.CLASSES
    answer = render_template("publicity/report.html", record=record, line=line, form=form, classes=words)
    return answer, 422 if form.errors else 200


def _page(record: Record, number: int) -> Page[Line]:
    number = min(max(1, number), FURTHEST)
    start = (number - 1) * PER_PAGE
    return Page(record.lines[start : start + PER_PAGE], number, PER_PAGE, len(record.lines))


def _line(record: Record, key: str) -> Line | None:
    """Return the row that was named, or None where none was. Raises NotFound for one that is not there."""
    if not key:
        return None
    for line in record.lines:
        if line.key == key:
            return line
    raise NotFound
