"""Forms for stations and their keepers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.text import N_
from volunteer_hub.stations.details import Details
from volunteer_hub.stations.labels import KINDS
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.web.forms import (
    DateField,
    DecimalField,
    Form,
    NumberRange,
    Optional,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    required,
)
from volunteer_hub.web.i18n import say

NO_PARENT = N_("无，自成一处")


class StationForm(Form):
    """What a station says of itself, and where a new one stands in the tree."""

    kind = SelectField(_l("类型"))
    name = StringField(_l("名称"), [required(_l("请填写名称。")), at_most(60)])
    parent_id = SelectField(_l("上级阵地"), coerce=int)
    region_code = StringField(_l("所在区划"), [required(_l("请选择所在区划。"))])
    address = StringField(_l("地址"), [at_most(200)])
    opening_hours = StringField(_l("开放时间"), [at_most(200)])
    phone = StringField(_l("阵地电话"), [at_most(20)], render_kw={"inputmode": "tel"})
    introduction = TextAreaField(_l("介绍"), [at_most(200)])
    latitude = DecimalField(_l("纬度"), [Optional(), NumberRange(-90, 90, _l("纬度应在 -90 到 90 之间。"))], places=6)
    longitude = DecimalField(
        _l("经度"), [Optional(), NumberRange(-180, 180, _l("经度应在 -180 到 180 之间。"))], places=6
    )

    def __init__(self, parents: Iterable[Station] | None, *args: Any, **kwargs: Any) -> None:
        """Offer these parents; None where the place in the tree is settled already."""
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, say(label)) for kind, label in KINDS.items()]
        if parents is None:
            del self.parent_id
        else:
            self.parent_id.choices = [(0, say(NO_PARENT)), *((station.id, station.name) for station in parents)]

    def details(self) -> Details:
        """Return what was typed, for the service."""
        return Details(
            kind=StationKind(self.kind.data),
            name=self.name.data,
            region_code=self.region_code.data,
            address=self.address.data or "",
            opening_hours=self.opening_hours.data or "",
            phone=self.phone.data or "",
            introduction=self.introduction.data or "",
            latitude=None if self.latitude.data is None else float(self.latitude.data),
            longitude=None if self.longitude.data is None else float(self.longitude.data),
        )


class KeeperForm(Form):
    """Somebody who keeps a station, from a day on."""

    name = StringField(_l("姓名"), [required(_l("请填写姓名。")), at_most(60)])
    phone = StringField(_l("联系电话"), [at_most(20)], render_kw={"inputmode": "tel"})
    since = DateField(_l("开始日期"), [required(_l("请填写开始日期。"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands on one page with the station's form, which has fields of the same names.
        super().__init__(*args, prefix="keeper-", **kwargs)
