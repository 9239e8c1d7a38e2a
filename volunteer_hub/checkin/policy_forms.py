"""The form for an area's hour policy: every rule with its unit."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.ledger.policy import Policy
from volunteer_hub.web.forms import (
    BooleanField,
    DateField,
    Form,
    IntegerField,
    NumberRange,
    SelectField,
    choices,
    required,
)

DAY = 1440


def _minutes(label: Any, least: int = 0, most: int = DAY) -> IntegerField:
    return IntegerField(
        label,
        [required(), NumberRange(least, most, _l("请填 %(min)s 到 %(max)s 之间的整数。"))],
        render_kw={"inputmode": "numeric"},
    )


class PolicyForm(Form):
    """A version of an area's rules, from a day on."""

    area = SelectField(_l("适用区划"))
    effective_on = DateField(_l("从哪一天起"), [required()])
    in_opens_before = _minutes(_l("开始前多少分钟开放签到"))
    out_closes_after = _minutes(_l("结束后多少分钟内可以签退"))
    early_in_counts = BooleanField(_l("早到的时间也算"))
    late_out_tolerance = _minutes(_l("晚走最多多算多少分钟"))
    activity_cap = _minutes(_l("一个场次最多计多少分钟"), 1)
    day_cap = _minutes(_l("一人一天最多计多少分钟"), 1)
    least_minutes = _minutes(_l("不足多少分钟不计"))
    least_share = _minutes(_l("不足计划时长百分之几不计"), 0, 100)
    rounding = _minutes(_l("按多少分钟取整（0 为不取整）"), 0, 120)
    round_nearest = BooleanField(_l("四舍五入（不勾则舍去零头）"))
    same_act_seconds = _minutes(_l("多少秒内再扫算同一次"), 10, 600)
    make_up_quota_floor = _minutes(_l("一个阵地每月补录至少可用多少分钟"), 0, 100_000)
    make_up_quota_share = _minutes(_l("或占当月扫码时长的百分之几，取多者"), 0, 100)

    def offer(self, areas: list[tuple[str, str]]) -> None:
        """Say for which areas a policy may be set."""
        self.area.choices = choices(areas)

    def show(self, policy: Policy) -> None:
        """Fill the form with a policy."""
        for item in fields(Policy):
            self[item.name].data = getattr(policy, item.name)

    def policy(self) -> Policy:
        """Return the rules as typed."""
        return Policy(**{item.name: self[item.name].data for item in fields(Policy)})
