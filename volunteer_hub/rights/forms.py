"""Forms for taking a copy, asking for a correction, consents, leaving, and the office's answer."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import (
    BooleanField,
    Form,
    HiddenField,
    Length,
    PasswordField,
    RadioField,
    StringField,
    TextAreaField,
    agreed,
    at_most,
    choices,
    required,
)


def _password() -> PasswordField:
    return PasswordField(_l("登录密码"), [required(), at_most(200)], render_kw={"autocomplete": "current-password"})


def _guardian() -> StringField:
    return StringField(_l("监护人姓名（未成年人须填）"), [at_most(60)], render_kw={"autocomplete": "off"})


class CopyForm(Form):
    """A copy of everything, for whoever knows the password."""

    form = RadioField(
        _l("文件格式"),
        [required()],
        choices=choices([("xlsx", _l("Excel 表格，给人看")), ("json", _l("JSON，给别的程序用"))]),
        default="xlsx",
    )
    password = _password()


class WordsForm(Form):
    """What of the identity is wrong."""

    words = TextAreaField(
        _l("哪里不对，正确的是什么"),
        [required(), Length(max=300, message=_l("最多 %(max)d 个字。"))],
        render_kw={"rows": "3", "autocomplete": "off"},
    )


class ConsentForm(Form):
    """A yes, a no, or a step back; `shown` is the mark of the text that stood there."""

    shown = HiddenField()
    guardian_name = _guardian()


class LeaveForm(Form):
    """Leaving, on purpose, with the password."""

    when = RadioField(
        _l("什么时候删除"),
        [required()],
        choices=choices([("later", _l("过了反悔期再删除")), ("now", _l("现在就删除，不能反悔"))]),
        default="later",
    )
    guardian_name = _guardian()
    password = _password()
    sure = BooleanField(_l("我看过上面的说明，确定退出登记并删除我的信息"), [agreed(_l("请勾选确认。"))])
    sure_now = BooleanField(_l("选择现在就删除的，再确认一次：删除后谁也恢复不了"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask twice of who will not wait."""
        valid = bool(super().validate(extra_validators))
        if self.when.data == "now" and not self.sure_now.data:
            self.sure_now.errors = [*self.sure_now.errors, _l("请再确认一次。")]
            return False
        return valid


class StayForm(Form):
    """Staying after all."""

    shown = HiddenField()
    guardian_name = _guardian()
    agrees = BooleanField(
        _l("我已阅读告知书，同意恢复登记，并这样处理我的个人信息"), [agreed(_l("请阅读并同意后再提交。"))]
    )


class AnswerForm(Form):
    """What an office answers."""

    answer = StringField(_l("答复"), [at_most(200)], render_kw={"autocomplete": "off"})


class DeskLeaveForm(Form):
    """Somebody without a phone who leaves, standing at the desk."""

    evidence = StringField(
        _l("核对了什么"),
        [required(), at_most(200)],
        render_kw={"autocomplete": "off", "placeholder": _l("例如：本人到场，核对身份证原件")},
    )
    sure = BooleanField(
        _l("本人（未成年人由监护人）到场，听过说明，要求退出登记并删除信息"), [agreed(_l("请勾选确认。"))]
    )
