"""Chinese words for months, periods, signatures and what is told about them."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.month_close.content import Period
from volunteer_hub.month_close.models import CloseState
from volunteer_hub.month_close.months import Stage

STATES = {CloseState.DRAFT: N_("草稿"), CloseState.FILED: N_("已填报"), CloseState.CLOSED: N_("已月结")}
RESTATED = N_("有更正")
SUPERSEDED = N_("已被新版本取代")
TONES = {CloseState.DRAFT: "plain", CloseState.FILED: "warn", CloseState.CLOSED: "good"}

PERIODS = {Period.MONTH: N_("本月"), Period.YEAR: N_("本年累计"), Period.EVER: N_("历年累计")}
CLASSES = {"ABCD": N_("全部时长（A、B、C、D 类）"), "AB": N_("扫码时长（A、B 类）")}
KIND_HOURS = N_("%(kind)s 类（小时）")

#: What is told about an open month, by how near the limit is.
TOLD = {
    Stage.PREPARED: N_("%(place)s %(month)s 的月结草稿已生成，请在 %(limit)s 前由两人填报、审核。"),
    Stage.SOON: N_("%(place)s %(month)s 还没有月结，期限是 %(limit)s，还剩不到 4 个工作日。"),
    Stage.LAST: N_("%(place)s %(month)s 还没有月结，今天是最后一个工作日。"),
    Stage.OVERDUE: N_("%(place)s %(month)s 的月结已超过期限 %(limit)s，请尽快填报、审核。"),
}
FILED = N_("%(place)s %(month)s 的月结已由%(name)s填报，请另一人审核。")
TAKEN_BACK = N_("%(place)s %(month)s 的月结在审核前数据有变化，您的填报已失效，请重新核对并填报。")
CLOSED = N_("%(place)s %(month)s 已月结，审核人：%(name)s。")
ASKED_ANEW = N_("%(name)s申请重新月结 %(place)s %(month)s，请另一人决定。")
GRANTED_ANEW = N_("%(place)s %(month)s 已批准重新月结，新的草稿等待填报。")
DECLINED_ANEW = N_("%(place)s %(month)s 的重新月结申请未获批准。")
