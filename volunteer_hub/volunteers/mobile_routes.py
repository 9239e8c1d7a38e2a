"""One's own mobile: proving it, and changing it with a second proof."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import mobile_codes, passwords
from volunteer_hub.accounts import queries as account_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import channels, clock
from volunteer_hub.core.channels import ChannelKind, Message, Refused, Unreachable
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.notices import reaching
from volunteer_hub.volunteers import mobile_changes, queries
from volunteer_hub.volunteers.mobile_forms import CodeForm, MobileForm, WaitingMobileForm
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import access, actor, require
from volunteer_hub.web.limits import limiter

pages = Blueprint("mobiles", __name__)

OWN = Permission.OWN_PAGES
CHANGE, PROVE = "change-mobile", "prove-mobile"
Answer = str | Response | tuple[str, int]


@pages.get("/me/mobile")
@require(OWN)
def own() -> Answer:
    """Show the mobile, what waits to change it, and how sure the register is of it."""
    return _page(_form())


@pages.post("/me/mobile")
@require(OWN)
@limiter.limit("20/hour")
def change() -> Answer:
    """Begin: the password, and either a code to the new mobile or a day's wait."""
    form = _form()
    if form.validate_on_submit():
        try:
            _check_password(form.password.data)
            number = mobile_changes.check_new(_own(), form.mobile.data)
            if isinstance(form, WaitingMobileForm):
                with transaction():
                    mobile_changes.ask(actor(), _own(), number, form.four.data, now=clock.now())
                flash(_("24 小时后更换，期间可以停止。"))
                return redirect(url_for("mobiles.own"))
            _send(CHANGE, number)
        except Denied:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _page(form, code_form=CodeForm(None, mobile=number), purpose=CHANGE)
    return _page(form)


@pages.post("/me/mobile/code")
@require(OWN)
@limiter.limit("60/hour")
def confirm() -> Answer:
    """Finish: the code that came to the new mobile."""
    form = CodeForm()
    if form.validate_on_submit() and _guess(CHANGE, form):
        with transaction():
            volunteer = _own()
            number = mobile_changes.check_new(volunteer, form.mobile.data)
            mobile_changes.change_proved(actor(), volunteer, number, now=clock.now())
        flash(_("手机号已更换，请用新手机号登录。"))
        return redirect(url_for("mobiles.own"))
    return _page(_form(None), code_form=form, purpose=CHANGE)


@pages.post("/me/mobile/prove")
@require(OWN)
@limiter.limit("20/hour")
def prove() -> Answer:
    """Send a code to the mobile in the register."""
    number = _own().mobile
    try:
        _send(PROVE, number)
    except Denied:
        raise
    except DomainError as refusal:
        form = _form(None)
        form.refuse(refusal)
        return _page(form)
    return _page(_form(None), code_form=CodeForm(None, mobile=number), purpose=PROVE)


@pages.post("/me/mobile/proved")
@require(OWN)
@limiter.limit("60/hour")
def proved() -> Answer:
    """Take the code that came to the mobile in the register."""
    form = CodeForm()
    # A code is good for the number it was sent to; here only the one in the register counts.
    form.mobile.data = _own().mobile
    if form.validate_on_submit() and _guess(PROVE, form):
        with transaction():
            mobile_changes.prove(_own(), now=clock.now())
        flash(_("手机号已核实。"))
        return redirect(url_for("mobiles.own"))
    return _page(_form(None), code_form=form, purpose=PROVE)


@pages.post("/me/mobile/stop")
@require(OWN)
def stop() -> Response:
    """Stop a change that waits."""
    with transaction():
        mobile_changes.stop(actor(), _own(), now=clock.now())
    flash(_("已停止更换手机号。"))
    return redirect(url_for("mobiles.own"))


def _own() -> Volunteer:
    return queries.get_own(actor().account_id or 0)


def _form(*sent: None) -> MobileForm:
    """Return the form that fits what the deployment can do."""
    return (MobileForm if channels.find(ChannelKind.SMS) else WaitingMobileForm)(*sent)


def _check_password(password: str) -> None:
    """Hold the password of whoever sits here to the account's. Raises DomainError at `password`."""
    now, address = clock.now(), request.remote_addr or ""
    name = f"mobile of {actor().hand}"
    if accounts.too_many_failures(name, address, now=now):
        raise DomainError("throttled", N_("尝试次数太多，请 15 分钟后再试。"))
    account = account_queries.get_account(actor().hand or 0)
    if not passwords.matches(account.password_hash, password):
        with transaction():
            accounts.remember_failure(name, address, now=now)
        raise DomainError("wrong_password", N_("密码不对。"), field="password")


def _login() -> str:
    held = getattr(access(), "login_id", None)
    if held is None:
        raise Denied("needs_a_login", N_("请用浏览器登录后办理。"))
    return str(held)


def _send(purpose: str, mobile: str) -> None:
    """Send a code, after it was committed. Raises DomainError where it cannot be sent."""
    channel, now = channels.find(ChannelKind.SMS), clock.now()
    if channel is None:
        raise DomainError("no_channel", N_("本系统没有开通短信，不能发验证码。"))
    login = _login()
    with transaction():
        code = mobile_codes.make(
            purpose,
            login,
            mobile,
            request.remote_addr or "",
            now=now,
            a_day=current_app.config["MOBILE_CODES_PER_DAY"],
        )
    text = _("验证码 %(code)s，10 分钟内有效。不是本人操作请勿理会，不要告诉任何人。", code=code)
    key = f"{purpose}:{login}:{now.timestamp():.0f}"
    try:
        channel.send(Message(mobile, current_app.config["SITE_NAME"], text, key))
    except (Refused, Unreachable) as trouble:
        raise DomainError("not_sent", N_("验证码没有发出去，请稍后再试。")) from trouble


def _guess(purpose: str, form: CodeForm) -> bool:
    """Count a try, and commit it, before anything is said."""
    with transaction():
        right = mobile_codes.guess(purpose, _login(), form.mobile.data or "", form.code.data or "", now=clock.now())
    if not right:
        form.refuse(DomainError("code_wrong", N_("验证码不对，或已经用过、过期。"), field="code"))
    return right


def _is_proved() -> bool:
    point = reaching.list_points(actor().account_id or 0).get(ChannelKind.SMS.value)
    return point is not None and point.proved_at is not None


def _page(form: MobileForm, *, code_form: CodeForm | None = None, purpose: str = "") -> Answer:
    volunteer = _own()
    standing = queries.current_standing(volunteer.id)
    page = render_template(
        "volunteers/mobile.html",
        volunteer=volunteer,
        standing=standing,
        form=form,
        code_form=code_form,
        action=url_for("mobiles.confirm" if purpose == CHANGE else "mobiles.proved"),
        waiting=mobile_changes.find_waiting(volunteer.id),
        may_prove=channels.find(ChannelKind.SMS) is not None and standing is not None and not _is_proved(),
    )
    wrong = form.errors or form.form_errors or (code_form is not None and code_form.errors)
    return page, 422 if wrong else 200
