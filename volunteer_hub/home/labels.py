"""Chinese words for the pages of this room."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.home.records import RecordState, Step
from volunteer_hub.ledger.models import HoursClass

STATES = {
    RecordState.COUNTED: N_("计入"),
    RecordState.PENDING: N_("待确认"),
    RecordState.RUNNING: N_("进行中"),
    RecordState.UNCOUNTED: N_("未计入"),
    RecordState.REVERSED: N_("已冲正"),
}
TONES = {
    RecordState.COUNTED: "good",
    RecordState.PENDING: "warn",
    RecordState.RUNNING: "plain",
    RecordState.UNCOUNTED: "bad",
    RecordState.REVERSED: "plain",
}
#: Said where a state needs more than its word.
STATE_NOTES = {
    RecordState.PENDING: N_("没有扫码签退或与别的时段重叠，等阵地负责人确认后才计入。"),
    RecordState.RUNNING: N_("离开时记得签退。"),
    RecordState.REVERSED: N_("原来计入的时长已更正。"),
}
#: What a record waits for: who takes the step, since when, and by when at the latest.
STEPS = {
    Step.LEAVING: N_("离开时记得签退。"),
    Step.REVIEW: N_("等%(station)s的负责人确认：%(since)s 起，最晚 %(until)s。"),
    Step.SCAN_REVIEW: N_("扫码有疑问，等%(station)s的负责人核实：%(since)s 起，最晚 %(until)s。"),
    Step.OWN_WORD: N_("%(station)s为您申请了补录，等您说明是否参加了。"),
    Step.SECOND_PERSON: N_("%(station)s为您申请了补录，等另一人审核：%(since)s 起。"),
    Step.CORRECTION: N_("%(station)s提出了更正，等另一人审核：%(since)s 起。"),
    Step.OBJECTION: N_("您的异议在等答复：%(since)s 起，最晚 %(until)s。"),
}
CLASSES = {
    HoursClass.A: N_("A 系统计时"),
    HoursClass.B: N_("B 半程计时"),
    HoursClass.C: N_("C 补录"),
    HoursClass.D: N_("D 导入"),
}
#: What one finds behind each entry of the work bench.
WORK = {
    "activities_admin.index": N_("发布活动、排场次、看名单、现场扫码"),
    "checkin_health.board": N_("谁还在场、扫码没通过的原因、设备失联和未发送"),
    "reviews.index": N_("忘记签退、时段重叠，等您确认"),
    "hours_reports.index": N_("群众对时长公示的举报，由阵地以上核查"),
    "certificates_admin.index": N_("核对申请、开具和撤销证明、登记册"),
    "statistics.ratios": N_("注册率、有时长占比、参与率，逐级下钻"),
    "volunteers_admin.index": N_("查名册、核验身份"),
    "stations_admin.index": N_("阵地资料、管理员、门牌二维码"),
    "teams_admin.index": N_("入队申请、队员名单"),
    "regions_admin.population": N_("分母：普查、常住、建成区人口"),
    "accounts_admin.grants": N_("工作人员账号、角色、设备令牌"),
    "audit.index": N_("谁在什么时候做了什么"),
}
