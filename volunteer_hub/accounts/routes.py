"""Signing in and out, one's logins and password, and the first set-up."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import login, queries, recovery, service
from volunteer_hub.accounts.forms import PasswordForm, RecoveryForm, SetUpForm, SignInForm
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import access, actor, public, require
from volunteer_hub.web.i18n import LOCALES
from volunteer_hub.web.limits import limiter
from volunteer_hub.web.openers import safe_next

pages = Blueprint("accounts", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("60/minute", methods=["POST"])
def sign_in() -> str | Response | tuple[str, int]:
    target = safe_next(request.values.get("next"))
    if access().signed_in:
        return redirect(target or url_for("home.index"))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            secret = _try_sign_in(form.name.data, form.password.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            login.remember(secret)
            return redirect(target or url_for("home.index"))
    status = 422 if form.errors else 200
    return render_template("accounts/sign_in.html", form=form, next=target), status


def _try_sign_in(name: str, password: str) -> str:
    now, address = clock.now(), request.remote_addr or ""
    if service.too_many_failures(name, address, now=now):
        raise DomainError("throttled", N_("尝试次数太多，请 15 分钟后再试。"))
    try:
        account = service.check_password(name, password)
    except DomainError:
        with transaction():
            service.remember_failure(name, address, now=now)
        raise
    with transaction():
        return service.open_login(account, request.user_agent.string, now=now)


@pages.post("/sign-out")
@require(Permission.OWN_PAGES)
def sign_out() -> Response:
    asker = access()
    if isinstance(asker, login.SignedIn) and asker.login_id:
        with transaction():
            service.end_login(asker.bearer.account_id, asker.login_id, now=clock.now())
    login.forget()
    return redirect(url_for("home.index"))


@pages.get("/me/logins")
@require(Permission.OWN_PAGES)
def logins() -> str:
    asker = access()
    current = asker.login_id if isinstance(asker, login.SignedIn) else None
    return render_template(
        "accounts/logins.html",
        logins=queries.list_logins(asker.actor.account_id or 0, clock.now()),
        current=current,
        form=PasswordForm(),
    )


@pages.post("/me/logins/end-all")
@require(Permission.OWN_PAGES)
def end_all() -> Response:
    with transaction():
        service.end_all_logins(actor().account_id or 0, now=clock.now())
    login.forget()
    flash(_("已在所有设备上退出登录。"))
    return redirect(url_for("accounts.sign_in"))


@pages.post("/me/logins/<int:login_id>/end")
@require(Permission.OWN_PAGES)
def end_one(login_id: int) -> Response:
    with transaction():
        service.end_login(actor().account_id or 0, login_id, now=clock.now())
    return redirect(url_for("accounts.logins"))


@pages.post("/me/password")
@require(Permission.OWN_PAGES)
def change_password() -> str | Response | tuple[str, int]:
    form = PasswordForm()
    account_id = actor().account_id or 0
    if form.validate_on_submit():
        try:
            with transaction():
                service.change_password(
                    queries.get_account(account_id),
                    form.old_password.data,
                    form.password.data,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            login.forget()
            flash(_("密码已修改，请用新密码登录。"))
            return redirect(url_for("accounts.sign_in"))
    current = getattr(access(), "login_id", None)
    listed = queries.list_logins(account_id, clock.now())
    return render_template("accounts/logins.html", logins=listed, current=current, form=form), 422


@pages.route("/recover", methods=["GET", "POST"])
@public
@limiter.limit("20/minute", methods=["POST"])
def recover() -> str | Response | tuple[str, int]:
    """Set a new password with the code on a slip from the desk."""
    form = RecoveryForm()
    if form.validate_on_submit():
        try:
            _use_code(form.code.data, form.password.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("密码已修改，请用新密码登录。"))
            return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/recover.html", form=form), 422 if form.errors else 200


def _use_code(code: str, password: str) -> None:
    now, address = clock.now(), request.remote_addr or ""
    if service.too_many_failures(recovery.THROTTLED_AS, address, now=now):
        raise DomainError("throttled", N_("尝试次数太多，请 15 分钟后再试。"))
    try:
        with transaction():
            recovery.use_code(code, password, now=now)
    except DomainError as refusal:
        if refusal.code == "code_wrong":
            with transaction():
                service.remember_failure(recovery.THROTTLED_AS, address, now=now)
        raise


@pages.route("/setup/<token>", methods=["GET", "POST"])
@public
@limiter.limit("20/minute")
def set_up(token: str) -> str | Response | tuple[str, int]:
    form = SetUpForm()
    if form.validate_on_submit():
        now = clock.now()
        try:
            with transaction():
                account = service.set_up(
                    token, form.display_name.data, form.sign_in_name.data, form.password.data, now=now
                )
                secret = service.open_login(account, request.user_agent.string, now=now)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            login.remember(secret)
            return redirect(url_for("home.index"))
    return render_template("accounts/set_up.html", form=form, token=token), 422 if form.errors else 200


@pages.post("/language/<code>")
@public
def choose_language(code: str) -> Response:
    if code in LOCALES:
        session["language"] = code
    return redirect(safe_next(request.form.get("next")) or url_for("home.index"))
