"""Forms for registering, for one's own record, and for finding people at an office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES, SKILLS
from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers import identity, mobiles, registration
from volunteer_hub.volunteers.ages import Ages, full_years
from volunteer_hub.volunteers.labels import ASSURANCES, DOCUMENT_KINDS, SEXES
from volunteer_hub.volunteers.models import DocumentKind, Sex
from volunteer_hub.volunteers.registration import Correction, GuardianAnswer, Registration, Texts
from volunteer_hub.web.forms import (
    BooleanField,
    CheckboxesField,
    DateField,
    Form,
    HiddenField,
    IntegerField,
    Optional,
    PasswordField,
    SelectField,
    StringField,
    ValidationError,
    agreed,
    at_most,
    choices,
    required,
)
from volunteer_hub.web.i18n import say

TELEPHONE = {"type": "tel", "inputmode": "tel"}


def _held_to(rule: Callable[[str], object]) -> Any:
    """Ask a rule of the domain already in the form, so that all fields at fault are shown at once."""

    def check(_form: Any, field: Any) -> None:
        try:
            rule(field.data or "")
        except DomainError as refusal:
            raise ValidationError(say(refusal.message, refusal.params)) from refusal

    return check


def _said(words: dict[Any, str]) -> list[tuple[object, Any]]:
    return [(key, _l(sentence)) for key, sentence in words.items()]


def _mobile(label: Any, **attributes: str) -> StringField:
    return StringField(
        label, [required(), at_most(30), _held_to(mobiles.normalise)], render_kw={**TELEPHONE, **attributes}
    )


def _skills() -> CheckboxesField:
    return CheckboxesField(_l("专业技能"), choices=choices(_said(SKILLS)))


def _categories() -> CheckboxesField:
    return CheckboxesField(_l("愿意参加的服务"), choices=choices(_said(CATEGORIES)))


def _residence() -> StringField:
    return StringField(_l("现居住的社区或村"), [required(_l("请选择居住地。"))])


class DeskForm(Form):
    """Somebody who registers at a desk, where staff type: no password."""

    name = StringField(
        _l("姓名"),
        [required(), at_most(60), _held_to(registration.check_name)],
        render_kw={"autocomplete": "name"},
    )
    document_kind = SelectField(
        _l("证件类型"), choices=choices(_said(DOCUMENT_KINDS)), default=DocumentKind.RESIDENT_ID.value
    )
    document_number = StringField(
        _l("证件号码"),
        [required(), at_most(60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    birth_on = DateField(_l("出生日期"), [Optional()])
    sex = SelectField(_l("性别"), [Optional()], choices=choices([("", _l("不填")), *_said(SEXES)]))
    guardian_name = StringField(_l("监护人姓名"), [at_most(60)], render_kw={"autocomplete": "off"})
    guardian_mobile = StringField(_l("监护人手机号"), [at_most(30)], render_kw={**TELEPHONE, "autocomplete": "off"})
    guardian_agrees = BooleanField(_l("我是孩子的监护人，已阅读监护人同意书，同意孩子注册为志愿者"))
    guardian_agrees_to_child_data = BooleanField(_l("我单独同意为志愿服务处理孩子的个人信息（未满 14 周岁必选）"))
    mobile = _mobile(_l("手机号"), autocomplete="tel")
    region_code = _residence()
    skills = _skills()
    categories = _categories()
    agrees = BooleanField(
        _l("我已阅读告知书，自愿注册为志愿者，并同意这样处理我的个人信息"),
        [agreed(_l("请阅读并同意后再提交。"))],
    )
    #: The mark of the texts that stood beside the form.
    shown = HiddenField()

    #: Ages from which a guardian is asked for; the route sets those of the deployment.
    thresholds = Ages()

    def validate_document_number(self, field: Any) -> None:
        """Hold the number to its kind, and the guardian's part to the age it tells."""
        if self.document_kind.data not in DOCUMENT_KINDS:
            return
        kind = DocumentKind(self.document_kind.data)
        try:
            facts = identity.check(kind, identity.normalise(kind, field.data or ""), clock.today())
        except DomainError as refusal:
            raise ValidationError(say(refusal.message, refusal.params)) from refusal
        self._birth_on = facts.birth_on

    _birth_on: date | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Hold every field to its rules, then the guardian's part to the age, so that all is said at once."""
        valid = super().validate(extra_validators)
        birth_on = self._birth_on or self.birth_on.data
        if birth_on is None:
            return bool(valid)
        band = self.thresholds.band(full_years(birth_on, clock.today()))
        problems = registration.guardian_problems(self._guardian(), band, self.thresholds)
        for problem in problems:
            self.refuse(problem)
        return bool(valid) and not problems

    def _guardian(self) -> GuardianAnswer:
        return GuardianAnswer(
            name=self.guardian_name.data or "",
            mobile=self.guardian_mobile.data or "",
            agrees=self.guardian_agrees.data,
            agrees_to_child_data=self.guardian_agrees_to_child_data.data,
        )

    def given(self, texts: Texts, password_hash: str | None = None) -> Registration:
        """Return what was typed, for the service."""
        return Registration(
            name=self.name.data,
            document_kind=DocumentKind(self.document_kind.data),
            document_number=self.document_number.data,
            birth_on=self.birth_on.data,
            sex=Sex(self.sex.data) if self.sex.data else None,
            mobile=self.mobile.data,
            region_code=self.region_code.data,
            skills=tuple(self.skills.data or ()),
            categories=tuple(self.categories.data or ()),
            guardian=self._guardian(),
            agrees=self.agrees.data,
            texts=texts,
            password_hash=password_hash,
        )


class RegisterForm(DeskForm):
    """Somebody who registers by themselves."""

    password = PasswordField(
        _l("设置登录密码（至少 8 位）"),
        [required(), at_most(200)],
        render_kw={"autocomplete": "new-password"},
    )


class ProfileForm(Form):
    """What one may change oneself; the mobile is changed on a page of its own, with a second proof."""

    region_code = _residence()
    skills = _skills()
    categories = _categories()


class WithdrawForm(Form):
    """Leaving the register, on purpose."""

    sure = BooleanField(_l("我确定退出志愿者登记，并撤回同意"), [agreed(_l("请勾选确认。"))])


class SearchForm(Form):
    """Whom an office looks for; posted, because names and numbers do not belong into addresses."""

    words = StringField(
        _l("姓名，或完整的志愿者编号、手机号、证件号码"),
        [required(), at_most(60)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "type": "search"},
    )
    region_code = StringField(_l("只看这个区划"), [at_most(12)])
    page = IntegerField(_l("页"), [Optional()])


class OpenForm(Form):
    """Why a full identity is to be seen."""

    reason = StringField(_l("查看理由"), [required(), at_most(200)], render_kw={"autocomplete": "off"})


class CorrectionForm(Form):
    """What the document in hand really says."""

    name = StringField(_l("正确的姓名"), [required(), at_most(60)], render_kw={"autocomplete": "off"})
    document_kind = SelectField(_l("证件类型"), choices=choices(_said(DOCUMENT_KINDS)))
    document_number = StringField(
        _l("正确的证件号码"),
        [required(), at_most(60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    birth_on = DateField(_l("出生日期（居民身份证不用填）"), [Optional()])
    reason = StringField(_l("更正理由"), [required(), at_most(200)], render_kw={"autocomplete": "off"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands on one page with the form that opens an identity, which asks for a reason too.
        super().__init__(*args, prefix="correct-", **kwargs)

    def correction(self) -> Correction:
        """Return what was typed, for the service."""
        return Correction(
            name=self.name.data,
            document_kind=DocumentKind(self.document_kind.data),
            document_number=self.document_number.data,
            birth_on=self.birth_on.data,
            reason=self.reason.data,
        )


class AssuranceForm(Form):
    """How sure the register is from now on, and what was looked at."""

    level = SelectField(_l("核验到"), choices=choices((level, _l(ASSURANCES[level])) for level in (2, 3)))
    evidence = StringField(
        _l("核验了什么"),
        [required(), at_most(200)],
        render_kw={"autocomplete": "off", "placeholder": _l("例如：当面核对身份证原件")},
    )


class RestoreForm(Form):
    """Somebody who comes back after having withdrawn."""

    region_code = _residence()
    agrees = BooleanField(
        _l("已核对证件原件；本人（未成年人由监护人）读过告知书，同意重新登记"),
        [agreed(_l("请核对证件并取得同意后再提交。"))],
    )
    shown = HiddenField()
