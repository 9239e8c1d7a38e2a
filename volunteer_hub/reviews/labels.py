"""Chinese words for the enumerations of reviewing."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.reviews.models import CaseKind, Decision

KINDS = {CaseKind.AUTOMATIC_CLOSE: N_("忘记签退"), CaseKind.OVERLAP: N_("时间重叠")}
DECISIONS = {Decision.CONFIRMED: N_("已确认"), Decision.REJECTED: N_("不计时长")}
