"""Chinese words for what stands behind a figure."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import EntryKind
from volunteer_hub.statistics.definitions import Unit
from volunteer_hub.statistics.evidence import Having
from volunteer_hub.statistics.facts_question import ELSEWHERE, ITSELF, NOTHING, AgeBand, By
from volunteer_hub.statistics.targets_models import Over

HAVING = {
    Having.REGISTERED: N_("注册志愿者"),
    Having.WITH_HOURS: N_("有服务时长的志愿者"),
    Having.PARTICIPANTS: N_("参加活动的志愿者"),
}
ENTRY_KINDS = {EntryKind.CREDIT: N_("入账"), EntryKind.REVERSAL: N_("冲正")}

DIMENSIONS = {
    By.REGION: N_("区划"),
    By.STATION: N_("阵地"),
    By.TEAM: N_("队伍"),
    By.PROJECT: N_("项目"),
    By.CATEGORY: N_("服务类别"),
    By.AGE: N_("年龄段"),
    By.SEX: N_("性别"),
    By.PARTY: N_("是否党员"),
    By.MONTH: N_("月份"),
    By.HOURS_CLASS: N_("时长类别"),
}
AGE_BANDS = {
    AgeBand.UNDER_14: N_("不满 14 岁"),
    AgeBand.UNDER_18: N_("14–17 岁"),
    AgeBand.UNDER_35: N_("18–34 岁"),
    AgeBand.UNDER_60: N_("35–59 岁"),
    AgeBand.OLDER: N_("60 岁及以上"),
}
PARTY = {True: N_("党员"), False: N_("非党员")}
NOT_IN_A_PART = N_("未细分到下级")
NO_PROJECT = N_("不属于任何项目")
NO_ACTIVITY = N_("没有对应的活动")
NOT_KNOWN = N_("没有登记")
#: Rows beside the stations or teams that are listed.
TREES = {
    By.STATION: {ITSELF: N_("本级阵地"), ELSEWHERE: N_("其他阵地"), NOTHING: N_("没有对应的阵地")},
    By.TEAM: {ITSELF: N_("本级队伍"), ELSEWHERE: N_("其他队伍"), NOTHING: N_("没有归属队伍")},
}
OVER = {Over.EVER: N_("全部时间"), Over.YEAR: N_("当年")}
TARGET_UNITS = {Unit.PERCENT: "%", Unit.HOURS_EACH: N_("小时"), Unit.PEOPLE: N_("人")}
