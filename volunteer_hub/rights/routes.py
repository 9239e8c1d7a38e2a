"""One's own data: everything held, who looked, a copy, a correction, consents."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from volunteer_hub.accounts.labels import ROLES
from volunteer_hub.audit.labels import ACTIONS
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.downloads import xlsx_file
from volunteer_hub.rights import consenting, guarding, labels, queries, requests, taking_along
from volunteer_hub.rights.asking_desk import confirm, own_volunteer
from volunteer_hub.rights.forms import ConsentForm, CopyForm, WordsForm
from volunteer_hub.rights.looks import list_looks
from volunteer_hub.rights.models import RequestKind
from volunteer_hub.volunteers import labels as volunteer_labels
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers import texts
from volunteer_hub.volunteers.registration import REGISTRATION
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.web.access import access, actor, require
from volunteer_hub.web.i18n import say
from volunteer_hub.web.limits import limiter

pages = Blueprint("rights", __name__)
pages.context_processor(lambda: {"labels": labels, "volunteer_labels": volunteer_labels, "roles": ROLES})
Answer = str | AnyResponse | tuple[str, int]
#: Where people arrive after signing in.
WELCOMES = frozenset({"home.index", "home.my_page"})


@pages.before_app_request
def ask_softly() -> None:
    """Say once after each sign-in that a text has changed since somebody agreed; nobody is kept from anything."""
    if request.endpoint not in WELCOMES or "asked_anew" in session or not access().signed_in:
        return
    session["asked_anew"] = True
    volunteer = volunteers.find_by_account(actor().account_id or 0)
    if volunteer is not None and consenting.is_to_be_asked(volunteer.id, texts.CURRENT[REGISTRATION]):
        flash(_("告知书有了新版本。同意不同意都可以，请到“我的信息权利”里看看。"))


@pages.get("/me/rights")
@require(Permission.OWN_PAGES)
def own() -> Answer:
    """Show by room what is held, why, where from, who sees it and for how long."""
    return _own_page(CopyForm(None))


@pages.post("/me/rights/copy")
@require(Permission.OWN_PAGES)
@limiter.limit("20/hour")
def copy() -> Answer:
    """Hand out everything as a file, against the password once more; the trail keeps that it was taken."""
    form = CopyForm()
    if not form.validate_on_submit():
        return _own_page(form)
    now = clock.now()
    try:
        confirm(form.password.data)
    except DomainError as refusal:
        form.refuse(refusal)
        return _own_page(form)
    subject = queries.subject_of_account(actor().account_id or 0)
    with transaction():
        volunteer = volunteers.find_by_account(actor().account_id or 0)
        if volunteer is not None:
            requests.note_copy(actor(), volunteer, form.form.data, now=now)
    name = say(N_("我的信息_%(day)s"), {"day": clock.civil_date(now).isoformat()})
    if form.form.data == "xlsx":
        answer = xlsx_file(name, taking_along.as_sheets(subject, say))
    else:
        answer = Response(taking_along.as_json(subject, say, now=now), content_type="application/json")
        answer.headers["Content-Disposition"] = "attachment; filename=personal-data.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/me/rights/looks")
@require(Permission.OWN_PAGES)
def looks() -> str:
    """Tell who looked at one's identity number, and why."""
    subject = queries.subject_of_account(actor().account_id or 0)
    return render_template("rights/looks.html", looks=list_looks(subject), actions=ACTIONS)


@pages.route("/me/rights/correction", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def correction() -> Answer:
    """Ask for a correction of what only staff may change, with the document in hand."""
    form = WordsForm()
    if form.validate_on_submit():
        try:
            with transaction():
                asked = requests.open_request(
                    actor(), own_volunteer(), RequestKind.CORRECTION, form.words.data, now=clock.now()
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已提交，最迟 %(day)s 答复。", day=asked.due_on.isoformat()))
            return redirect(url_for("rights.own"))
    page = render_template("rights/correction.html", form=form, volunteer=own_volunteer())
    return (page, 422) if form.errors else page


@pages.get("/me/rights/consents")
@require(Permission.OWN_PAGES)
def consents() -> Answer:
    """Show what was agreed to, what follows from taking each back, and a new version that waits."""
    return _consents_page(ConsentForm(None))


@pages.post("/me/rights/consents/agree")
@require(Permission.OWN_PAGES)
def agree() -> Answer:
    return _decide("agree")


@pages.post("/me/rights/consents/refuse")
@require(Permission.OWN_PAGES)
def refuse() -> Answer:
    return _decide("refuse")


@pages.post("/me/rights/consents/stop-naming")
@require(Permission.OWN_PAGES)
def stop_naming() -> Answer:
    return _decide("stop")


def _decide(what: str) -> Answer:
    form, now = ConsentForm(), clock.now()
    if not form.validate_on_submit():
        return _consents_page(form)
    current = texts.shown_text(REGISTRATION, texts.CURRENT[REGISTRATION])
    without = texts.shown_text(REGISTRATION, consenting.WITHOUT_NAMES)
    try:
        with transaction():
            volunteer = own_volunteer()
            guardian = guarding.check_guardian(actor(), volunteer, form.guardian_name.data or "", ages(), now=now)
            if what == "agree":
                _check_shown(form.shown.data, current.digest)
                consenting.agree_anew(actor(), volunteer, current, by_guardian=guardian, now=now)
            elif what == "refuse" and not consenting.is_named(volunteer.id):
                consenting.refuse_anew(actor(), volunteer, current.version, now=now)
            else:
                consenting.stop_naming(actor(), volunteer, without, current.version, by_guardian=guardian, now=now)
    except DomainError as refusal:
        form.refuse(refusal)
        return _consents_page(form)
    done = {"agree": _("已按新版告知书记录您的同意。"), "refuse": _("已记下，不再询问；原来的同意继续有效。")}
    flash(done.get(what, _("已撤回。以后的公示只计人数，不出现您的姓氏。")))
    return redirect(url_for("rights.consents"))


def _check_shown(given: str | None, digest: str) -> None:
    if given != digest:
        raise DomainError("text_changed", N_("告知书已更新，请重新阅读后再提交。"))


def _own_page(form: CopyForm) -> tuple[str, int]:
    account_id = actor().account_id or 0
    volunteer = volunteers.find_by_account(account_id)
    subject = queries.subject_of_account(account_id)
    listed = queries.list_requests(volunteer.id) if volunteer else []
    page = render_template(
        "rights/own.html",
        volunteer=volunteer,
        counts=queries.count_by_group(subject),
        listed=[(one, *requests.words_of(one)) for one in listed],
        leaving=next((one for one in listed if one.kind is RequestKind.ERASURE and one.closed_at is None), None),
        to_be_asked=volunteer is not None and consenting.is_to_be_asked(volunteer.id, texts.CURRENT[REGISTRATION]),
        form=form,
        today=clock.today(),
    )
    return page, 422 if form.errors else 200


def _consents_page(form: ConsentForm) -> tuple[str, int]:
    volunteer = own_volunteer()
    current = texts.shown_text(REGISTRATION, texts.CURRENT[REGISTRATION])
    page = render_template(
        "rights/consents.html",
        volunteer=volunteer,
        consents=volunteers.list_consents(volunteer.id),
        refusals=consenting.list_refusals(volunteer.id),
        named=consenting.is_named(volunteer.id),
        holds=bool(consenting.holding(volunteer.id)),
        to_be_asked=consenting.is_to_be_asked(volunteer.id, current.version),
        may_agree=current.version not in {one.version for one in consenting.holding(volunteer.id)},
        current=current,
        text=texts.template_of(REGISTRATION, current.version),
        is_child=guarding.is_child(volunteer, ages(), now=clock.now()),
        form=form,
    )
    return page, 422 if form.errors else 200
