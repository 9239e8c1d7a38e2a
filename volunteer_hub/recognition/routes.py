"""A volunteer's own pages of recognition, the year in review, and the public page of a year that was shared."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.recognition import labels, point_queries, queries, shares, years
from volunteer_hub.recognition.forms import ShareForm
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, public, require
from volunteer_hub.web.limits import limiter

pages = Blueprint("recognition", __name__)


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels}


@pages.get("/me/recognition")
@require(Permission.OWN_PAGES)
def own() -> str:
    volunteer = _volunteer()
    return render_template(
        "recognition/own.html",
        star=queries.own_star(volunteer.id, clock.now()),
        trainings=queries.list_trainings(volunteer.id),
        honours=queries.list_honours(volunteer.id),
        evaluations=queries.list_evaluations(volunteer.id),
        points=point_queries.balance(volunteer.id),
        page=point_queries.page_points(volunteer.id, request.args.get("page", 1, int)),
    )


@pages.get("/me/year")
@require(Permission.OWN_PAGES)
def year() -> str:
    return _year_page(_volunteer(), _asked_year(), ShareForm())


@pages.post("/me/year/share")
@require(Permission.OWN_PAGES)
def share() -> str | AnyResponse | tuple[str, int]:
    form, asked = ShareForm(), _asked_year()
    if form.validate_on_submit():
        try:
            with transaction():
                shares.share(actor(), _volunteer(), asked, shown_name=form.shown_name.data or "", now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("公开链接已生成，随时可以收回。"))
            return redirect(url_for("recognition.year", year=asked))
    return _year_page(_volunteer(), asked, form), 422


@pages.post("/me/year/unshare")
@require(Permission.OWN_PAGES)
def unshare() -> AnyResponse:
    asked = _asked_year()
    with transaction():
        shares.revoke(actor(), _volunteer().id, asked, now=clock.now())
    flash(_("公开链接已收回，原来的地址打不开了。"))
    return redirect(url_for("recognition.year", year=asked))


@pages.get("/y/<token>")
@public
@limiter.limit("120/minute")
def shared(token: str) -> Response:
    share, volunteer = shares.get_shared(token)
    page = render_template(
        "recognition/shared_year.html",
        it=years.of_year(volunteer.id, share.year, queries.own_star(volunteer.id, clock.now()).rule),
        shown_name=share.shown_name,
    )
    return Response(page, headers={"X-Robots-Tag": "noindex, nofollow, noarchive"})


def _year_page(volunteer: Volunteer, asked: int, form: ShareForm) -> str:
    share = shares.find(volunteer.id, asked)
    return render_template(
        "recognition/year.html",
        it=years.of_year(volunteer.id, asked, queries.own_star(volunteer.id, clock.now()).rule),
        years=years.list_years(volunteer.id),
        form=form,
        share=share,
        address=url_for("recognition.shared", token=share.token, _external=True) if share else None,
        may_share=shares.may_share(volunteer, clock.today()),
    )


def _asked_year() -> int:
    """Return the year the address asks for, or the present one."""
    this_year = clock.today().year
    asked = request.args.get("year", this_year, type=int)
    return asked if 2000 <= asked <= this_year else this_year


def _volunteer() -> Volunteer:
    return volunteers.get_own(actor().account_id or 0)
