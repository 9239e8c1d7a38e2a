"""Chinese words for the rooms whose acts the trail holds, the acts, their objects, and who has no account."""

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
    "demo.": N_("演示数据"),
}
#: What is not here is shown by its own name.
ACTIONS = {
    "regions.load": N_("载入行政区划"),
    "regions.set_population": N_("录入人口数"),
    "regions.choose_settings": N_("修改统计设置"),
    "accounts.create": N_("新建账号"),
    "accounts.reset_password": N_("重置密码"),
    "accounts.grant": N_("授予角色"),
    "accounts.revoke": N_("收回角色"),
    "accounts.issue_token": N_("发放设备令牌"),
    "accounts.revoke_token": N_("收回设备令牌"),
    "volunteers.register": N_("代为注册"),
    "volunteers.open_identity": N_("查看证件号码"),
    "volunteers.raise_assurance": N_("核验身份"),
    "volunteers.change_residence": N_("变更居住地"),
    "volunteers.restore": N_("恢复注册"),
    "volunteers.withdraw": N_("注销志愿者"),
    "activities.create_project": N_("新建项目"),
    "activities.publish": N_("发布活动"),
    "activities.unpublish": N_("撤回发布"),
    "activities.cancel": N_("取消活动"),
    "activities.close": N_("结束活动"),
    "activities.add_shifts": N_("增加场次"),
    "activities.cancel_shift": N_("取消场次"),
    "activities.change_capacity": N_("修改名额"),
    "activities.accept": N_("通过报名"),
    "activities.decline": N_("不通过报名"),
    "activities.add_at_the_door": N_("现场补报"),
    "ledger.reverse": N_("冲正时长"),
    "ledger.add_policy": N_("新增时长规则"),
    "reviews.confirmed": N_("确认离开时间"),
    "reviews.rejected": N_("不计时长"),
    "statistics.open_person": N_("打开个人记录"),
    "exchange.download": N_("下载文件"),
    "demo.load": N_("载入演示数据"),
    "demo.remove": N_("清除演示数据"),
}
OBJECTS = {
    "account": N_("账号"),
    "activity": N_("活动"),
    "api_token": N_("令牌"),
    "area_settings": N_("统计设置"),
    "demonstration": N_("演示数据"),
    "hour_policy": N_("时长规则"),
    "hours_entry": N_("时长记录"),
    "people": N_("名单"),
    "population_figure": N_("人口数"),
    "project": N_("项目"),
    "ratios": N_("统计表"),
    "region": N_("区划"),
    "session": N_("服务时段"),
    "shift": N_("场次"),
    "station": N_("阵地"),
    "team": N_("队伍"),
    "volunteer": N_("志愿者"),
}
#: Who acted where there was no account.
ACTORS = {"timetable": N_("定时任务"), "command line": N_("命令行"), "visitor": N_("未登录访客")}
