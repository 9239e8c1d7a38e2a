"""What the figures beside the ratios mean: services, stations, teams, stars; and one digest over every definition."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from itertools import chain

from volunteer_hub.core.text import N_
from volunteer_hub.recognition.stars import DEFAULT
from volunteer_hub.statistics.definitions import (
    AT_THE_INSTANT,
    CLASS_NAMES,
    CLASS_RULES,
    EVERYTHING_SO_FAR,
    FIGURES,
    LEDGER,
    NO_CLASS,
    NOT_ADDITIVE,
    REGISTERED,
    Definition,
    Unit,
)

RESULTS = N_("阵地填报的活动成果（后报的替换先报的，先报的仍留存）")
STATIONS = N_("阵地登记簿（开放与关闭日期）")
TEAMS = N_("队伍与队员登记簿（入队与离队日期）")
CALENDAR = N_("时长台账的服务日期与入账时间；工作日按国务院公布的放假安排，尚未公布的年份按周一至周五")

_PEOPLE_RULE = N_("周期内有服务的人，在每一行内一人只计一次；包括后来注销的人，因为服务已经发生。")
_TIMES_RULE = N_("周期内的服务次数。一条未被冲正的入账是一次服务；更正过的按更正后的算，待审核的不算。")
_HOURS_RULE = N_("这些服务的时长合计；按分钟累计，显示为小时，只截不进。")
_ACTIVITIES_RULE = N_("这些服务所在的活动，在每一行内一个活动只计一次。")
_BENEFICIARIES_RULE = N_(
    "阵地为这些活动填报的受益人次；活动在几行里出现，就在几行里各计一次。按人或按时长类别拆分时没有这项。"
)

#: What `facts` counts in each of its rows.
FACTS: tuple[Definition, ...] = (
    Definition("people", N_("人数"), Unit.PEOPLE, _PEOPLE_RULE, "", LEDGER),
    Definition("times", N_("人次"), Unit.TIMES, _TIMES_RULE, "", LEDGER),
    Definition("minutes", N_("时长（小时）"), Unit.MINUTES, _HOURS_RULE, "", LEDGER),
    Definition("activities", N_("活动数"), Unit.ACTIVITIES, _ACTIVITIES_RULE, "", LEDGER),
    Definition("beneficiaries", N_("受益人次"), Unit.TIMES, _BENEFICIARIES_RULE, "", RESULTS),
)
ATTRIBUTION = N_(
    "每次服务按服务当天归属：当天的居住地、阵地和队伍，以后搬家、换队不改。年龄按服务当天的周岁；性别和是否党员按登记簿现在的记载。"
    "阵地和队伍连同下级一起计算，上下级关系按现在的。"
)
PEOPLE_NOT_ADDITIVE = N_(
    "人数在每一行内去重：同一人在几行里有服务，就在这几行里各计一次，在合计里只计一次，所以各行人数之和可以大于合计。"
    "人次和时长的各行之和等于合计。活动数和受益人次与人数一样，各行之和可以大于合计。"
)

#: Days of service before the instant, itself included, within which somebody counts as active.
ACTIVE_DAYS = (30, 90, 365)


#: The levels of areas that have chosen none; those that have are dated rows of `recognition`, as population is.
STARS = DEFAULT.stars
STAR_LEVELS = N_("星级设定（各地按时点留存；没有设定的按通行的 100、300、600、1000、1500 小时）")

SERVICES = N_("服务次数")
OPEN_STATIONS = N_("截止时点开放的阵地")
STATION_MONTHS = N_("开放的阵地数 × 周期内的月数")
_ACTIVE_RULE = {
    30: N_("注册志愿者中，截止当天往前 30 天内（含当天）至少有一次服务的人数。"),
    90: N_("注册志愿者中，截止当天往前 90 天内（含当天）至少有一次服务的人数。"),
    365: N_("注册志愿者中，截止当天往前 365 天内（含当天）至少有一次服务的人数。"),
}
_ACTIVE_NAME = {30: N_("30 天活跃率"), 90: N_("90 天活跃率"), 365: N_("365 天活跃率")}
_ON_TIME_RULE = N_("服务日之后 10 个工作日以内入账的服务次数（民政部令第 67 号第十一条）；更正过的按更正的入账时间。")
_IDLE_RULE = N_("周期内没有一次服务的阵地数，只看阵地本身，不含下级。")
_MEMBERS_RULE = N_("截止当天在队的队员数；一人在两队就计两次。")

FURTHER: tuple[Definition, ...] = (
    *(
        Definition(
            f"active_{days}",
            _ACTIVE_NAME[days],
            Unit.PERCENT,
            _ACTIVE_RULE[days],
            REGISTERED,
            LEDGER,
            period=AT_THE_INSTANT,
        )
        for days in ACTIVE_DAYS
    ),
    Definition(
        "on_time",
        N_("按时录入率"),
        Unit.PERCENT,
        _ON_TIME_RULE,
        N_("服务次数，不含从其他系统导入的（D 类）"),
        CALENDAR,
    ),
    Definition("hours_per_service", N_("次均时长"), Unit.HOURS_EACH, N_("服务时长"), SERVICES, LEDGER),
    Definition("services_per_person", N_("人均服务次数"), Unit.EACH, SERVICES, N_("有服务的人数"), LEDGER),
    Definition(
        "activities_per_station_month",
        N_("每阵地每月活动数"),
        Unit.EACH,
        N_("本区划的阵地办的、周期内有人服务的活动数"),
        STATION_MONTHS,
        LEDGER,
    ),
    Definition(
        "beneficiaries_per_station_month",
        N_("每阵地每月受益人次"),
        Unit.EACH,
        N_("本区划的阵地填报的、活动日期在周期内的受益人次"),
        STATION_MONTHS,
        RESULTS,
        classes=NO_CLASS,
    ),
    Definition("idle_stations", N_("无活动阵地占比"), Unit.PERCENT, _IDLE_RULE, OPEN_STATIONS, STATIONS),
    Definition(
        "members_per_team",
        N_("平均每队人数"),
        Unit.EACH,
        _MEMBERS_RULE,
        N_("截止时点在册的队伍"),
        TEAMS,
        AT_THE_INSTANT,
        NO_CLASS,
    ),
    Definition(
        "starred",
        N_("星级志愿者占比"),
        Unit.PERCENT,
        N_("注册志愿者中，所选类别的累计时长达到本区划截止时最低星级的人数。"),
        REGISTERED,
        STAR_LEVELS,
        EVERYTHING_SO_FAR,
        version=2,
    ),
)

GROUPS: dict[str, tuple[Definition, ...]] = {"ratios": FIGURES, "facts": FACTS, "further": FURTHER}


def digest() -> str:
    """Return a SHA-256 over all that every figure means, as hexadecimal digits: what a signed report keeps.

    It changes when a rule, a source, a version, a class or a star level does, and with nothing else.
    """
    said = {
        "groups": {name: [asdict(one) for one in group] for name, group in GROUPS.items()},
        "classes": {kind.value: [CLASS_NAMES[kind], CLASS_RULES[kind]] for kind in CLASS_NAMES},
        "stars": [asdict(star) for star in STARS],
        "active_days": ACTIVE_DAYS,
        "notes": [NOT_ADDITIVE, ATTRIBUTION, PEOPLE_NOT_ADDITIVE],
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def find_definition(group: str, key: str) -> Definition:
    """Return one definition. Raises KeyError for a group or key there is not."""
    return {one.key: one for one in GROUPS[group]}[key]


def every_definition() -> list[Definition]:
    """Return the definitions of all groups, in order."""
    return list(chain.from_iterable(GROUPS.values()))
