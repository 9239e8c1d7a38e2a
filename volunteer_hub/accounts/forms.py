"""Forms for signing in, setting up, and changing a password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import Form, PasswordField, StringField, at_most, required


class SignInForm(Form):
    """Name and password."""

    name = StringField(
        _l("手机号、志愿者编号或登录名"),
        [required(), at_most(60)],
        render_kw={"autocomplete": "username", "autocapitalize": "off"},
    )
    password = PasswordField(_l("密码"), [required(), at_most(200)], render_kw={"autocomplete": "current-password"})


class SetUpForm(Form):
    """The first administrator."""

    display_name = StringField(_l("您的姓名"), [required(), at_most(60)], render_kw={"autocomplete": "name"})
    sign_in_name = StringField(_l("登录名"), [required(), at_most(60)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("密码（至少 8 位）"), [required(), at_most(200)], render_kw={"autocomplete": "new-password"}
    )


class PasswordForm(Form):
    """A new password in place of the old."""

    old_password = PasswordField(
        _l("原密码"), [required(), at_most(200)], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(
        _l("新密码（至少 8 位）"), [required(), at_most(200)], render_kw={"autocomplete": "new-password"}
    )
