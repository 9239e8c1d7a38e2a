"""Accounts of staff: who holds which role where, first passwords, tokens of devices and programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import disabling, labels, queries, staff, subtrees
from volunteer_hub.accounts.forms import DisableForm, ExistingForm, GiftForm, NewStaffForm, TokenForm
from volunteer_hub.accounts.models import ScopeKind
from volunteer_hub.accounts.roles import FITS, Grant, roles_to_give
from volunteer_hub.accounts.staff import Gift
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import say

#: As offered: the widest last, so that nobody gives everything by inattention.
KINDS = (ScopeKind.STATION, ScopeKind.TEAM, ScopeKind.REGION, ScopeKind.EVERYTHING)

pages = Blueprint("accounts_admin", __name__, url_prefix="/admin/grants")


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels}


def _held() -> list[Grant]:
    """Return what the asker holds; read again inside a transaction before it is decided upon."""
    return queries.list_grants(actor().account_id or 0, clock.now())


@pages.get("")
@require(Permission.GRANT_ROLES)
def grants() -> str:
    words, disabled = request.args.get("q", "")[:60], "disabled" in request.args
    number = request.args.get("page", 1, type=int)
    page = staff.page_staff(_held(), words, number, now=clock.now(), disabled=disabled)
    return render_template("accounts/grants.html", page=page, words=words, disabled=disabled)


@pages.route("/new", methods=["GET", "POST"])
@require(Permission.GRANT_ROLES)
def new_staff() -> str | Response | tuple[str, int]:
    form = NewStaffForm()
    _offer(form)
    if form.validate_on_submit():
        try:
            with transaction():
                account, password = staff.create(
                    actor(), _held(), form.display_name.data, form.sign_in_name.data, _gift(form), now=clock.now()
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _show_once(_("账号已创建"), password, account.id, sign_in_name=form.sign_in_name.data)
    return _form_page(form, _("新建工作人员账号"))


@pages.route("/existing", methods=["GET", "POST"])
@require(Permission.GRANT_ROLES)
def existing() -> str | Response | tuple[str, int]:
    form = ExistingForm()
    _offer(form)
    if form.validate_on_submit():
        try:
            with transaction():
                account_id = staff.find_one(form.account.data).id
                staff.give(actor(), _held(), account_id, _gift(form), now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已授权。"))
            return redirect(url_for("accounts_admin.show", account_id=account_id))
    return _form_page(form, _("给已有账号授权"))


@pages.get("/<int:account_id>")
@require(Permission.GRANT_ROLES)
def show(account_id: int) -> str:
    form, token_form = GiftForm(formdata=None), TokenForm(formdata=None)
    return _show(account_id, form, token_form)


@pages.post("/<int:account_id>/give")
@require(Permission.GRANT_ROLES)
def give(account_id: int) -> str | Response | tuple[str, int]:
    form = GiftForm()
    _offer(form)
    if form.validate_on_submit():
        try:
            with transaction():
                staff.get_staff(_held(), account_id, now=clock.now())
                staff.give(actor(), _held(), account_id, _gift(form), now=clock.now())
        except DomainError as refusal:
            if refusal.status != 409:
                raise
            form.refuse(refusal)
        else:
            flash(_("已授权。"))
            return redirect(url_for("accounts_admin.show", account_id=account_id))
    return _show(account_id, form, TokenForm(formdata=None)), 422


@pages.post("/revoke/<int:grant_id>")
@require(Permission.GRANT_ROLES)
def revoke(grant_id: int) -> Response:
    try:
        with transaction():
            account_id = staff.take_back(actor(), _held(), grant_id, now=clock.now())
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        flash(say(refusal.message, refusal.params))
        return redirect(url_for("accounts_admin.grants"))
    flash(_("已收回授权，立即生效。"))
    seen = _sees(account_id)
    return redirect(
        url_for("accounts_admin.show", account_id=account_id) if seen else url_for("accounts_admin.grants")
    )


@pages.post("/<int:account_id>/password")
@require(Permission.GRANT_ROLES)
def reset_password(account_id: int) -> str:
    with transaction():
        password = staff.reset_password(actor(), _held(), account_id, now=clock.now())
    return _show_once(_("密码已重置"), password, account_id)


@pages.post("/<int:account_id>/disable")
@require(Permission.GRANT_ROLES)
def disable(account_id: int) -> str | Response | tuple[str, int]:
    form = DisableForm()
    if form.validate_on_submit():
        try:
            with transaction():
                account = staff.get_disposable(_held(), account_id, now=clock.now())
                disabling.disable(actor(), account, form.reason.data, now=clock.now())
        except DomainError as refusal:
            if refusal.status != 409:
                raise
            form.refuse(refusal)
        else:
            flash(_("账号已停用，立即生效。"))
            return redirect(url_for("accounts_admin.show", account_id=account_id))
    return _show(account_id, GiftForm(formdata=None), TokenForm(formdata=None), form), 422


@pages.post("/<int:account_id>/enable")
@require(Permission.GRANT_ROLES)
def enable(account_id: int) -> Response:
    with transaction():
        account = staff.get_disposable(_held(), account_id, now=clock.now())
        disabling.enable(actor(), account, now=clock.now())
    flash(_("账号已恢复使用。"))
    return redirect(url_for("accounts_admin.show", account_id=account_id))


@pages.post("/<int:account_id>/tokens")
@require(Permission.GRANT_ROLES)
def issue_token(account_id: int) -> str | tuple[str, int]:
    form = TokenForm()
    form.offer()
    if form.validate_on_submit():
        try:
            with transaction():
                secret = staff.issue_token(
                    actor(),
                    _held(),
                    account_id,
                    form.kind.data,
                    form.name.data,
                    now=clock.now(),
                    expires_at=_end(form.expires_on.data),
                )
        except DomainError as refusal:
            if refusal.status != 409:
                raise
            form.refuse(refusal)
        else:
            return _show_once(_("令牌已签发"), secret, account_id, is_token=True)
    return _show(account_id, GiftForm(formdata=None), form), 422


@pages.post("/<int:account_id>/tokens/<int:token_id>/revoke")
@require(Permission.GRANT_ROLES)
def revoke_token(account_id: int, token_id: int) -> Response:
    with transaction():
        staff.revoke_token(actor(), _held(), account_id, token_id, now=clock.now())
    flash(_("令牌已吊销，立即失效。"))
    return redirect(url_for("accounts_admin.show", account_id=account_id))


def _offer(form: GiftForm) -> None:
    roles = roles_to_give(_held())
    fitting = {kind for role in roles for kind in FITS[role]}
    if not scope(Permission.GRANT_ROLES).everything:
        fitting.discard(ScopeKind.EVERYTHING)
    form.offer(roles, [kind for kind in KINDS if kind in fitting])


def _gift(form: GiftForm) -> Gift:
    return Gift(form.role.data, form.kind.data, form.place.data or "", _end(form.expires_on.data))


def _end(day: date | None) -> datetime | None:
    """Return the last moment of a day to come. Raises DomainError at `expires_on` for a day that is over."""
    if day is not None and day < clock.today():
        raise DomainError("already_over", N_("到期日已经过去。"), field="expires_on")
    return clock.end_of(day) if day else None


def _sees(account_id: int) -> bool:
    try:
        staff.get_staff(_held(), account_id, now=clock.now())
    except DomainError:
        return False
    return True


def _form_page(form: GiftForm, title: str) -> tuple[str, int]:
    places = subtrees.suggest(scope(Permission.GRANT_ROLES))
    page = render_template("accounts/give.html", form=form, title=title, places=places)
    return page, 422 if form.errors else 200


def _show(account_id: int, form: GiftForm, token_form: TokenForm, disable_form: DisableForm | None = None) -> str:
    member = staff.get_staff(_held(), account_id, now=clock.now())
    may_act = member.is_staff and (member.is_ours or account_id == actor().account_id)
    _offer(form)
    token_form.offer()
    return render_template(
        "accounts/staff.html",
        member=member,
        may_act=may_act,
        may_close=member.is_ours and account_id != actor().account_id,
        disable_form=disable_form or DisableForm(None),
        tokens=staff.list_tokens(account_id) if may_act else [],
        form=form,
        token_form=token_form,
        places=subtrees.suggest(scope(Permission.GRANT_ROLES)),
    )


def _show_once(
    title: str, secret: str, account_id: int, *, sign_in_name: str | None = None, is_token: bool = False
) -> str:
    """Answer a POST with a page instead of a redirect: the secret is kept nowhere that a next page could read."""
    return render_template(
        "accounts/shown_once.html",
        title=title,
        secret=secret,
        account_id=account_id,
        sign_in_name=sign_in_name,
        is_token=is_token,
    )
