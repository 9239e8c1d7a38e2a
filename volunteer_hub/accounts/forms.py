"""Forms for signing in, setting up, changing a password; for granting roles and issuing tokens."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts.labels import ROLE_NOTES, ROLES, SCOPE_KINDS, TOKEN_KINDS
from volunteer_hub.accounts.models import Role, ScopeKind, TokenKind
from volunteer_hub.web.forms import (
    DateField,
    Form,
    Optional,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    at_most,
    choices,
    required,
)
from volunteer_hub.web.i18n import say


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


class RecoveryForm(Form):
    """The code on the slip, and a new password."""

    code = StringField(
        _l("凭条上的代码"),
        [required(), at_most(40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("新密码（至少 8 位）"), [required(), at_most(200)], render_kw={"autocomplete": "new-password"}
    )


class DisableForm(Form):
    """Why an account is closed."""

    reason = StringField(_l("停用理由"), [required(), at_most(200)])


class GiftForm(Form):
    """A role on a subtree, perhaps until a day."""

    role = RadioField(_l("角色"), [required(_l("请选择角色。"))], coerce=Role)
    kind = SelectField(_l("范围类型"), coerce=ScopeKind)
    place = StringField(_l("范围"), [at_most(60)], render_kw={"autocomplete": "off", "list": "places"})
    expires_on = DateField(_l("到期日（可不填）"), [Optional()])

    def offer(self, roles: list[Role], kinds: list[ScopeKind]) -> None:
        """Offer what the giver may give."""
        self.role.choices = choices((role, _words(role)) for role in roles)
        self.kind.choices = choices((kind, say(SCOPE_KINDS[kind])) for kind in kinds)


def _words(role: Role) -> str:
    return str(_("%(role)s：%(note)s", role=say(ROLES[role]), note=say(ROLE_NOTES[role])))


class NewStaffForm(GiftForm):
    """A new account for a member of staff, with its first role."""

    display_name = StringField(_l("姓名或岗位"), [required(), at_most(60)])
    sign_in_name = StringField(
        _l("登录名"), [required(), at_most(60)], render_kw={"autocomplete": "off", "autocapitalize": "off"}
    )


class ExistingForm(GiftForm):
    """A role for somebody who has an account."""

    account = StringField(
        _l("登录名、志愿者编号或手机号"), [required(), at_most(60)], render_kw={"autocomplete": "off"}
    )


class TokenForm(Form):
    """A token for a device or a program."""

    kind = SelectField(_l("用途"), coerce=TokenKind)
    name = StringField(_l("名称"), [required(), at_most(60)])
    expires_on = DateField(_l("到期日（可不填）"), [Optional()])

    def offer(self) -> None:
        """Offer the kinds of tokens."""
        self.kind.choices = choices((kind, say(words)) for kind, words in TOKEN_KINDS.items())
