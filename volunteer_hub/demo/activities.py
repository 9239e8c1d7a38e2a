"""What was published: activities under the ten projects, with single, daily and weekly shifts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from volunteer_hub.activities.models import Activity, ActivityState, Audience, Shift
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.core import clock
from volunteer_hub.demo import bulk
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.places import Place
from volunteer_hub.demo.teams import ProjectPlace
from volunteer_hub.stations.models import StationKind

WORK = {
    "情暖万家": ("敬老送餐", "帮独居老人大扫除", "陪老人读报聊天", "上门理发"),
    "文艺骑兵": ("广场惠民演出", "养老院慰问演出", "社区合唱教学", "送春联"),
    "小板凳课堂": ("楼道里的政策宣讲", "凉亭故事会", "移风易俗宣讲"),
    "希望课堂": ("课后作业辅导", "亲子阅读", "假期兴趣课"),
    "健康敲门": ("上门量血压", "急救知识进社区", "健步走领队"),
    "科普进万家": ("防诈骗宣传", "消防安全宣传", "智能手机教学"),
    "法律明白人": ("法律咨询台", "邻里调解", "民法典宣传"),
    "清洁家园": ("楼道清理", "河岸捡拾垃圾", "垃圾分类引导", "铲冰除雪"),
    "一米阳光": ("走访困难家庭", "助残购物", "困境儿童陪伴"),
    "文明斑马线": ("早高峰路口劝导", "校门口护学", "晚高峰路口劝导"),
}
RISKS = {
    "traffic": "路口车辆较多，须穿反光背心、站在安全岛内，服从交警指挥。",
    "environment": "户外作业，注意滑倒、划伤和来往车辆；须戴手套。",
    "elderly": "入户服务须两人同行；不得替老人保管财物。",
    "health": "只做测量和讲解，不做诊疗；遇紧急情况先拨打 120。",
}
USUAL_RISK = "场地人员较多，注意看护好自己的物品和同行的未成年人。"
STARTS = (time(8, 30), time(9, 0), time(9, 30), time(13, 30), time(14, 0), time(15, 0), time(17, 30))
LENGTHS = (60, 90, 120, 120, 120, 150, 180, 240)
#: How often an activity happens, as (shifts, days between them).
RHYTHMS = ((1, 1), (1, 1), (1, 1), (3, 1), (5, 1), (4, 7), (8, 7), (12, 7), (20, 7))
KINDS = (StationKind.INSTITUTE, StationKind.POST, StationKind.POST, StationKind.POST, StationKind.POINT)


@dataclass
class PlannedShift:
    """A shift before it is written; `accepted` counts those who are to have a place."""

    id: int
    activity_id: int
    station: Place
    starts_at: datetime
    ends_at: datetime
    day: date
    accepted: int = 0


@dataclass(frozen=True)
class Programme:
    """Activities of one stretch of time and their shifts, in the order of their start."""

    activities: list[Row]
    shifts: list[PlannedShift]


def plan_programme(
    count: int,
    days: tuple[date, date],
    places: list[Place],
    projects: list[ProjectPlace],
    managers: dict[str, int],
    random: Random,
) -> Programme:
    """Return so many activities between two days, going round the streets, some streets oftener."""
    streets = _turns(places, random)
    activities: list[Row] = []
    drafts: list[tuple[int, Place, datetime, datetime, date]] = []
    for identity in bulk.keys(Activity, count):
        project = random.choice(projects)
        kind = random.choice(KINDS)
        street = next(streets)
        station = random.choice([p for p in places if p.street_code == street and p.kind is kind])
        spans = _spans(days, random)
        activities.append(_activity(identity, project, station, spans[0][0], managers[street], random))
        drafts += [(identity, station, *span) for span in spans]
    drafts.sort(key=lambda draft: (draft[2], draft[0]))
    shifts = [PlannedShift(key, *draft) for key, draft in zip(bulk.keys(Shift, len(drafts)), drafts, strict=True)]
    return Programme(activities, shifts)


def write_programme(programme: Programme, random: Random, progress: Progress) -> None:
    """Insert activities and shifts; each shift has room for those who are to come, and some more."""
    bulk.write(Activity, programme.activities, progress)
    bulk.write(Shift, [_shift(shift, random) for shift in programme.shifts], progress)


def _turns(places: list[Place], random: Random) -> Iterator[str]:
    """Yield street codes for ever: every street in turn, every other time one by chance."""
    streets = [place.street_code for place in places if place.kind is StationKind.INSTITUTE]
    while True:
        for street in streets:
            yield street
            yield random.choice(streets[: max(1, len(streets) // 2)])


def _spans(days: tuple[date, date], random: Random) -> list[tuple[datetime, datetime, date]]:
    times, gap = random.choice(RHYTHMS)
    starts, length = random.choice(STARTS), timedelta(minutes=random.choice(LENGTHS))
    last_first = days[1] - timedelta(days=(times - 1) * gap)
    if last_first < days[0]:
        times, last_first = 1, days[1]
    first = days[0] + timedelta(days=random.randrange((last_first - days[0]).days + 1))
    spans = []
    for number in range(times):
        day = first + timedelta(days=number * gap)
        begin = clock.at(day, starts)
        spans.append((begin, begin + length, day))
    return spans


def _activity(
    identity: int, project: ProjectPlace, station: Place, first_start: datetime, manager: int, random: Random
) -> Row:
    published_at = first_start - timedelta(days=random.randrange(5, 15), hours=random.randrange(6))
    where = station.name.replace("新时代文明实践", "").removesuffix("站").removesuffix("所")
    return {
        "id": identity,
        "project_id": project.id,
        "station_id": station.id,
        "team_id": None,
        "title": f"{project.name}·{random.choice(WORK[project.name])}（{where}）",
        "category": project.category,
        "content": f"{project.work}集合后由带队人说明分工，结束时签退。",
        "risks": RISKS.get(project.category, USUAL_RISK),
        "place": station.name,
        "contact_name": random.choice(("张", "王", "李", "刘", "孙")) + random.choice(("站长", "主任", "老师")),
        "contact_phone": f"0437-555{random.randrange(10000):04d}",
        "audience": Audience.EVERYONE,
        "needs_approval": False,
        "state": ActivityState.CLOSED,
        "declarations": list(KEYS),
        "created_at": published_at - timedelta(hours=random.randrange(1, 30)),
        "created_by": manager,
        "published_at": published_at,
        "published_by": manager,
        "cancelled_at": None,
        "cancel_reason": None,
    }


def _shift(shift: PlannedShift, random: Random) -> Row:
    return {
        "id": shift.id,
        "activity_id": shift.activity_id,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "capacity": -(-(shift.accepted + random.randrange(1, 8)) // 5) * 5 if random.random() < 0.8 else None,
        "taken": 0,
        "sign_up_opens_at": shift.starts_at - timedelta(days=14),
        "sign_up_closes_at": shift.starts_at - timedelta(hours=1),
        "cancelled_at": None,
    }
