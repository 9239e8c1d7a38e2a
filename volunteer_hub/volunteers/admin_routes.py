"""People as an office and a desk see them: masked, found by name or full number, opened against a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.core.text import N_
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.regions.picker import place_picker
from volunteer_hub.volunteers import corrections, labels, passes, queries, real_name, searching, service, texts
from volunteer_hub.volunteers.forms import AssuranceForm, CorrectionForm, DeskForm, OpenForm, RestoreForm, SearchForm
from volunteer_hub.volunteers.models import Standing, Volunteer
from volunteer_hub.volunteers.showing import ages, picker, registration_page
from volunteer_hub.web.access import access, actor, require, scope
from volunteer_hub.web.i18n import say
from volunteer_hub.web.limits import limiter

pages = Blueprint("volunteers_admin", __name__)

Answer = str | Response | tuple[str, int]


@pages.route("/office/volunteers", methods=["GET", "POST"])
@require(Permission.SEE_PEOPLE)
def index() -> Answer:
    form, allowed, found = SearchForm(), scope(Permission.SEE_PEOPLE), None
    if form.validate_on_submit():
        try:
            sought = _sought(form.words.data, allowed)
            region = form.region_code.data if _may_filter(allowed) else ""
            found = queries.page_volunteers(allowed, sought, region or "", form.page.data or 1)
        except DomainError as refusal:
            form.refuse(refusal)
    page = render_template(
        "volunteers/manage/index.html",
        form=form,
        found=found,
        found_tokens={row.Volunteer.id: _hand_out(row.Volunteer.id) for row in found.items} if found else {},
        places=place_picker(_home(allowed)) if _may_filter(allowed) else None,
        labels=labels,
    )
    return page, 422 if form.errors else 200


def _sought(words: str, allowed: Scope) -> searching.Sought:
    sought = searching.read(words)
    if not sought.exact and not _may_filter(allowed):
        raise DomainError(
            "search_needs_full_number", N_("您可以用完整的志愿者编号、手机号或证件号码查找。"), field="words"
        )
    return sought


def _may_filter(allowed: Scope) -> bool:
    return allowed.everything or bool(allowed.regions)


def _home(allowed: Scope) -> Region | None:
    tops = regions.list_tops(allowed)
    return tops[0] if len(tops) == 1 else None


@pages.route("/manage/volunteers/new", methods=["GET", "POST"])
@require(Permission.RAISE_ASSURANCE)
def new() -> Answer:
    form = DeskForm()
    form.thresholds = ages()
    if form.validate_on_submit():
        try:
            agreed_to = texts.agreed_texts(form.shown.data)
            with transaction():
                volunteer = service.register(
                    actor(), form.given(agreed_to), now=clock.now(), ages=ages(), at_desk=True
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已登记，志愿者编号 %(number)s。", number=volunteer.number))
            return redirect(_address_of(volunteer))
    return registration_page("volunteers/manage/new.html", form)


@pages.get("/office/volunteers/<int:volunteer_id>")
@require(Permission.SEE_PEOPLE)
def show(volunteer_id: int) -> Answer:
    return _page(_seen(volunteer_id, Permission.SEE_PEOPLE))


@pages.post("/office/volunteers/<int:volunteer_id>/open")
@require(Permission.OPEN_IDENTITY)
def open_identity(volunteer_id: int) -> Answer:
    """Show the full identity on this one page; the row in the trail is written in the same transaction."""
    form = OpenForm()
    if not form.validate_on_submit():
        return _page(queries.get_volunteer(scope(Permission.OPEN_IDENTITY), volunteer_id), opening=form)
    with transaction():
        volunteer = queries.get_volunteer(scope(Permission.OPEN_IDENTITY), volunteer_id)
        service.open_identity(actor(), volunteer, form.reason.data, now=clock.now())
    return _page(volunteer, opened=True)


@pages.post("/office/volunteers/<int:volunteer_id>/correct")
@require(Permission.OPEN_IDENTITY)
def correct(volunteer_id: int) -> Answer:
    form = CorrectionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                volunteer = queries.get_volunteer(scope(Permission.OPEN_IDENTITY), volunteer_id)
                corrections.correct_identity(actor(), volunteer, form.correction(), now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已更正，并记入操作日志。"))
            return redirect(_address_of(volunteer))
    return _page(queries.get_volunteer(scope(Permission.OPEN_IDENTITY), volunteer_id), correcting=form)


@pages.post("/office/volunteers/<int:volunteer_id>/assurance")
@require(Permission.RAISE_ASSURANCE)
def raise_assurance(volunteer_id: int) -> Answer:
    form = AssuranceForm()
    if form.validate_on_submit():
        try:
            with transaction():
                volunteer = _seen(volunteer_id, Permission.RAISE_ASSURANCE)
                service.raise_assurance(actor(), volunteer, int(form.level.data), form.evidence.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("核验级别已登记。"))
            return redirect(_address_of(volunteer))
    return _page(_seen(volunteer_id, Permission.RAISE_ASSURANCE), raising=form)


@pages.post("/office/volunteers/<int:volunteer_id>/real-name")
@require(Permission.RAISE_ASSURANCE)
@limiter.limit("30/minute")
def ask_real_name(volunteer_id: int) -> Answer:
    """Ask the external service, outside any transaction, and keep a yes."""
    found = _seen(volunteer_id, Permission.RAISE_ASSURANCE)
    try:
        service.refuse_own(actor(), found)
        reply = real_name.ask(found)
        with transaction():
            volunteer = _seen(volunteer_id, Permission.RAISE_ASSURANCE)
            real_name.confirm(actor(), volunteer, reply, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
    else:
        flash(_("核验级别已登记。"))
    return redirect(_address_of(found))


@pages.post("/office/volunteers/<int:volunteer_id>/recovery")
@require(Permission.RECOVER_ACCOUNTS)
def recover(volunteer_id: int) -> Answer:
    """Answer with a slip instead of a redirect: the code is kept nowhere that a next page could read."""
    now = clock.now()
    try:
        with transaction():
            volunteer = _seen(volunteer_id, Permission.RECOVER_ACCOUNTS)
            held = accounts.list_grants(actor().account_id or 0, now)
            code, until = corrections.give_recovery_code(actor(), held, volunteer, now=now)
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.message, refusal.params))
        return redirect(_address_of(_seen(volunteer_id, Permission.RECOVER_ACCOUNTS)))
    return render_template(
        "volunteers/manage/recovery.html",
        volunteer=volunteer,
        code=code,
        until=until,
        back=_address_of(volunteer),
    )


@pages.post("/office/volunteers/<int:volunteer_id>/restore")
@require(Permission.RAISE_ASSURANCE)
def restore(volunteer_id: int) -> Answer:
    form = RestoreForm()
    if form.validate_on_submit():
        try:
            agreed_to = texts.agreed_texts(form.shown.data)
            with transaction():
                volunteer = _seen(volunteer_id, Permission.RAISE_ASSURANCE)
                service.restore(actor(), volunteer, form.region_code.data, agreed_to, now=clock.now(), ages=ages())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已恢复登记。"))
            return redirect(_address_of(volunteer))
    return _page(_seen(volunteer_id, Permission.RAISE_ASSURANCE), restoring=form)


def _hand_out(volunteer_id: int) -> str:
    """Return a pass to the masked page of somebody just found by a full number, for this account only."""
    return passes.hand_out(volunteer_id, actor().account_id)


def _address_of(volunteer: Volunteer) -> str:
    return url_for("volunteers_admin.show", volunteer_id=volunteer.id, found=_hand_out(volunteer.id))


def _seen(volunteer_id: int, permission: Permission) -> Volunteer:
    """Return somebody inside the scope, or found a while ago by a full number. Raises NotFound."""
    was_found = passes.was_found(request.values.get("found", ""), volunteer_id, actor().account_id)
    return queries.get_volunteer(EVERYTHING if was_found else scope(permission), volunteer_id)


def _page(
    volunteer: Volunteer,
    *,
    opened: bool = False,
    opening: OpenForm | None = None,
    raising: AssuranceForm | None = None,
    restoring: RestoreForm | None = None,
    correcting: CorrectionForm | None = None,
) -> tuple[str, int]:
    standings = queries.list_standings(volunteer.id)
    current = queries.current_standing(volunteer.id)
    page = render_template(
        "volunteers/manage/show.html",
        volunteer=volunteer,
        current=current,
        standings=standings,
        places={standing.region_code: regions.get_region(standing.region_code) for standing in standings},
        guardian=queries.find_guardian(volunteer.id),
        consents=queries.list_consents(volunteer.id),
        labels=labels,
        opened=opened,
        may_open=current is not None and scope(Permission.OPEN_IDENTITY).covers(region=current.region_code),
        may_raise=access().can(Permission.RAISE_ASSURANCE),
        may_ask=real_name.is_offered(),
        may_recover=access().can(Permission.RECOVER_ACCOUNTS),
        opening=opening or OpenForm(None),
        raising=_higher(raising or AssuranceForm(None), current),
        restoring=restoring or RestoreForm(None),
        correcting=correcting or CorrectionForm(None),
        picker=picker(),
        version=texts.CURRENT["registration"],
        mark=texts.mark_of(texts.shown_texts()),
        found=request.values.get("found", ""),
    )
    sent = opening or raising or restoring or correcting
    return page, 422 if sent and sent.errors else 200


def _higher(form: AssuranceForm, current: Standing | None) -> AssuranceForm:
    """Offer only what is surer than the register is."""
    if current is not None:
        form.level.choices = [choice for choice in form.level.choices if int(choice.value) > current.assurance]
    return form
