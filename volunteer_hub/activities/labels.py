"""Chinese words for the states and choices of this room."""

from __future__ import annotations

from volunteer_hub.activities.models import ActivityState, Audience, SignUpState
from volunteer_hub.activities.recurrence import Frequency
from volunteer_hub.core.text import N_

ACTIVITY_STATES = {
    ActivityState.DRAFT: N_("草稿"),
    ActivityState.PUBLISHED: N_("已发布"),
    ActivityState.CANCELLED: N_("已取消"),
    ActivityState.CLOSED: N_("已结项"),
}
SIGN_UP_STATES = {
    SignUpState.PENDING: N_("待确认"),
    SignUpState.ACCEPTED: N_("已报名"),
    SignUpState.WAITING: N_("候补中"),
    SignUpState.OFFERED: N_("候补待确认"),
    SignUpState.WITHDRAWN: N_("已退出"),
    SignUpState.DECLINED: N_("未接受"),
}
AUDIENCES = {
    Audience.EVERYONE: N_("公开招募"),
    Audience.TEAM: N_("仅限本队及下属队伍的队员"),
}
FREQUENCIES = {
    Frequency.SINGLE: N_("单次"),
    Frequency.DAILY: N_("连续多天（最多 31 天）"),
    Frequency.WEEKLY: N_("每周固定几天"),
}
WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))

#: The tone of a state's badge.
TONES = {
    ActivityState.DRAFT: "plain",
    ActivityState.PUBLISHED: "good",
    ActivityState.CANCELLED: "bad",
    ActivityState.CLOSED: "plain",
    SignUpState.PENDING: "warn",
    SignUpState.ACCEPTED: "good",
    SignUpState.WAITING: "warn",
    SignUpState.OFFERED: "warn",
    SignUpState.WITHDRAWN: "plain",
    SignUpState.DECLINED: "bad",
}
