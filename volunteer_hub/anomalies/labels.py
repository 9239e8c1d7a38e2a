"""Chinese words for the rules: what each looks for, with its limits, and what it saw, with its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from volunteer_hub.anomalies.models import FlagState, Rule
from volunteer_hub.anomalies.month_rules import Closing
from volunteer_hub.anomalies.rows import SubjectKind
from volunteer_hub.core.text import N_


@dataclass(frozen=True)
class Words:
    """A rule's name, what it looks for, and what it saw."""

    name: str
    looks_for: str
    saw: str


RULES = {
    Rule.DEVICE_BURST: Words(
        N_("同一设备连续扫码过快"),
        N_(
            "同一台设备（没有登记设备的，同一个账号）在 %(burst_seconds)s 秒内为 %(burst_people)s 个以上不同"
            "的人逐个扫码。集体签到和本人扫阵地码不算。"
        ),
        N_("%(at)s 起的 %(seconds)s 秒内，同一台设备（或同一账号）为 %(people)s 个不同的人扫码。"),
    ),
    Rule.SAME_MINUTE: Words(
        N_("整队同一分钟签到或签退"),
        N_(
            "一支队伍在同一场次有 %(team_people)s 人以上，%(team_share)s%% 以上的人在一分钟内经同一台设备逐个"
            "签到（或签退），平均每人不到 %(team_gap_seconds)s 秒。集体签到和统一签退不算。"
        ),
        N_("%(at)s 起的 %(seconds)s 秒内，这支队伍的 %(people)s 人经同一台设备全部%(direction)s。"),
    ),
    Rule.TRAVEL: Words(
        N_("两地扫码时间对不上"),
        N_(
            "同一个人先后在相距 %(travel_least_km)s 公里以上的两个阵地扫码，"
            "折合每小时超过 %(travel_km_per_hour)s 公里；没有坐标的阵地，地址不同、"
            "不是转场而相隔不到 %(travel_minutes)s 分钟。"
        ),
        N_("%(first)s 在%(here)s扫码，%(minutes)s 分钟后（%(second)s）在%(there)s扫码，两地相距 %(km)s 公里。"),
    ),
    Rule.IDENTICAL: Words(
        N_("全场时长完全相同"),
        N_(
            "一个场次有 %(same_length_people)s 人以上自己扫码签到又签退，"
            "先后 %(same_length_spread_minutes)s 分钟以上到达，"
            "%(same_length_share)s%% 以上的人停留的分钟数却完全相同。"
        ),
        N_(
            "逐个扫码的 %(of)s 段服务中，%(people)s 段都正好是 %(minutes)s 分钟，"
            "到达时间却从 %(first)s 到 %(last)s 不等。"
        ),
    ),
    Rule.MADE_UP_STATION: Words(
        N_("阵地补录占比高"),
        N_("一个阵地一个月入账的补录（C 类）满 %(made_up_minutes)s 分钟，并占全部时长的 %(made_up_share)s%% 以上。"),
        N_(
            "%(month)s 入账 %(all)s 小时，其中补录 %(made_up)s 小时，占 %(share)s%%（%(people)s 人，"
            "%(entries)s 条）。"
        ),
    ),
    Rule.MADE_UP_OPERATOR: Words(
        N_("经办人补录占比高"),
        N_(
            "一个人一个月经手入账的补录（C 类）满 %(made_up_minutes)s 分钟，"
            "并占其经手时长的 %(made_up_share)s%% 以上。"
        ),
        N_(
            "%(month)s 经手入账 %(all)s 小时，其中补录 %(made_up)s 小时，占 %(share)s%%（%(people)s 人，"
            "%(entries)s 条）。"
        ),
    ),
    Rule.OUTSIDE_HOURS: Words(
        N_("开放时间以外的服务"),
        N_(
            "一个场次有 %(outside_people)s 人以上完全在阵地开放时间以外服务（"
            "前后放宽 %(outside_margin_minutes)s 分钟），而活动没有提前 %(outside_announced_hours)s 小时公布"
            "；%(night_begins_hour)s 点到次日 %(night_ends_hour)s 点之间满 %(night_minutes)s 分钟的，"
            "公布过也问。开放时间读不懂的阵地不查。"
        ),
        N_(
            "%(people)s 人完全在开放时间以外服务，从 %(first)s 到 %(last)s，共 %(minutes)s 分钟，"
            "占本场次的 %(share)s%%。"
        ),
    ),
    Rule.CLOSING_SPIKE: Words(
        N_("临近截止突增"),
        N_(
            "一个阵地在月末 %(spike_month_days)s 天（季末 %(spike_quarter_days)s 天、"
            "年末 %(spike_year_days)s 天）入账满 %(spike_minutes)s 分钟，"
            "日均是此前 %(spike_before_days)s 天的 %(spike_times)s 倍以上。"
            "此前服务不到 %(spike_active_days)s 天的不查，导入的时长（D 类）不算。"
        ),
        N_(
            "%(closing)s前 %(days)s 天入账 %(hours)s 小时，日均是此前 %(before_days)s 天（"
            "共 %(before_hours)s 小时）的 %(times)s 倍。"
        ),
    ),
    Rule.OWN_SCANS: Words(
        N_("给自己扫码"),
        N_("一个人一个月内用管理员的扫码页给自己签到签退 %(own_scans)s 次以上。用自己的手机扫阵地码不算。"),
        N_("%(month)s 用管理员的扫码页给自己扫码 %(scans)s 次，涉及 %(shifts)s 个场次，本人的时长由此而来。"),
    ),
    Rule.LENGTHENED: Words(
        N_("同样两人反复更正延长时长"),
        N_(
            "同样两个人一个月内提出并批准 %(lengthened_times)s 次以上更正，把扫码的时段改长，"
            "合计 %(lengthened_minutes)s 分钟以上。更正不占补录额度。"
        ),
        N_("%(month)s 这两人提出并批准 %(times)s 次更正，把扫码的时段共改长 %(hours)s 小时。"),
    ),
    Rule.VOUCHING: Words(
        N_("待核扫码总由同一人放行"),
        N_(
            "一个账号一个月内的待核扫码，由本人（或设备登记人）放行 %(vouched_own)s 次以上；"
            "或放行 %(vouched_scans)s 次以上而 %(vouched_share)s%% 以上出自同一个人。"
        ),
        N_("%(month)s 放行的 %(of)s 次待核扫码中，%(scans)s 次由同一人放行，其中 %(own)s 次是自己的。"),
    ),
    Rule.SAME_PAIR: Words(
        N_("补录总由同样两人办理"),
        N_("一个阵地一个月的补录，同样两个人提出并批准了 %(pair_make_ups)s 条以上，并占 %(pair_share)s%% 以上。"),
        N_("%(month)s 本阵地 %(of)s 条补录中，%(times)s 条由这两人提出并批准，占 %(share)s%%，共 %(hours)s 小时。"),
    ),
    Rule.REGISTRATIONS: Words(
        N_("同一手机号短时间多人注册"),
        N_(
            "用同一个手机号在 %(registered_minutes)s 分钟内自行注册了 %(registered_people)s 人以上。"
            "在服务台当面核验身份的不算。系统不保存注册时的网络地址。"
        ),
        N_("%(at)s 起的 %(minutes)s 分钟内，用同一个手机号自行注册了 %(people)s 人。"),
    ),
}
#: Where one of the two stations has no position.
SAW_WITHOUT_POSITION = N_("%(first)s 在%(here)s扫码，%(minutes)s 分钟后（%(second)s）在%(there)s扫码，没有转场。")
STATES = {
    FlagState.OPEN: N_("待核查"),
    FlagState.LOOKED_AT: N_("核查中"),
    FlagState.EXPLAINED: N_("已说明"),
    FlagState.CONFIRMED: N_("属实"),
}
TONES = {
    FlagState.OPEN: "warn",
    FlagState.LOOKED_AT: "warn",
    FlagState.EXPLAINED: "good",
    FlagState.CONFIRMED: "bad",
}
DECISIONS = {
    FlagState.EXPLAINED: N_("情况已说明清楚，不需要处理"),
    FlagState.CONFIRMED: N_("属实，需要另行更正"),
}
SUBJECTS = {
    SubjectKind.ACCOUNT: N_("经办人"),
    SubjectKind.DEVICE: N_("设备"),
    SubjectKind.VOLUNTEER: N_("志愿者"),
    SubjectKind.TEAM: N_("队伍"),
    SubjectKind.STATION: N_("阵地"),
    SubjectKind.SHIFT: N_("场次"),
    SubjectKind.PAIR: N_("两名经办人"),
    SubjectKind.MOBILE: N_("一个手机号"),
}
CLOSINGS = {Closing.MONTH: N_("月末"), Closing.QUARTER: N_("季末"), Closing.YEAR: N_("年末")}
