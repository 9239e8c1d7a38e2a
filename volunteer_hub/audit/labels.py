"""Chinese words for the rooms whose acts the trail holds, and for the acts themselves."""

from __future__ import annotations

from volunteer_hub.core.text import N_

#: Head of an action → the room it belongs to, in the order of the house.
ROOMS = {
    "regions.": N_("行政区划"),
    "stations.": N_("阵地"),
    "accounts.": N_("账号与授权"),
    "volunteers.": N_("志愿者"),
    "teams.": N_("队伍"),
    "activities.": N_("活动"),
    "ledger.": N_("时长台账"),
    "checkin.": N_("签到签退"),
    "reviews.": N_("审核"),
    "statistics.": N_("统计"),
    "exchange.": N_("导入导出"),
}
#: What is not here is shown by its own name.
ACTIONS = {
    "accounts.issue_token": N_("发放设备令牌"),
    "accounts.revoke_token": N_("收回设备令牌"),
    "accounts.grant": N_("授予角色"),
    "accounts.revoke": N_("收回角色"),
    "accounts.change_password": N_("修改密码"),
    "ledger.reverse": N_("冲正时长"),
    "ledger.add_policy": N_("新增时长规则"),
    "statistics.open_person": N_("打开个人记录"),
    "exchange.download": N_("下载文件"),
}
