"""Recognition of the demonstration: low star levels, and some trainings, honours and evaluations to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.demo import bulk
from volunteer_hub.demo.attendance import Course, Visit
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.district import ENTERED_AT, MAKER
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.recognition import service
from volunteer_hub.recognition.models import Evaluation, Honour, Training
from volunteer_hub.recognition.stars import NAMES, Star
from volunteer_hub.regions.models import Region

#: A year of the demonstration holds few hours for each: usual levels would show no star at all.
HOURS = (5, 10, 20, 30, 50)
SOURCE = "演示数据（虚构）：演示的一年时长不多，星级按 5、10、20、30、50 小时"
TRAININGS = (
    ("志愿服务基础培训", "志愿精神、服务礼仪、安全须知", 120),
    ("应急救护培训", "心肺复苏、止血包扎", 180),
    ("与老年人沟通", "倾听的方法，常见误区", 60),
)
HONOURS = (("年度优秀志愿者", "演示区文明办"), ("最美志愿者", "演示区志愿服务联合会"))
COMMENTS = ("耐心细致", "准时到岗", "乐于配合", "")
#: Visits whose people get an evaluation, a training, an honour.
EVALUATED, TRAINED, HONOURED = 60, 40, 8


def choose_levels() -> None:
    """Set the district's levels, as its office would have."""
    stars = [Star(level, hours * 60, NAMES[level]) for level, hours in enumerate(HOURS, 1)]
    region = db.session.get_one(Region, DISTRICT)
    service.choose_levels(MAKER, region, stars, list(HoursClass), source=SOURCE, now=ENTERED_AT)


def write(
    visits: Sequence[Visit],
    ids: list[int],
    managers: dict[str, int],
    first: int,
    random: Random,
    progress: Progress,
) -> None:
    """Write what managers entered after some of the visits; `first` has some of each."""
    scanned = [visit for visit in visits if visit.course is Course.SCANNED]
    own = [visit for visit in scanned if ids[visit.person] == first]
    others = random.sample(scanned, min(EVALUATED, len(scanned)))
    chosen = {(ids[visit.person], visit.shift.id): visit for visit in (*own[-4:], *others)}
    evaluations = [_evaluation(visit, ids, managers, random) for visit in chosen.values()]
    bulk.write(Evaluation, evaluations, progress)
    people = {ids[visit.person]: visit for visit in (*own[:1], *others)}
    trainings = [
        _training(visit, ids, managers, number % len(TRAININGS))
        for number, visit in enumerate(list(people.values())[:TRAINED])
    ]
    if own:
        trainings.append(_training(own[0], ids, managers, 1))
    bulk.write(Training, trainings, progress)
    honours = [
        _honour(visit, ids, managers, number % len(HONOURS))
        for number, visit in enumerate(list(people.values())[:HONOURED])
    ]
    bulk.write(Honour, honours, progress)


def _common(visit: Visit, ids: list[int], managers: dict[str, int], at: datetime, *, at_shift: bool) -> Row:
    return {
        "volunteer_id": ids[visit.person],
        "region_code": visit.shift.station.region_code if at_shift else DISTRICT,
        "shift_id": visit.shift.id if at_shift else None,
        "recorded_at": at,
        "recorded_by": managers[visit.shift.station.street_code],
        "taken_back_at": None,
        "taken_back_by": None,
        "taken_back_reason": None,
    }


def _evaluation(visit: Visit, ids: list[int], managers: dict[str, int], random: Random) -> Row:
    at = visit.shift.ends_at + timedelta(days=1)
    return {
        **_common(visit, ids, managers, at, at_shift=True),
        "quality": random.choice((5, 5, 5, 4, 4, 3)),
        "comment": random.choice(COMMENTS),
        "evaluated_on": clock.civil_date(at),
    }


def _training(visit: Visit, ids: list[int], managers: dict[str, int], which: int) -> Row:
    name, content, minutes = TRAININGS[which]
    at = visit.shift.ends_at + timedelta(days=2)
    return {
        **_common(visit, ids, managers, at, at_shift=False),
        "name": name,
        "content": content,
        "minutes": minutes,
        "organiser": visit.shift.station.name,
        "held_on": clock.civil_date(at - timedelta(days=9)),
    }


def _honour(visit: Visit, ids: list[int], managers: dict[str, int], which: int) -> Row:
    name, unit = HONOURS[which]
    at = visit.shift.ends_at + timedelta(days=20)
    return {
        **_common(visit, ids, managers, at, at_shift=False),
        "name": name,
        "granted_on": clock.civil_date(at),
        "unit": unit,
    }
