"""Chinese words for the enumerations of check-in."""

from __future__ import annotations

from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, Outcome
from volunteer_hub.core.text import N_

DIRECTIONS = {Direction.IN: N_("签到"), Direction.OUT: N_("签退")}
OUTCOMES = {
    Outcome.ACCEPTED: N_("成功"),
    Outcome.ALREADY: N_("重复"),
    Outcome.PENDING: N_("待审核"),
    Outcome.REFUSED: N_("未通过"),
}
ENTRY_POINTS = {
    EntryPoint.MANAGER_SCAN: N_("管理员扫码"),
    EntryPoint.SHORT_CODE: N_("输入短码"),
    EntryPoint.SELF_SCAN: N_("本人扫阵地码"),
    EntryPoint.API: N_("接口"),
    EntryPoint.IMPORT: N_("导入"),
    EntryPoint.HANDHELD: N_("扫码枪"),
    EntryPoint.CARD: N_("实体卡"),
    EntryPoint.NAME: N_("按姓名查找"),
    EntryPoint.GROUP: N_("集体签到"),
    EntryPoint.KIOSK: N_("自助终端"),
    EntryPoint.WALK_IN: N_("临时到场"),
}
CLOSES = {
    CloseKind.SCANNED: N_("扫码签退"),
    CloseKind.LEADER: N_("负责人确认"),
    CloseKind.AUTOMATIC: N_("系统自动结束"),
    CloseKind.BULK: N_("负责人统一签退"),
    CloseKind.VOIDED: N_("已撤销"),
}
