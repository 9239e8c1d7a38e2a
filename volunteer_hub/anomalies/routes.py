"""What concerns oneself: the flags one was told of, and one's own words about each, once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.anomalies import queries, service, showing
from volunteer_hub.anomalies.forms import AnswerForm
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.web.access import actor, require

pages = Blueprint("anomaly_answers", __name__)
pages.context_processor(showing.words)


@pages.get("/my/anomalies")
@require(Permission.OWN_PAGES)
def index() -> str:
    page = queries.page_own(actor().account_id, request.args.get("page", 1, int))
    return render_template("anomalies/own_list.html", page=page)


@pages.route("/my/anomalies/<int:flag_id>", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def show(flag_id: int) -> str | Response | tuple[str, int]:
    flag, party, place = queries.get_own(actor().account_id, flag_id)
    form, status = AnswerForm(), 200
    if form.validate_on_submit():
        try:
            with transaction():
                service.answer(actor(), flag_id, form.said.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
            status = 422
            flag, party, place = queries.get_own(actor().account_id, flag_id)
        else:
            flash(_("谢谢，您的说明已提交，核查的人会看到。"))
            return redirect(url_for("anomaly_answers.show", flag_id=flag_id), 303)
    page = render_template("anomalies/own.html", flag=flag, party=party, place=place, form=form)
    return page, 422 if form.errors else status
