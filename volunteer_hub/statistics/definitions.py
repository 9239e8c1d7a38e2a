"""What every figure means, as data: its names, rule, denominator, unit and source; and the arithmetic of ratios."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass


class Unit(StrEnum):
    """How a figure is counted.

    MINUTES are shown as hours; HOURS_EACH is hours for one; TIMES and ACTIVITIES are plain counts, EACH is one
    count divided by another.
    """

    PEOPLE = "people"
    PERCENT = "percent"
    MINUTES = "minutes"
    HOURS_EACH = "hours_each"
    TIMES = "times"
    ACTIVITIES = "activities"
    EACH = "each"


PERIOD_ASKED = N_("所选周期，按服务日期")
AT_THE_INSTANT = N_("截止时点，与周期无关")
EVERYTHING_SO_FAR = N_("截止时点以前的全部服务，与周期无关")
CLASSES_ASKED = N_("所选类别")
EVERY_CLASS = N_("不限类别")
NO_CLASS = N_("与类别无关")


@dataclass(frozen=True)
class Definition:
    """One figure. `of` is its denominator, printed beside `rule`; empty for a plain count.

    Whoever changes what a figure counts raises its version: what was signed under another says so.
    """

    key: str
    name: str
    unit: Unit
    rule: str
    of: str
    source: str
    period: str = PERIOD_ASKED
    classes: str = CLASSES_ASKED
    version: int = 1


REGISTER = N_("志愿者登记簿（按时点留存的居住地与核验等级）")
POPULATION = N_("人口数登记表（录入时注明口径、年份和来源）")
LEDGER = N_("时长台账（只增不改，冲正另记一条）")
REGISTERED = N_("注册志愿者")

_REGISTERED_RULE = N_(
    "截止时居住地在本区划（含下级）、已注册、未注销也未合并、身份核验达到本地要求等级的志愿者，一人只计一次。"
)
_WITH_HOURS_RULE = N_("注册志愿者中，周期内所选类别、截止前入账的时长合计大于零的人数。")
_PARTICIPANTS_RULE = N_("注册志愿者中，周期内至少有一条截止时未被冲正的时长记录的人数，不限类别。")
_MINUTES_RULE = N_("注册志愿者在周期内、所选类别、截止前入账的时长合计；按分钟累计，显示为小时，只截不进。")

FIGURES: tuple[Definition, ...] = (
    Definition("registered", REGISTERED, Unit.PEOPLE, _REGISTERED_RULE, "", REGISTER, AT_THE_INSTANT, NO_CLASS),
    Definition(
        "population",
        N_("人口数"),
        Unit.PEOPLE,
        N_("所选口径和年份的人口数，取截止时点已经录入的。"),
        "",
        POPULATION,
        AT_THE_INSTANT,
        NO_CLASS,
    ),
    Definition(
        "registration_ratio",
        N_("注册率"),
        Unit.PERCENT,
        REGISTERED,
        N_("人口数"),
        REGISTER,
        AT_THE_INSTANT,
        NO_CLASS,
    ),
    Definition("with_hours", N_("有服务时长的志愿者"), Unit.PEOPLE, _WITH_HOURS_RULE, "", LEDGER),
    Definition("hours_ratio", N_("有服务时长占比"), Unit.PERCENT, N_("有服务时长的志愿者"), REGISTERED, LEDGER),
    Definition(
        "participants", N_("参加活动的志愿者"), Unit.PEOPLE, _PARTICIPANTS_RULE, "", LEDGER, classes=EVERY_CLASS
    ),
    Definition(
        "participation_ratio",
        N_("参与率"),
        Unit.PERCENT,
        N_("参加活动的志愿者"),
        REGISTERED,
        LEDGER,
        classes=EVERY_CLASS,
    ),
    Definition("minutes", N_("服务时长（小时）"), Unit.MINUTES, _MINUTES_RULE, "", LEDGER),
    Definition(
        "hours_per_registered", N_("人均时长（按注册人数）"), Unit.HOURS_EACH, N_("服务时长"), REGISTERED, LEDGER
    ),
    Definition(
        "hours_per_active",
        N_("人均时长（按有时长人数）"),
        Unit.HOURS_EACH,
        N_("服务时长"),
        N_("有服务时长的志愿者"),
        LEDGER,
    ),
)
BY_KEY = {figure.key: figure for figure in FIGURES}

CLASS_NAMES: dict[HoursClass, str] = {
    HoursClass.A: N_("A 系统计时"),
    HoursClass.B: N_("B 半程计时"),
    HoursClass.C: N_("C 事后补录"),
    HoursClass.D: N_("D 外部导入"),
}
CLASS_RULES: dict[HoursClass, str] = {
    HoursClass.A: N_("签到和签退都在规定时段内扫码。"),
    HoursClass.B: N_("一端扫码，另一端由负责人关闭。"),
    HoursClass.C: N_("事后录入，有理由、证明，并经第二人批准。"),
    HoursClass.D: N_("从其他系统导入。"),
}

EVER = N_("全部时间")
NO_POPULATION = N_("没有人口数")
NOT_APPLICABLE = N_("直接登记在本级的人没有单独的人口数")
NOBODY_REGISTERED = N_("没有注册志愿者")
NOBODY_WITH_HOURS = N_("没有人有服务时长")
NO_HOURS = N_("没有服务时长")
ABOVE_WHOLE = N_("超过 100%：注册人数多于该口径的人口数，请核对口径、年份和居住地。")
NOT_ADDITIVE = N_(
    "人数在每一行内去重：同一人在一行里只计一次；各下级要求的核验等级可以不同，所以下级人数之和不一定等于本级。"
    "时长按人归到截止时的居住地，核验要求一致时各行相加等于本级。人口数按各级各自登记的数字，不相加。"
)


@dataclass(frozen=True)
class Ratio:
    """A quotient of whole numbers that knows why it has no value. Nothing is clipped."""

    numerator: int
    denominator: int | None
    #: Said where the denominator is missing or zero.
    without: str

    @property
    def value(self) -> float | None:
        """Return numerator ÷ denominator, or None where there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def share(self) -> Decimal | None:
        """Return the quotient with four decimals, halves up: the one rounding that page, API and files share."""
        if not self.denominator:
            return None
        return (Decimal(self.numerator) / self.denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)

    @property
    def percent(self) -> Decimal | None:
        """Return the share as a percentage with two decimals."""
        return None if self.share is None else (self.share * 100).quantize(Decimal("0.01"))

    @property
    def hours(self) -> Decimal | None:
        """Return minutes ÷ people as hours with two decimals, cut."""
        if not self.denominator:
            return None
        return (Decimal(self.numerator) / (60 * self.denominator)).quantize(Decimal("0.01"), ROUND_DOWN)

    @property
    def each(self) -> Decimal | None:
        """Return the quotient with two decimals, cut: how much there is for each one."""
        if not self.denominator:
            return None
        return (Decimal(self.numerator) / self.denominator).quantize(Decimal("0.01"), ROUND_DOWN)

    @property
    def reason(self) -> str | None:
        """Return the sentence for a ratio without a value, else None."""
        return None if self.denominator else self.without
