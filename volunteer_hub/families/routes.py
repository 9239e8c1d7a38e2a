"""The family page: for whom one may act and who may act for oneself; acting, and going back to oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import acting, login
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.families import above, codes, labels, linking, queries, service
from volunteer_hub.families.childhood import of_age_on
from volunteer_hub.families.forms import CardForm, InviteForm, JoinForm
from volunteer_hub.families.models import CareKind
from volunteer_hub.families.queries import Cared
from volunteer_hub.notices import queries as notices
from volunteer_hub.volunteers import children, texts, throttling
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.volunteers.throttling import Quotas
from volunteer_hub.web.access import access, actor, require
from volunteer_hub.web.limits import limiter

pages = Blueprint("families", __name__, url_prefix="/me/family")

Answer = str | Response | tuple[str, int]


def _by_account() -> str:
    """Count tries by who is signed in: a family behind one address does not use up another's."""
    return f"families:{actor().account_id}"


@pages.get("")
@require(Permission.OWN_PAGES)
def own() -> Answer:
    return _page()


@pages.route("/children/new", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def new_child() -> Answer:
    carer = _own()
    form = children.form_for(carer, ages())
    if form.validate_on_submit():
        try:
            child = _register(form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s已注册，志愿者编号 %(number)s。", name=child.name, number=child.number))
            return redirect(url_for("families.own"))
    return children.page("families/new_child.html", form, carer=carer)


def _register(form: children.ChildForm) -> Volunteer:
    """Register under the same limits as anybody; one account counts as one browser does."""
    now, config = clock.now(), current_app.config
    agreed_to = texts.agreed_texts(form.shown.data)
    who = throttling.caller(request.remote_addr or "", _by_account(), form.mobile.data)
    quotas = Quotas(*(config[f"REGISTRATIONS_PER_{what}"] for what in ("ADDRESS", "DEVICE", "MOBILE")))
    throttling.refuse_busy(who, quotas, now=now)
    try:
        with transaction():
            throttling.admit(who, quotas, now=now)
            return service.register_child(actor(), _own(), form.given(agreed_to), now=now, ages=ages())
    except DomainError as refusal:
        if refusal.code == "document_registered":
            with transaction():
                throttling.remember_refusal(who, now=now)
        raise


@pages.post("/code")
@require(Permission.OWN_PAGES)
def make_code() -> Answer:
    """Answer with a page instead of a redirect: the code is kept nowhere that a next page could read."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(inviting=form)
    try:
        with transaction():
            code = codes.make(actor(), _own(), form.kind.data, now=clock.now(), ages=ages())
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(inviting=form)
    minutes = int(codes.LIFETIME.total_seconds()) // 60
    return render_template("families/code.html", code=code, kind=form.kind.data, labels=labels, minutes=minutes)


@pages.post("/join")
@require(Permission.OWN_PAGES)
@limiter.limit("10/hour", key_func=_by_account)
def join() -> Answer:
    form = JoinForm()
    if not form.validate_on_submit():
        return _page(joining=form)
    try:
        with transaction():
            codes.redeem(actor(), _own(), form.code.data, now=clock.now(), ages=ages())
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(joining=form)
    flash(_("已建立代办关系。"))
    return redirect(url_for("families.own"))


@pages.post("/card")
@require(Permission.OWN_PAGES)
@limiter.limit("10/hour", key_func=_by_account)
def claim() -> Answer:
    """Take up a child by the text of its printed card."""
    form = CardForm()
    if not form.validate_on_submit():
        return _page(claiming=form)
    try:
        with transaction():
            now = clock.now()
            service.claim_with_card(actor(), _own(), above.read_card(form.card.data, now), now=now, ages=ages())
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(claiming=form)
    flash(_("已建立代办关系。"))
    return redirect(url_for("families.own"))


@pages.post("/<int:link_id>/act")
@require(Permission.OWN_PAGES)
def act(link_id: int) -> Response:
    """Act for somebody from the next request on, with this browser."""
    asker = access()
    if not isinstance(asker, login.SignedIn) or asker.login_id is None:
        raise NotFound
    with transaction():
        now = clock.now()
        cared = queries.get_cared_for(asker.bearer.account_id, link_id, now, ages())
        service.act_for(actor(), asker.login_id, cared, now=now)
    return redirect(url_for("home.my_page"))


@pages.post("/back")
@require(Permission.OWN_PAGES)
def back() -> Response:
    """Be oneself again."""
    asker = access()
    if isinstance(asker, login.SignedIn) and asker.login_id is not None:
        with transaction():
            acting.act_by(asker.bearer.account_id, asker.login_id, None)
    return redirect(url_for("families.own"))


@pages.post("/<int:link_id>/end")
@require(Permission.OWN_PAGES)
def end(link_id: int) -> Response:
    with transaction():
        service.end(actor(), link_id, now=clock.now())
    flash(_("代办关系已结束。"))
    return redirect(url_for("families.own"))


def _own() -> Volunteer:
    volunteer = volunteers.find_by_account(actor().account_id or 0)
    if volunteer is None:
        raise DomainError("not_a_volunteer", N_("您的账号还没有登记为志愿者，请先注册。"))
    return volunteer


@dataclass(frozen=True)
class Shown:
    """One person of the family page. What only a guardian sees is None for others."""

    cared: Cared
    glimpse: above.Glimpse
    ends_on: date | None
    unread: int | None


def _shown(cared: Cared, now: datetime, thresholds: Ages) -> Shown:
    birth_on, glimpse = cared.volunteer.birth_on, above.glimpse(cared.volunteer.id, now)
    if cared.link.kind is not CareKind.GUARDIAN or birth_on is None:
        return Shown(cared, glimpse, None, None)
    unread = notices.count_unread(cared.volunteer.account_id or 0)
    return Shown(cared, glimpse, of_age_on(birth_on, thresholds.adult), unread)


def _page(
    *, inviting: InviteForm | None = None, joining: JoinForm | None = None, claiming: CardForm | None = None
) -> Answer:
    now, thresholds = clock.now(), ages()
    account_id = actor().account_id or 0
    volunteer = volunteers.find_by_account(account_id)
    cared_for = queries.list_cared_for(account_id, now, thresholds)
    page = render_template(
        "families/own.html",
        volunteer=volunteer,
        is_minor=volunteer is not None and linking.is_minor(volunteer, now, thresholds),
        people=[_shown(cared, now, thresholds) for cared in cared_for],
        carers=queries.list_carers(volunteer.id, now, thresholds) if volunteer else [],
        inviting=inviting or InviteForm(None),
        joining=joining or JoinForm(None),
        claiming=claiming or CardForm(None),
        labels=labels,
        adult=current_app.config["AGE_ADULT"],
    )
    sent = inviting or joining or claiming
    return page, 422 if sent and (sent.errors or sent.form_errors) else 200
