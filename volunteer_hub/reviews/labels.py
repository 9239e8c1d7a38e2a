"""Chinese words for the enumerations of reviewing."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.reviews.models import CaseKind, Decision

KINDS = {
    CaseKind.AUTOMATIC_CLOSE: N_("忘记签退"),
    CaseKind.OVERLAP: N_("时间重叠"),
    CaseKind.QUARANTINED_SCAN: N_("待核扫码"),
    CaseKind.INCOMPLETE: N_("只有签退"),
    CaseKind.CONFLICT: N_("与已定结果矛盾"),
    CaseKind.WALK_IN: N_("临时到场认领"),
}
DECISIONS = {Decision.CONFIRMED: N_("已确认"), Decision.REJECTED: N_("不计时长")}
