"""The forms of recognition."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.recognition.labels import QUALITIES
from volunteer_hub.recognition.shares import NAME_LENGTH
from volunteer_hub.recognition.stars import NAMES, Star
from volunteer_hub.web.forms import (
    CheckboxesField,
    DateField,
    Form,
    IntegerField,
    NumberRange,
    Optional,
    RadioField,
    StringField,
    TextAreaField,
    at_most,
    choices,
    required,
)

#: Levels an office may set; fewer are allowed.
LEVELS = tuple(NAMES)
_HOURS = [Optional(), NumberRange(1, 100_000, message=_l("请填写 1 到 100000 之间的整数。"))]
_POINTS = [required(), NumberRange(0, 100, message=_l("请填写 0 到 100 之间的整数。"))]


class LevelsForm(Form):
    """An area's levels: hours and name of each, which classes count, and the paper that says so."""

    classes = CheckboxesField(_l("哪些时长计入星级"))
    source = StringField(_l("依据的文件"), [required(_l("请写明依据的文件。")), at_most(200)])

    def fields_of(self, level: int) -> tuple[Any, Any]:
        """Return the two fields of a level."""
        return self[f"hours_{level}"], self[f"name_{level}"]

    @property
    def stars(self) -> list[Star]:
        """Return the levels that were filled in, in order; a level without a name gets none."""
        filled = [
            (hours.data, name.data or "") for hours, name in map(self.fields_of, LEVELS) if hours.data is not None
        ]
        return [
            Star(level, hours * 60, name.strip() or NAMES[level]) for level, (hours, name) in enumerate(filled, 1)
        ]

    @property
    def counted(self) -> list[HoursClass]:
        """Return the classes that count."""
        return [HoursClass(value) for value in self.classes.data or ()]


for _level in LEVELS:
    setattr(LevelsForm, f"hours_{_level}", IntegerField(_l("小时"), _HOURS))
    setattr(LevelsForm, f"name_{_level}", StringField(_l("名称"), [at_most(20)]))


class PointsForm(Form):
    """Points for a full hour of each class."""

    class_a = IntegerField(_l("A 系统计时"), _POINTS)
    class_b = IntegerField(_l("B 半程计时"), _POINTS)
    class_c = IntegerField(_l("C 补录"), _POINTS)
    class_d = IntegerField(_l("D 导入"), _POINTS)

    @property
    def per_hour(self) -> dict[HoursClass, int]:
        """Return the points by class."""
        return {kind: int(self[f"class_{kind.value.lower()}"].data) for kind in HoursClass}


class TrainingForm(Form):
    """A training (order 67, art. 8)."""

    name = StringField(_l("培训名称"), [required(), at_most(80)])
    content = TextAreaField(_l("主要内容"), [required(), at_most(500)])
    hours = IntegerField(
        _l("学习时长（小时）"), [required(), NumberRange(1, 240, message=_l("请填写 1 到 240 之间的整数。"))]
    )
    organiser = StringField(_l("举办单位"), [required(), at_most(80)])
    held_on = DateField(_l("培训日期"), [required()])


class HonourForm(Form):
    """An honour (art. 9)."""

    name = StringField(_l("表彰名称"), [required(), at_most(80)])
    granted_on = DateField(_l("表彰日期"), [required()])
    unit = StringField(_l("授予单位"), [required(), at_most(80)])


class EvaluationForm(Form):
    """How well people served at one shift (art. 10)."""

    quality = RadioField(
        _l("服务质量"),
        [required(_l("请选择一项。"))],
        choices=choices((quality, _l(words)) for quality, words in QUALITIES.items()),
    )
    comment = TextAreaField(_l("评语（本人能看到，可不填）"), [at_most(200)])


class TakeBackForm(Form):
    """Why something is taken back."""

    reason = StringField(_l("撤回的理由"), [required(_l("请写明理由。")), at_most(200)])


class ShareForm(Form):
    """By which word the public page speaks of the person."""

    shown_name = StringField(_l("页面上怎么称呼您"), [at_most(NAME_LENGTH)])
