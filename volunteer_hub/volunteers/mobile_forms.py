"""Forms for one's own mobile."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import Form, HiddenField, PasswordField, StringField, at_most, required

_PASSWORD = {"autocomplete": "current-password"}


class MobileForm(Form):
    """Another mobile, and the first proof."""

    mobile = StringField(
        _l("新手机号"),
        [required(), at_most(30)],
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
    )
    password = PasswordField(_l("登录密码"), [required(), at_most(200)], render_kw=_PASSWORD)


class WaitingMobileForm(MobileForm):
    """The same where no code can be sent."""

    four = StringField(
        _l("登记证件号码的后四位"),
        [required(), at_most(4)],
        render_kw={"autocomplete": "off"},
    )


class CodeForm(Form):
    """The six digits that were sent, and to which mobile."""

    mobile = HiddenField()
    code = StringField(
        _l("短信验证码"),
        [required(), at_most(10)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )
