"""Chinese words for requests that a second person decides."""

from __future__ import annotations

from volunteer_hub.amendments.make_up_queries import Tab
from volunteer_hub.amendments.models import RequestState, TookPart
from volunteer_hub.core.text import N_

STATES = {
    RequestState.PENDING: N_("待审核"),
    RequestState.APPROVED: N_("已批准"),
    RequestState.REJECTED: N_("未通过"),
    RequestState.WITHDRAWN: N_("已撤回"),
}
TONES = {
    RequestState.PENDING: "warn",
    RequestState.APPROVED: "good",
    RequestState.REJECTED: "bad",
    RequestState.WITHDRAWN: "plain",
}
TOOK_PART = {TookPart.YES: N_("本人说参加了"), TookPart.NO: N_("本人说没有参加")}
TABS = {Tab.PENDING: N_("待审核"), Tab.CONTESTED: N_("本人有异议"), Tab.DECIDED: N_("已处理")}
