"""Forms of imports, and of invitations."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.imports.labels import BASES, FIELDS, KINDS
from volunteer_hub.imports.models import Basis, ImportKind
from volunteer_hub.web.forms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    Optional,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    agreed,
    at_most,
    choices,
    required,
)


class UploadForm(Form):
    """A file, what it is, and on what consent."""

    kind = RadioField(_l("文件内容"), choices=choices((kind, _l(words)) for kind, words in KINDS.items()))
    file = FileField(
        _l("文件（.xlsx 或 .csv，最大 40 MB）"), [required(_l("请选择文件。"))], render_kw={"accept": ".xlsx,.csv"}
    )
    area_code = SelectField(_l("导入到哪个区划"))
    region_code = StringField(
        _l("没写居住区域的人，默认住在（12 位区划代码，可不填）"), [at_most(12)], render_kw={"inputmode": "numeric"}
    )
    basis = RadioField(
        _l("花名册里的人，凭什么同意登记"),
        [Optional()],
        choices=choices((basis, _l(words)) for basis, words in BASES.items()),
    )
    consent_on = DateField(_l("纸质同意书签署日期（表里有“本人同意日期”列的，以表为准）"), [Optional()])
    holder = StringField(_l("同意书保管单位；历史时长写出具单位"), [at_most(60)])

    def kind_of(self) -> ImportKind:
        """Return what the file is said to be."""
        return ImportKind(self.kind.data)

    def basis_of(self) -> Basis | None:
        """Return the basis chosen, if any."""
        return Basis(self.basis.data) if self.basis.data else None


class UndoForm(Form):
    """Why a whole import is taken back."""

    reason = StringField(_l("撤销理由"), [required(), at_most(150)], render_kw={"autocomplete": "off"})


class FindInvitationForm(Form):
    """What somebody who was invited knows: their mobile and the end of their document."""

    mobile = StringField(_l("手机号"), [required(), at_most(30)], render_kw={"type": "tel", "autocomplete": "tel"})
    ending = StringField(
        _l("证件号码后 6 位"),
        [required(), at_most(6)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )


class AcceptForm(Form):
    """Agreeing to be registered, as the page shows it."""

    agrees = BooleanField(
        _l("我已阅读告知书，自愿注册为志愿者，并同意这样处理我的个人信息"), [agreed(_l("请阅读并同意后再提交。"))]
    )
    guardian_agrees = BooleanField(_l("我是孩子的监护人，已阅读监护人同意书，同意孩子注册为志愿者"))
    guardian_agrees_to_child_data = BooleanField(_l("我单独同意为志愿服务处理孩子的个人信息（未满 14 周岁必选）"))
    password = PasswordField(
        _l("设置登录密码（至少 8 位）"), [required(), at_most(200)], render_kw={"autocomplete": "new-password"}
    )


def mapping_form(kind_fields: tuple[str, ...], columns: list[tuple[int, str]], held: dict[str, int]) -> Any:
    """Return a form with one choice of a column for each field; an empty choice is none."""

    class MappingForm(Form):
        """Which column is what."""

    offered = [("", _l("（没有这一列）")), *((str(place), words) for place, words in columns)]
    for name in kind_fields:
        setattr(MappingForm, f"column_{name}", SelectField(_l(FIELDS[name]), [Optional()], choices=choices(offered)))
    return MappingForm(data={f"column_{name}": str(place) for name, place in held.items()})
