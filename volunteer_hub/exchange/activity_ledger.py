"""活动台账: one row for each shift, with who served, how long, how many were served, and recorded in time or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import aliased

from volunteer_hub.activities import results
from volunteer_hub.activities.labels import ACTIVITY_STATES
from volunteer_hub.activities.models import Activity, ActivityResult, Shift
from volunteer_hub.amendments.working_days import LIMIT, delay
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import AnySelect, db
from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.scope import in_region
from volunteer_hub.core.tabular import Column, Kind, Sheet, hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.asked import listed_lines
from volunteer_hub.exchange.entries import below
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.ledger.models import EntryKind, HoursEntry
from volunteer_hub.stations.models import Station
from volunteer_hub.statistics import evidence
from volunteer_hub.teams.models import Team

BATCH = 500

ON_TIME, NOT_YET, NOTHING = N_("是"), N_("未到期"), N_("无记录")
LATE = N_("否")
CANCELLED = N_("场次已取消")
NOTE = N_(
    "参与志愿者数：在该场次有截至时未被冲正的时长记录的人，一人计一次；总时长为该场次全部记录之和。"
    "受益人次和照片数由阵地登记，未登记的显示“—”；按整个活动登记的，列在最后一个已结束的场次。"
    "是否按期录入：每个人的时长是否都在服务结束后 %(limit)s 个工作日内首次入账（民政部令第 67 号第十一条）。"
)


@dataclass(frozen=True)
class Served:
    """What the ledger says of a shift: people, minutes, and when the last of them was first recorded."""

    people: int = 0
    minutes: int = 0
    last_recorded_at: datetime | None = None


def make(request: Request) -> Iterable[Sheet]:
    """Return the ledger of a division's shifts in the period, in order of time. Raises NotFound at once."""
    say, total = request.say, _Total()
    region = evidence.get_region(request.question.region, request.scope)
    return [
        Sheet(
            name=say(N_("活动台账")),
            title=say(N_("%(place)s志愿服务活动台账"), {"place": region.full_name}),
            head=listed_lines(request.question, region.full_name, say),
            columns=_columns(say),
            rows=_rows(request, region.code, total),
            foot=_foot(total, say),
        )
    ]


def _columns(say: Say) -> list[Column]:
    return [
        Column(say(N_("序号")), Kind.INTEGER, 6),
        Column(say(N_("活动名称")), width=24),
        Column(say(N_("类型")), width=10),
        Column(say(N_("所属阵地")), width=20),
        Column(say(N_("组织单位")), width=20),
        Column(say(N_("负责人")), width=10),
        Column(say(N_("日期")), Kind.DATE, 12),
        Column(say(N_("时间")), width=13),
        Column(say(N_("地点")), width=16),
        Column(say(N_("内容")), width=30),
        Column(say(N_("报名人数")), Kind.INTEGER, 7),
        Column(say(N_("名额")), Kind.INTEGER, 7),
        Column(say(N_("报名截止")), Kind.INSTANT, 17),
        Column(say(N_("频次")), width=10),
        Column(say(N_("状态")), width=9),
        Column(say(N_("参与志愿者数")), Kind.INTEGER, 8),
        Column(say(N_("总时长（小时）")), Kind.HOURS, 9),
        Column(say(N_("受益人次")), Kind.INTEGER, 8),
        Column(say(N_("照片数")), Kind.INTEGER, 7),
        Column(say(N_("是否按期录入")), width=9),
    ]


class _Total:
    """What has been written so far."""

    shifts = 0
    minutes = 0
    beneficiaries = 0


def _rows(request: Request, region: str, total: _Total) -> Iterator[Sequence[Any]]:
    for batch in _batches(request, region):
        shifts = [row.Shift for row in batch]
        served = served_at(shifts, request)
        said = _said(shifts, request.question.as_of)
        # A reader on a slow line must not keep a read transaction open between batches.
        db.session.close()
        for row in batch:
            result = said.get(row.Shift.id)
            counted = served.get(row.Shift.id, Served())
            total.shifts += 1
            total.minutes += counted.minutes
            total.beneficiaries += result.beneficiaries if result else 0
            yield _row(request, row, counted, result, total.shifts)


def _batches(request: Request, region: str) -> Iterator[Sequence[Row[Any]]]:
    """Yield shifts in order of time, some at a time; each batch begins after the last of the one before."""
    last: tuple[datetime, int] | None = None
    conditions = _conditions(request, region)
    while True:
        more = [] if last is None else [_after(last)]
        statement = _joined().where(*conditions, *more).order_by(Shift.starts_at, Shift.id).limit(BATCH)
        rows = db.session.execute(statement).all()
        if not rows:
            return
        last = (rows[-1].Shift.starts_at, rows[-1].Shift.id)
        yield rows


def _after(last: tuple[datetime, int]) -> ColumnElement[bool]:
    starts_at, shift_id = last
    return (Shift.starts_at > starts_at) | ((Shift.starts_at == starts_at) & (Shift.id > shift_id))


def _conditions(request: Request, region: str) -> list[ColumnElement[bool]]:
    question = request.question
    conditions: list[ColumnElement[bool]] = [
        Activity.published_at <= question.as_of,
        in_region(Station.region_code, region),
    ]
    if question.since:
        conditions.append(Shift.starts_at >= clock.at(question.since))
    if question.until:
        conditions.append(Shift.starts_at <= clock.end_of(question.until))
    if request.station_id is not None:
        conditions.append(Station.id.in_(below(Station, request.station_id)))
    if request.team_id is not None:
        conditions.append(Team.id.in_(below(Team, request.team_id)))
    return conditions


def _joined() -> AnySelect:
    shifts = aliased(Shift)
    number = select(func.count()).where(shifts.activity_id == Activity.id).scalar_subquery()
    return (
        select(Shift, Activity, Station.name.label("station"), Team.name.label("team"), number.label("shifts"))
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(Team, Team.id == Activity.team_id)
    )


def served_at(shifts: Collection[Shift], request: Request) -> dict[int, Served]:
    """Return what the ledger said of each shift at the question's instant, in its classes."""
    one = _by_person(shifts, request).subquery()
    last = func.max(case((one.c.stands == 1, one.c.first_at)))
    sums = select(one.c.shift_id, func.sum(one.c.stands), func.sum(one.c.minutes), last).group_by(one.c.shift_id)
    return {
        shift_id: Served(int(people), int(minutes), recorded)
        for shift_id, people, minutes, recorded in db.session.execute(sums)
    }


def _by_person(shifts: Collection[Shift], request: Request) -> AnySelect:
    """Return (shift, whether something stands, minutes that stand, first recording) for each person and shift."""
    as_of, reversal, first = request.question.as_of, aliased(HoursEntry), aliased(HoursEntry)
    undone = select(reversal.id).where(reversal.reverses_id == HoursEntry.id, reversal.recorded_at <= as_of).exists()
    return (
        select(
            HoursEntry.shift_id,
            func.max(case((undone, 0), else_=1)).label("stands"),
            func.sum(case((undone, 0), else_=HoursEntry.minutes)).label("minutes"),
            # What a merge carried was entered when it first was.
            func.min(func.coalesce(first.recorded_at, HoursEntry.recorded_at)).label("first_at"),
        )
        .outerjoin(first, first.id == HoursEntry.origin_id)
        .where(
            HoursEntry.shift_id.in_([shift.id for shift in shifts]),
            HoursEntry.kind == EntryKind.CREDIT,
            HoursEntry.recorded_at <= as_of,
            HoursEntry.hours_class.in_(request.question.classes),
        )
        .group_by(HoursEntry.shift_id, HoursEntry.volunteer_id)
    )


def _said(shifts: Collection[Shift], as_of: datetime) -> dict[int, ActivityResult]:
    """Return the result of each shift; one for a whole activity stands at the last shift it covers."""
    ids = {shift.activity_id for shift in shifts}
    found = results.list_results(ids, as_of=as_of)
    said = {result.shift_id: result for result in found if result.shift_id is not None}
    wholes = {result.activity_id: result for result in found if result.shift_id is None}
    return said | {shift_id: wholes[activity_id] for activity_id, shift_id in _last_shifts(wholes).items()}


def _last_shifts(wholes: Mapping[int, ActivityResult]) -> dict[int, int]:
    """Return for each activity the last shift on the day its one figure belongs to."""
    if not wholes:
        return {}
    shifts = select(Shift).where(Shift.activity_id.in_(wholes), Shift.cancelled_at.is_(None))
    return {
        shift.activity_id: shift.id
        for shift in db.session.scalars(shifts.order_by(Shift.starts_at, Shift.id))
        if clock.civil_date(shift.starts_at) == wholes[shift.activity_id].served_on
    }


def _row(request: Request, row: Row[Any], served: Served, result: ActivityResult | None, number: int) -> list[Any]:
    say, shift, activity = request.say, row.Shift, row.Activity
    starts, ends = clock.local(shift.starts_at), clock.local(shift.ends_at)
    return [
        number,
        activity.title,
        say(CATEGORIES[activity.category]) if activity.category in CATEGORIES else activity.category,
        row.station,
        row.team or row.station,
        activity.contact_name,
        starts.date(),
        f"{starts:%H:%M}–{ends:%H:%M}",
        activity.place,
        activity.content,
        shift.taken,
        shift.capacity,
        shift.sign_up_closes_at,
        say(N_("单次")) if row.shifts == 1 else say(N_("共 %(n)s 场"), {"n": str(row.shifts)}),
        say(CANCELLED) if shift.cancelled_at else say(ACTIVITY_STATES[activity.state]),
        served.people,
        served.minutes,
        result.beneficiaries if result else None,
        result.photos if result else None,
        say(_in_time(shift, served, request.question.as_of)),
    ]


def _in_time(shift: Shift, served: Served, as_of: datetime) -> str:
    """Return whether everybody's hours were first recorded within the limit of the law."""
    day = clock.civil_date(shift.starts_at)
    if shift.cancelled_at is not None:
        return ""
    if served.last_recorded_at is None:
        return NOTHING if delay(day, clock.civil_date(as_of)).is_late else NOT_YET
    return LATE if delay(day, clock.civil_date(served.last_recorded_at)).is_late else ON_TIME


def _foot(total: _Total, say: Say) -> Iterator[Sequence[str]]:
    """Yield what was written and how much it is together, once the last row has been."""
    yield [
        say(
            N_("合计 %(shifts)s 场，%(hours)s 小时，受益 %(served)s 人次"),
            {
                "shifts": f"{total.shifts:,}",
                "hours": f"{hours_of(total.minutes):,}",
                "served": f"{total.beneficiaries:,}",
            },
        )
    ]
    yield [say(NOTE, {"limit": str(LIMIT)})]
    yield signature_line(say)
