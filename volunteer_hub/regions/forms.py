"""Forms of the office for population figures and an area's choices."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.regions.labels import BASES, COUNTED_ASSURANCES
from volunteer_hub.web.forms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    at_most,
    required,
)
from volunteer_hub.web.i18n import say


class PopulationForm(Form):
    """One figure: base, year, people, source."""

    base = SelectField(_l("口径"))
    year = IntegerField(_l("年份"), [required(_l("请填写年份。"))])
    value = IntegerField(_l("人口数"), [required(_l("请填写人口数，只写数字。"))])
    source = StringField(_l("数据来源"), [required(_l("请写明数据来源。")), at_most(200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base.choices = [(base.value, say(label)) for base, label in BASES.items()]


class SettingsForm(Form):
    """What an area chooses for its own figures."""

    publishes_ratios = BooleanField(_l("公开本区域的汇总比率，不登录也能查看"))
    counted_assurance = RadioField(_l("计入官方统计的志愿者"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counted_assurance.choices = [(level, say(label)) for level, label in COUNTED_ASSURANCES.items()]
