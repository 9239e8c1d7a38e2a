"""Where somebody who was invited reads what an office entered of them, and agrees or declines, on their own phone."""

from __future__ import annotations

import json

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import login, passwords
from volunteer_hub.accounts import queries as account_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.masking import mask_document, mask_mobile
from volunteer_hub.core.text import N_
from volunteer_hub.imports import accepting
from volunteer_hub.imports.forms import AcceptForm, FindInvitationForm
from volunteer_hub.imports.models import Invitation
from volunteer_hub.regions import queries as regions
from volunteer_hub.volunteers import texts
from volunteer_hub.volunteers.ages import full_years, is_minor, needs_separate_consent
from volunteer_hub.volunteers.registration import MINOR, REGISTRATION, GuardianAnswer
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.web.access import actor, public
from volunteer_hub.web.limits import limiter

pages = Blueprint("invitations", __name__)

Answer = str | Response | tuple[str, int]
PURPOSE, SECONDS = "invitation-found", 30 * 60


@pages.route("/invitation", methods=["GET", "POST"])
@public
@limiter.limit("20/hour", methods=["POST"])
def find() -> Answer:
    """Ask for the mobile and the end of the document, and show what they open."""
    form = FindInvitationForm()
    if form.validate_on_submit():
        try:
            found = _find(form.mobile.data, form.ending.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _page(found, AcceptForm(None))
    return render_template("imports/invitation_find.html", form=form), 422 if form.errors else 200


@pages.post("/invitation/accept")
@public
@limiter.limit("60/hour")
def accept() -> Answer:
    """Register whoever agrees, and sign them in."""
    form, found = AcceptForm(), _held()
    if form.validate_on_submit():
        try:
            secret = _accept(found.id, form)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            login.remember(secret)
            return redirect(url_for("volunteers.registered"))
    return _page(_held(), form)


@pages.post("/invitation/decline")
@public
@limiter.limit("60/hour")
def decline() -> Answer:
    """Erase what was entered of somebody who does not want it."""
    with transaction():
        accepting.refuse(_held(), now=clock.now())
    flash(_("已谢绝邀请，录入的信息已清除。"))
    return redirect(url_for("home.index"))


def _find(mobile: str, ending: str) -> Invitation:
    """Return the invitation; a guess that fails counts like a failed sign-in of this mobile at this address."""
    now, address = clock.now(), request.remote_addr or ""
    if accounts.too_many_failures(mobile, address, now=now):
        raise DomainError("throttled", N_("尝试次数太多，请 15 分钟后再试。"))
    try:
        return accepting.find(mobile, ending, now=now)
    except DomainError:
        with transaction():
            accounts.remember_failure(mobile, address, now=now)
        raise


def _held() -> Invitation:
    """Return the invitation this page was opened for, by the pass it carries. Raises NotFound."""
    claims = tokens.unseal(PURPOSE, request.form.get("pass", "")) or {}
    return accepting.get_open(int(claims.get("i", 0)), now=clock.now())


def _accept(invitation_id: int, form: AcceptForm) -> str:
    now = clock.now()
    agreed_to = texts.agreed_texts(request.form.get("shown"))
    hashed = passwords.hash_password(form.password.data)
    guardian = GuardianAnswer(
        agrees=form.guardian_agrees.data, agrees_to_child_data=form.guardian_agrees_to_child_data.data
    )
    with transaction():
        volunteer = accepting.accept(
            actor(),
            accepting.get_open(invitation_id, now=now),
            agreed_to,
            guardian,
            agrees=form.agrees.data,
            password_hash=hashed,
            now=now,
            ages=ages(),
        )
        account = account_queries.get_account(volunteer.account_id or 0)
        return accounts.open_login(account, request.user_agent.string, now=now)


def _page(found: Invitation, form: AcceptForm) -> tuple[str, int]:
    shown = texts.shown_texts()
    given = accepting.registration_for(found, shown)
    years = full_years(given.birth_on, clock.today()) if given.birth_on else ages().adult
    band = ages().band(years)
    page = render_template(
        "imports/invitation.html",
        form=form,
        name=given.name,
        document=mask_document(given.document_number),
        mobile=mask_mobile(given.mobile),
        guardian=json.loads(found.payload or "{}").get("guardian"),
        place=regions.get_region(found.region_code).full_name,
        minor=is_minor(band),
        child=needs_separate_consent(band),
        key=tokens.seal(PURPOSE, {"i": found.id}, SECONDS),
        mark=texts.mark_of(shown),
        registration_text=texts.template_of(REGISTRATION, texts.CURRENT[REGISTRATION]),
        minor_text=texts.template_of(MINOR, texts.CURRENT[MINOR]),
        adult=ages().adult,
    )
    return page, 422 if form.errors else 200
