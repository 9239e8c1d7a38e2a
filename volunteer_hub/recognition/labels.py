"""Chinese words for recognition."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.recognition.models import PointKind

CLASSES = {
    HoursClass.A: N_("A 系统计时"),
    HoursClass.B: N_("B 半程计时"),
    HoursClass.C: N_("C 补录"),
    HoursClass.D: N_("D 导入"),
}
POINT_KINDS = {
    PointKind.EARNED: N_("服务"),
    PointKind.REVERSED: N_("时长更正"),
    PointKind.SPENT: N_("使用"),
}
QUALITIES = {
    5: N_("5 分，非常好"),
    4: N_("4 分，好"),
    3: N_("3 分，合格"),
    2: N_("2 分，有不足"),
    1: N_("1 分，不合格"),
}
SOMEBODY = N_("一位志愿者")
