"""One's own wishes: where and when notices may be sent outside the application."""

from __future__ import annotations

from datetime import time

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import channels, clock, tokens
from volunteer_hub.core.channels import ChannelKind, Message, Refused, Unreachable
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.notices import reaching, topics
from volunteer_hub.notices.adapters import WeChatTemplates
from volunteer_hub.notices.forms import CodeForm, EmailForm, WishesForm
from volunteer_hub.notices.models import NoticeWishes
from volunteer_hub.web.access import actor, require
from volunteer_hub.web.i18n import locale
from volunteer_hub.web.limits import limiter

pages = Blueprint("notice_wishes", __name__)

Answer = str | Response | tuple[str, int]
#: How long WeChat's page may take to send somebody back, in seconds.
BINDING = 600


@pages.route("/me/notice-wishes", methods=["GET", "POST"])
@require(Permission.OWN_PAGES)
def preferences() -> Answer:
    """Show and keep what is sent outside, and when."""
    wishes = reaching.wishes_of(_own())
    form = WishesForm(
        topics=[topic for topic in topics.TOPICS if topic not in wishes.muted],
        quiet_from=_wall(wishes.quiet_from),
        quiet_until=_wall(wishes.quiet_until),
    )
    if form.validate_on_submit():
        muted = [topic for topic in topics.TOPICS if topic not in (form.topics.data or [])]
        with transaction():
            reaching.wish(_own(), muted, _minutes(form.quiet_from.data), _minutes(form.quiet_until.data), locale())
        flash(_("已保存。"))
        return redirect(url_for("notice_wishes.preferences"), 303)
    return _page(wishes=form)


@pages.post("/me/notice-wishes/email")
@require(Permission.OWN_PAGES)
@limiter.limit("10/day;5/hour")
def ask_email() -> Answer:
    """Send a code to an address that is to be proved; the code leaves after the commit."""
    form = EmailForm()
    carrier = channels.find(ChannelKind.EMAIL)
    if carrier is None:
        abort(404)
    if form.validate_on_submit():
        address = form.address.data.strip()
        try:
            with transaction():
                code = reaching.ask_proof(_own(), ChannelKind.EMAIL, address, now=clock.now())
            _send_code(carrier, address, code)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("验证码已发出，10 分钟内有效。"))
            return redirect(url_for("notice_wishes.preferences"), 303)
    return _page(email=form), 422


@pages.post("/me/notice-wishes/email/code")
@require(Permission.OWN_PAGES)
@limiter.limit("30/hour")
def prove_email() -> Answer:
    """Take the code; a wrong guess is counted, so the transaction commits either way."""
    form = CodeForm()
    if form.validate_on_submit():
        with transaction():
            proved = reaching.prove(_own(), ChannelKind.EMAIL, form.code.data, now=clock.now())
        if proved:
            flash(_("邮箱已确认。"))
            return redirect(url_for("notice_wishes.preferences"), 303)
        form.code.errors = [*form.code.errors, _("验证码不对或已过期。最多可试 5 次，也可以重新发送。")]
    return _page(code=form), 422


@pages.post("/me/notice-wishes/<channel>/forget")
@require(Permission.OWN_PAGES)
def forget(channel: str) -> Response:
    """Send nothing more by a channel, and forget the address."""
    if channel not in [kind.value for kind in ChannelKind]:
        abort(404)
    with transaction():
        reaching.forget(_own(), ChannelKind(channel))
    flash(_("已停用，地址已删除。"))
    return redirect(url_for("notice_wishes.preferences"), 303)


@pages.post("/me/notice-wishes/wechat")
@require(Permission.OWN_PAGES)
def bind_wechat() -> Response:
    """Send the browser to WeChat, which sends it back with a code."""
    carrier = _wechat()
    state = tokens.seal("wechat", {"account": _own()}, BINDING)
    session["wechat"] = tokens.digest(state)
    back = url_for("notice_wishes.bound_wechat", _external=True)
    return redirect(carrier.sign_in_address(back, state), 303)


@pages.get("/me/notice-wishes/wechat/back")
@require(Permission.OWN_PAGES)
def bound_wechat() -> Response:
    """Keep who came back, if this browser went and the same account is signed in."""
    carrier = _wechat()
    state = request.args.get("state", "")
    claims = tokens.unseal("wechat", state)
    if claims is None or claims["account"] != _own() or session.pop("wechat", "") != tokens.digest(state):
        flash(_("微信绑定没有完成，请再试一次。"))
        return redirect(url_for("notice_wishes.preferences"))
    try:
        openid = carrier.openid_of(request.args.get("code", ""))
    except (Refused, Unreachable):
        flash(_("微信绑定没有完成，请再试一次。"))
        return redirect(url_for("notice_wishes.preferences"))
    with transaction():
        reaching.keep_proved(_own(), ChannelKind.WECHAT, openid, now=clock.now())
    flash(_("微信已绑定。"))
    return redirect(url_for("notice_wishes.preferences"))


def _send_code(carrier: channels.Channel, address: str, code: str) -> None:
    """Send the code. Raises DomainError where the carrier would not take it."""
    text = _("您的验证码是 %(code)s，10 分钟内有效。不是您本人操作，请不必理会。", code=code)
    try:
        carrier.send(Message(address, _("验证码"), text, tokens.digest(f"{address}{code}")[:24]))
    except (Refused, Unreachable) as trouble:
        raise DomainError(
            "code_not_sent", N_("验证码没有发出去，请检查地址，或者过一会儿再试。"), field="address"
        ) from trouble


def _wechat() -> WeChatTemplates:
    carrier = channels.find(ChannelKind.WECHAT)
    if not isinstance(carrier, WeChatTemplates):
        abort(404)
    return carrier


def _page(*, wishes: WishesForm | None = None, email: EmailForm | None = None, code: CodeForm | None = None) -> str:
    kept: NoticeWishes = reaching.wishes_of(_own())
    shown = wishes or WishesForm(
        None,
        topics=[topic for topic in topics.TOPICS if topic not in kept.muted],
        quiet_from=_wall(kept.quiet_from),
        quiet_until=_wall(kept.quiet_until),
    )
    return render_template(
        "notices/preferences.html",
        kinds=channels.kinds(),
        points=reaching.list_points(_own()),
        form=shown,
        email=email or EmailForm(None),
        code=code or CodeForm(None),
        now=clock.now(),
    )


def _wall(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _minutes(wall: time | None) -> int:
    return 0 if wall is None else wall.hour * 60 + wall.minute


def _own() -> int:
    return actor().account_id or 0
