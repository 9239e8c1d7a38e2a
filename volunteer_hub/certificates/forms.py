"""The forms of certificates: asking for one, deciding, and what a unit prints of itself."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    choices,
    required,
)

MASKED, WHOLE = "masked", "whole"
DOCUMENTS = choices(
    [(MASKED, _l("只印前 3 位和后 4 位")), (WHOLE, _l("印完整号码（只在纸面上，核验页不显示）"))],
)


class PeriodForm(Form):
    """Of which days a record is wanted."""

    since = DateField(_l("从"), [required(_l("请填写开始日期。"))])
    until = DateField(_l("到"), [required(_l("请填写结束日期。"))])


class RequestForm(PeriodForm):
    """Whose records a certificate shall cover, of which days, what for, and how."""

    unit = SelectField(_l("记录单位"), [required(_l("请选择记录单位。"))])
    purpose = StringField(_l("用途"), [required(_l("请填写用途，它会印在证明上。")), at_most(60)])
    document = RadioField(_l("证件号码怎么印"), choices=DOCUMENTS, default=MASKED)
    wants_seal = BooleanField(_l("需要盖章"))


class RefusalForm(Form):
    """Why a request is refused."""

    reason = TextAreaField(_l("不予开具的理由"), [required(_l("请写明理由，本人会看到。")), at_most(200)])


class RevocationForm(Form):
    """Why a certificate is withdrawn."""

    reason = TextAreaField(_l("撤销的理由"), [required(_l("请写明理由，本人会看到。")), at_most(200)])


class UnitForm(Form):
    """Who answers for a unit's certificates."""

    person_in_charge = StringField(_l("负责人"), [required(_l("请填写负责人姓名。")), at_most(60)])
    contact = StringField(_l("联系方式"), [required(_l("请填写单位电话或地址。")), at_most(60)])


class SealForm(Form):
    """The picture of a seal."""

    picture = FileField(_l("印章图片（PNG）"))

    @property
    def sent(self) -> bytes:
        """Return the file that was sent; nothing if none was."""
        chosen: Any = self.picture.data
        return bytes(chosen.read()) if chosen else b""


class NewUnitForm(Form):
    """A station or a team that shall issue certificates."""

    place = SelectField(_l("阵地或队伍"), [required(_l("请选择阵地或队伍。"))])
