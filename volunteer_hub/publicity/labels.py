"""Chinese words around the public record: classes of hours, and what was found about a report."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.publicity.models import Finding

FINDINGS = {Finding.UNFOUNDED: N_("不属实"), Finding.FOUNDED: N_("属实")}
CLASSES = {
    HoursClass.A: N_("A 系统计时"),
    HoursClass.B: N_("B 半程计时"),
    HoursClass.C: N_("C 事后补录"),
    HoursClass.D: N_("D 外部导入"),
}
CLASS_RULES = {
    HoursClass.A: N_("签到和签退都在规定时段内扫码。"),
    HoursClass.B: N_("一端扫码，另一端由负责人关闭。"),
    HoursClass.C: N_("事后录入，有理由、证明，并经第二人批准。"),
    HoursClass.D: N_("从其他系统导入。"),
}
