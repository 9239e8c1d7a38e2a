"""Registering, and one's own record: everything the register holds about oneself."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import login, passwords
from volunteer_hub.accounts import queries as account_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.regions import queries as regions
from volunteer_hub.volunteers import labels, queries, service, texts, throttling
from volunteer_hub.volunteers.forms import ProfileForm, RegisterForm, WithdrawForm
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import Texts
from volunteer_hub.volunteers.showing import ages, picker, registration_page
from volunteer_hub.volunteers.throttling import Caller, Quotas
from volunteer_hub.web.access import access, actor, public, require
from volunteer_hub.web.limits import limiter

pages = Blueprint("volunteers", __name__)

#: In the session of this browser, and kept when somebody signs in.
DEVICE = "device"
Answer = str | Response | tuple[str, int]


def _succeeded(response: Response) -> bool:
    return response.status_code == 302


@pages.route("/register", methods=["GET", "POST"])
@public
@limiter.limit("60/hour", methods=["POST"], deduct_when=_succeeded)
@limiter.limit("200/hour", methods=["POST"])
def register() -> Answer:
    if access().signed_in and queries.find_by_account(actor().account_id or 0):
        return redirect(url_for("volunteers.profile"))
    form = RegisterForm()
    form.thresholds = ages()
    session.setdefault(DEVICE, secrets.token_urlsafe(12))
    if form.validate_on_submit():
        try:
            secret = _register(form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            login.remember(secret)
            return redirect(url_for("volunteers.registered"))
    return registration_page("volunteers/register.html", form)


def _register(form: RegisterForm) -> str:
    """Register and open a login. The password is hashed first: no transaction waits for it."""
    now = clock.now()
    agreed_to = texts.agreed_texts(form.shown.data)
    who = throttling.caller(request.remote_addr or "", session.get(DEVICE), form.mobile.data)
    throttling.refuse_busy(who, _quotas(), now=now)
    hashed = passwords.hash_password(form.password.data)
    try:
        return _enter(form, agreed_to, hashed, who, now)
    except DomainError as refusal:
        if refusal.code == "document_registered":
            with transaction():
                throttling.remember_refusal(who, now=now)
        raise


def _enter(form: RegisterForm, agreed_to: Texts, hashed: str, who: Caller, now: datetime) -> str:
    with transaction():
        throttling.admit(who, _quotas(), now=now)
        volunteer = service.register(actor(), form.given(agreed_to, hashed), now=now, ages=ages())
        account = account_queries.get_account(volunteer.account_id or 0)
        return accounts.open_login(account, request.user_agent.string, now=now)


def _quotas() -> Quotas:
    config = current_app.config
    return Quotas(
        config["REGISTRATIONS_PER_ADDRESS"], config["REGISTRATIONS_PER_DEVICE"], config["REGISTRATIONS_PER_MOBILE"]
    )


@pages.get("/registered")
@require(Permission.OWN_PAGES)
def registered() -> str:
    volunteer = _own()
    return render_template("volunteers/registered.html", volunteer=volunteer)


@pages.get("/consents/<kind>/<version>")
@public
def consent_text(kind: str, version: str) -> str:
    return render_template(
        "volunteers/consent.html", kind=kind, version=version, text=texts.template_of(kind, version)
    )


@pages.route("/me/profile", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def profile() -> Answer:
    volunteer = _own()
    standing = queries.current_standing(volunteer.id)
    form = ProfileForm(
        region_code=standing.region_code if standing else "",
        skills=volunteer.skills,
        categories=volunteer.categories,
    )
    if form.validate_on_submit():
        try:
            _change_profile(form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("资料已更新。"))
            return redirect(url_for("volunteers.profile"))
    return _profile_page(volunteer, form)


def _change_profile(form: ProfileForm) -> None:
    with transaction():
        volunteer = _own()
        service.change_residence(actor(), volunteer, form.region_code.data, now=clock.now())
        service.change_details(
            volunteer, volunteer.mobile, tuple(form.skills.data or ()), tuple(form.categories.data or ())
        )


@pages.post("/me/profile/document")
@require(Permission.OWN_PAGES)
def reveal_document() -> Answer:
    """Show one's own document number in full, on this page only."""
    return _profile_page(_own(), None, revealed=True)


@pages.post("/me/withdraw")
@require(Permission.OWN_PAGES)
def withdraw() -> Answer:
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _profile_page(_own(), None, withdrawing=form)
    with transaction():
        service.withdraw(actor(), _own(), now=clock.now())
    flash(_("您已退出志愿者登记。"))
    return redirect(url_for("volunteers.profile"))


def _own() -> Volunteer:
    return queries.get_own(actor().account_id or 0)


def _profile_page(
    volunteer: Volunteer,
    form: ProfileForm | None,
    *,
    revealed: bool = False,
    withdrawing: WithdrawForm | None = None,
) -> tuple[str, int]:
    """Return the page of everything held; a form that was not sent shows what holds."""
    standings = queries.list_standings(volunteer.id)
    current = queries.current_standing(volunteer.id)
    form = form or ProfileForm(
        None,
        region_code=current.region_code if current else "",
        skills=volunteer.skills,
        categories=volunteer.categories,
    )
    page = render_template(
        "volunteers/profile.html",
        volunteer=volunteer,
        current=current,
        standings=standings,
        places={standing.region_code: regions.get_region(standing.region_code) for standing in standings},
        guardian=queries.find_guardian(volunteer.id),
        consents=queries.list_consents(volunteer.id),
        labels=labels,
        form=form,
        withdrawing=withdrawing or WithdrawForm(None),
        picker=picker(),
        revealed=revealed,
    )
    return page, 422 if form.errors or (withdrawing and withdrawing.errors) else 200
