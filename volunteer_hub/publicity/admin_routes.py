"""The queue of reports about the public record, for those above the station."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.publicity import labels, queries, service
from volunteer_hub.publicity.forms import FindingForm
from volunteer_hub.publicity.models import Finding
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("hours_reports", __name__)


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"findings": labels.FINDINGS}


@pages.get("/manage/hours-reports")
@require(Permission.DECIDE_REVIEWS)
def index() -> str:
    """List the reports that wait, or those decided."""
    where, decided = scope(Permission.DECIDE_REVIEWS), request.args.get("decided") == "1"
    page = queries.page_reports(where, decided=decided, number=request.args.get("page", 1, type=int))
    only_stations = queries.above_stations(where).empty
    return render_template("publicity/reports.html", page=page, decided=decided, only_stations=only_stations)


@pages.route("/manage/hours-reports/<int:report_id>", methods=["GET", "POST"])
@require(Permission.DECIDE_REVIEWS)
def show(report_id: int) -> str | Response | tuple[str, int]:
    """Show one report, and take the decision on it."""
    where = scope(Permission.DECIDE_REVIEWS)
    file = queries.get_report(where, report_id)
    form = FindingForm()
    if form.validate_on_submit():
        try:
            with transaction():
                fresh = queries.get_report(where, report_id)
                service.decide(actor(), fresh, Finding(form.finding.data), reason=form.reason.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已处理。"))
            return redirect(url_for("hours_reports.show", report_id=report_id))
    shifts = queries.list_shifts(file) if file.report.finding is Finding.FOUNDED else []
    answer = render_template("publicity/hours_report.html", file=file, form=form, shifts=shifts)
    return answer, 422 if form.errors else 200
