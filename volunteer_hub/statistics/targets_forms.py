"""The form for one target."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.labels import BASES
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import labels
from volunteer_hub.statistics.definitions import BY_KEY, CLASS_NAMES
from volunteer_hub.statistics.targets import FIGURES
from volunteer_hub.statistics.targets_models import Over
from volunteer_hub.statistics.targets_service import Aim
from volunteer_hub.web.forms import (
    CheckboxesField,
    DecimalField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    at_most,
    choices,
    required,
)
from volunteer_hub.web.i18n import say

#: A figure with the unit in which its target is typed.
WITH_UNIT = N_("%(name)s（%(unit)s）")


class TargetForm(Form):
    """Figure, year, threshold, what counts towards it, source."""

    figure = SelectField(_l("指标"))
    year = IntegerField(_l("年份"), [required(_l("请填写年份。"))])
    threshold = DecimalField(_l("不低于"), [required(_l("请填写目标值，只写数字。"))], places=None)
    base = SelectField(_l("人口口径"))
    over = RadioField(_l("时长和活动的周期"))
    classes = CheckboxesField(_l("时长类别"))
    source = StringField(_l("文件依据"), [required(_l("请写明目标的文件依据。")), at_most(200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = labels.TARGET_UNITS
        figures = [BY_KEY[key] for key in FIGURES]
        self.figure.choices = choices(
            (one.key, say(WITH_UNIT, {"name": say(one.name), "unit": say(units[one.unit])})) for one in figures
        )
        self.base.choices = choices((base.value, say(label)) for base, label in BASES.items())
        self.over.choices = choices((over.value, say(label)) for over, label in labels.OVER.items())
        self.classes.choices = choices((kind.value, say(label)) for kind, label in CLASS_NAMES.items())

    def aim(self) -> Aim:
        """Return what was typed."""
        return Aim(
            figure=self.figure.data,
            year=self.year.data,
            threshold=self.threshold.data,
            source=self.source.data,
            over=Over(self.over.data),
            classes=tuple(HoursClass(letter) for letter in self.classes.data),
            base=PopulationBase(self.base.data),
        )
