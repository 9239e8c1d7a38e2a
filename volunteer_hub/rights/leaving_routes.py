"""Leaving: what will happen, on one page, before it does; and staying after all."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import login
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.regions import queries as regions
from volunteer_hub.rights import book, guarding, labels, leaving, matters, queries
from volunteer_hub.rights.asking_desk import confirm, own_volunteer
from volunteer_hub.rights.forms import LeaveForm, StayForm
from volunteer_hub.rights.models import RequestKind
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers import texts
from volunteer_hub.volunteers.registration import REGISTRATION
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.web.access import actor, public, require
from volunteer_hub.web.limits import limiter

pages = Blueprint("rights_leaving", __name__)
pages.context_processor(lambda: {"labels": labels})
Answer = str | Response | tuple[str, int]


@pages.get("/me/rights/leave")
@require(Permission.OWN_PAGES)
def leave() -> Answer:
    """Say what leaving does, what it destroys, what stays and why that is nobody's."""
    return _page(LeaveForm(None), StayForm(None))


@pages.post("/me/rights/leave")
@require(Permission.OWN_PAGES)
@limiter.limit("20/hour")
def ask() -> Answer:
    """Leave at once; be erased after some days, or now."""
    form, now = LeaveForm(), clock.now()
    if not form.validate_on_submit():
        return _page(form, StayForm(None))
    urgent = form.when.data == "now"
    try:
        confirm(form.password.data)
        with transaction():
            volunteer = own_volunteer()
            guarding.check_guardian(actor(), volunteer, form.guardian_name.data or "", ages(), now=now)
            leaving.ask(actor(), volunteer, days=_days(), urgent=urgent, now=now)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(form, StayForm(None))
    if not urgent:
        flash(_("您已退出登记。到期前可以在这一页收回。"))
        return redirect(url_for("rights_leaving.leave"))
    book.keep()
    if actor().by_account_id is None:
        login.forget()
    return redirect(url_for("rights_leaving.gone"))


@pages.get("/gone")
@public
def gone() -> str:
    """Say to somebody who is nobody here any more that it is done."""
    return render_template("rights/gone.html")


@pages.post("/me/rights/stay")
@require(Permission.OWN_PAGES)
def stay() -> Answer:
    """Take the request back while there is time, and be in the register again."""
    form, now = StayForm(), clock.now()
    if not form.validate_on_submit():
        return _page(LeaveForm(None), form)
    try:
        shown = texts.agreed_texts(form.shown.data)
        with transaction():
            volunteer = own_volunteer()
            guarding.check_guardian(actor(), volunteer, form.guardian_name.data or "", ages(), now=now)
            leaving.take_back(actor(), volunteer, shown, now=now, ages=ages())
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(LeaveForm(None), form)
    flash(_("已恢复登记，欢迎回来。报名和队伍请重新加入。"))
    return redirect(url_for("volunteers.profile"))


def _days() -> int:
    return int(current_app.config["ERASURE_DAYS"])


def _page(form: LeaveForm, stay_form: StayForm) -> tuple[str, int]:
    volunteer, now = own_volunteer(), clock.now()
    standing = volunteers.current_standing(volunteer.id)
    page = render_template(
        "rights/leave.html",
        volunteer=volunteer,
        standing=standing,
        place=regions.get_region(standing.region_code) if standing else None,
        request_open=queries.find_open(volunteer.id, RequestKind.ERASURE),
        places=leaving.list_upcoming(volunteer.id, now=now),
        teams=leaving.list_teams(volunteer.id),
        waiting=matters.count_open(queries.subject_of(volunteer)),
        days=_days(),
        is_child=guarding.is_child(volunteer, ages(), now=now),
        form=form,
        stay_form=stay_form,
        mark=texts.mark_of(texts.shown_texts()),
        text=texts.template_of(REGISTRATION, texts.CURRENT[REGISTRATION]),
    )
    return page, 422 if form.errors or stay_form.errors else 200
