"""The forms of make-ups and corrections."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.amendments.finding import Who
from volunteer_hub.web.forms import (
    BooleanField,
    DateTimeLocalField,
    FileField,
    Form,
    Optional,
    StringField,
    TextAreaField,
    at_most,
    required,
)

WALL = "%Y-%m-%dT%H:%M"


class MakeUpForm(Form):
    """Who served from when to when, why no scan shows it, and the picture that does."""

    number = StringField(_l("志愿者编号"), [at_most(40)])
    name = StringField(_l("姓名"), [at_most(60)])
    last_four = StringField(_l("证件或手机号后四位"), [at_most(8)])
    in_at = DateTimeLocalField(_l("到达时间"), [required(_l("请填写到达时间。"))], format=WALL)
    out_at = DateTimeLocalField(_l("离开时间"), [required(_l("请填写离开时间。"))], format=WALL)
    reason = TextAreaField(_l("补录理由"), [required(_l("请写明理由。")), at_most(200)])
    picture = FileField(_l("证明图片"))

    @property
    def who(self) -> Who:
        """Return who is meant."""
        return Who(self.number.data or "", self.name.data or "", self.last_four.data or "")

    @property
    def sent(self) -> bytes:
        """Return the file that was sent; nothing if none was."""
        chosen: Any = self.picture.data
        return bytes(chosen.read()) if chosen else b""


class CorrectionForm(Form):
    """Other times, or nobody served; and why."""

    not_served = BooleanField(_l("本人没有参加服务，时长全部冲正"))
    in_at = DateTimeLocalField(_l("应为到达时间"), [Optional()], format=WALL)
    out_at = DateTimeLocalField(_l("应为离开时间"), [Optional()], format=WALL)
    reason = TextAreaField(_l("更正理由"), [required(_l("请写明理由。")), at_most(200)])


class RejectionForm(Form):
    """Why a request is refused."""

    reason = TextAreaField(_l("不通过的理由"), [required(_l("请写明理由。")), at_most(200)])
