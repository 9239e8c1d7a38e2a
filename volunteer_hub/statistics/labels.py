"""Chinese words for what stands behind a figure."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import EntryKind
from volunteer_hub.statistics.evidence import Having

HAVING = {
    Having.REGISTERED: N_("注册志愿者"),
    Having.WITH_HOURS: N_("有服务时长的志愿者"),
    Having.PARTICIPANTS: N_("参加活动的志愿者"),
}
ENTRY_KINDS = {EntryKind.CREDIT: N_("入账"), EntryKind.REVERSAL: N_("冲正")}
