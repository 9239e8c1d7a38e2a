"""Forms for searching, drafting, publishing and running activities."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.activities.details import Details, Offer
from volunteer_hub.activities.labels import AUDIENCES, FREQUENCIES, WEEKDAYS
from volunteer_hub.activities.models import Audience
from volunteer_hub.activities.prohibited import CLASSES
from volunteer_hub.activities.recurrence import Frequency, Pattern
from volunteer_hub.activities.results import MOST, Outcome
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.web.forms import (
    BooleanField,
    CheckboxesField,
    DateField,
    Form,
    IntegerField,
    NumberRange,
    Optional,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
    at_most,
    choices,
    required,
)

PHONE = re.compile(r"[\d+() -]{7,20}")
MAX_PLACES = 100_000


def _maybe_int(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def _places() -> Any:
    return IntegerField(
        _l("名额（人）"),
        [Optional(), NumberRange(1, MAX_PLACES, _l("请填写 %(min)d 到 %(max)d 之间的整数。"))],
        render_kw={"inputmode": "numeric", "min": 1},
    )


class FilterForm(Form):
    """What the public list is narrowed to; sent by GET, so it changes nothing and needs no token."""

    class Meta:
        """Plain GET form."""

        csrf = False

    words = StringField(_l("搜索"), [at_most(40)], render_kw={"placeholder": _l("活动、地点或阵地")})
    since = DateField(_l("从哪天起"), [Optional()])
    until = DateField(_l("到哪天"), [Optional()])
    category = SelectField(
        _l("服务类别"),
        choices=choices([("", _l("全部类别")), *((key, _l(words)) for key, words in CATEGORIES.items())]),
        default="",
    )
    region = SelectField(_l("街道、乡镇"), validate_choice=False, default="")
    station = IntegerField(validators=[Optional(), NumberRange(1, 2**62)])
    team = IntegerField(validators=[Optional(), NumberRange(1, 2**62)])


class DetailsForm(Form):
    """What the activity says of itself."""

    station_id = SelectField(_l("发布阵地"), coerce=int)
    project_id = SelectField(_l("所属项目"), coerce=_maybe_int)
    title = StringField(_l("活动名称"), [required(), at_most(50)])
    category = SelectField(
        _l("服务类别"),
        [required()],
        choices=choices([("", _l("请选择")), *((key, _l(words)) for key, words in CATEGORIES.items())]),
    )
    content = TextAreaField(_l("服务内容"), [required(), at_most(2000)])
    risks = TextAreaField(_l("可能的风险与注意事项"), [required(), at_most(1000)])
    place = StringField(_l("活动地点"), [required(), at_most(100)])
    contact_name = StringField(_l("联系人"), [required(), at_most(30)])
    contact_phone = StringField(_l("联系电话"), [required(), at_most(20)], render_kw={"inputmode": "tel"})
    team_id = SelectField(_l("承办队伍"), coerce=_maybe_int)
    audience = RadioField(
        _l("报名对象"),
        choices=choices((key, _l(words)) for key, words in AUDIENCES.items()),
        default=Audience.EVERYONE,
    )
    needs_approval = BooleanField(_l("报名需要负责人确认"))

    def validate_contact_phone(self, field: Any) -> None:
        """Refuse what cannot be dialled."""
        if not PHONE.fullmatch(field.data):
            raise ValidationError(_l("请填写电话号码，如 0437-5550100。"))

    def details(self) -> Details:
        """Return what was typed, as the service takes it."""
        return Details(
            station_id=self.station_id.data,
            project_id=self.project_id.data,
            title=self.title.data.strip(),
            category=self.category.data,
            content=self.content.data.strip(),
            risks=self.risks.data.strip(),
            place=self.place.data.strip(),
            contact_name=self.contact_name.data.strip(),
            contact_phone=self.contact_phone.data.strip(),
            team_id=self.team_id.data,
            audience=Audience(self.audience.data),
            needs_approval=self.needs_approval.data,
        )


class ShiftsForm(Form):
    """When it happens, and how places are given. Times are by the deployment's wall clock."""

    frequency = RadioField(
        _l("频次"), choices=choices((key, _l(words)) for key, words in FREQUENCIES.items()), default=Frequency.SINGLE
    )
    first_on = DateField(_l("日期（多次的为第一天）"), [required()])
    last_on = DateField(_l("最后一天"), [Optional()])
    weekdays = CheckboxesField(
        _l("每周的哪几天"), coerce=int, choices=choices((number, _l(words)) for number, words in enumerate(WEEKDAYS))
    )
    starts = TimeField(_l("开始时间"), [required()])
    ends = TimeField(_l("结束时间"), [required()])
    capacity = _places()
    opens_before = IntegerField(
        _l("提前几天开放报名"),
        [Optional(), NumberRange(0, 365, _l("请填写 %(min)d 到 %(max)d 之间的整数。"))],
        render_kw={"inputmode": "numeric", "min": 0},
    )
    closes_before = IntegerField(
        _l("开始前几小时截止报名"),
        [Optional(), NumberRange(0, 720, _l("请填写 %(min)d 到 %(max)d 之间的整数。"))],
        render_kw={"inputmode": "numeric", "min": 0},
    )

    def pattern(self) -> Pattern:
        """Return the days and times that were chosen."""
        return Pattern(
            Frequency(self.frequency.data),
            self.first_on.data,
            self.starts.data,
            self.ends.data,
            last_on=self.last_on.data,
            weekdays=frozenset(self.weekdays.data or ()),
        )

    def offer(self) -> Offer:
        """Return the places and the sign-up window that were chosen."""
        days = self.opens_before.data
        return Offer(
            capacity=self.capacity.data,
            opens_before=None if days is None else timedelta(days=days),
            closes_before=timedelta(hours=self.closes_before.data or 0),
        )


class NewActivityForm(DetailsForm, ShiftsForm):
    """A draft with its first shifts, on one page."""


class PublishForm(Form):
    """The six declarations, one by one, and the confirmation of telling words."""

    declarations = CheckboxesField(
        _l("我逐项声明，这个活动"), choices=choices((one.key, _l(one.declaration)) for one in CLASSES)
    )
    confirmed = BooleanField(_l("我已核对上述词语，活动不属于六类不得发布的情形"))


class ReasonForm(Form):
    """Why something is cancelled or somebody refused."""

    reason = TextAreaField(_l("原因"), [required(), at_most(140)])


class NumberForm(Form):
    """Somebody at the door, by volunteer number."""

    number = StringField(
        _l("志愿者编号"), [required(), at_most(30)], render_kw={"autocapitalize": "characters", "autocomplete": "off"}
    )


class CapacityForm(Form):
    """More places, or fewer."""

    capacity = _places()


class ProjectForm(Form):
    """A lasting project."""

    name = StringField(_l("项目名称"), [required(), at_most(50)])
    station_id = SelectField(_l("所属阵地"), coerce=int)
    introduction = TextAreaField(_l("项目介绍"), [at_most(1000)])


class ResultForm(Form):
    """What came of a shift or of the whole activity. Without beneficiaries, what was said is taken back."""

    shift_id = SelectField(_l("场次"), coerce=int)
    beneficiaries = IntegerField(
        _l("受益人次"), [Optional()], render_kw={"inputmode": "numeric", "min": 0, "max": MOST}
    )
    photos = IntegerField(_l("照片张数"), [Optional()], render_kw={"inputmode": "numeric", "min": 0})
    note = StringField(_l("说明"), [at_most(200)])

    def outcome(self) -> Outcome | None:
        """Return what was said, or None where it is taken back."""
        if self.beneficiaries.data is None:
            return None
        return Outcome(self.beneficiaries.data, self.photos.data, (self.note.data or "").strip())
