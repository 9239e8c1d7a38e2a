"""Chinese words for the enumerations of teams."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.teams.models import JoinMode, MembershipState, Specialty, TeamKind

KINDS = {TeamKind.CORPS: N_("总队"), TeamKind.BRIGADE: N_("支队"), TeamKind.SQUAD: N_("分队")}
SPECIALTIES = {
    Specialty.THEORY: N_("理论政策宣讲"),
    Specialty.CULTURE: N_("文化文艺服务"),
    Specialty.EDUCATION: N_("助学支教"),
    Specialty.HEALTH: N_("医疗健身"),
    Specialty.SCIENCE: N_("科学普及"),
    Specialty.LAW: N_("法律服务"),
    Specialty.ENVIRONMENT: N_("卫生环保"),
    Specialty.AID: N_("扶贫帮困"),
    Specialty.OTHER: N_("特色与其他"),
}
JOIN_MODES = {
    JoinMode.REQUEST: N_("申请加入，队长审核"),
    JoinMode.OPEN: N_("直接加入"),
    JoinMode.INVITATION: N_("只接受邀请"),
}
STATES = {
    MembershipState.REQUESTED: N_("待审核"),
    MembershipState.INVITED: N_("已邀请"),
    MembershipState.ACTIVE: N_("队员"),
    MembershipState.DECLINED: N_("未通过"),
    MembershipState.LEFT: N_("已离队"),
}
