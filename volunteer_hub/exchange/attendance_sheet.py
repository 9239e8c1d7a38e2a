"""签到表 of one shift, with how each stay is known and who vouched for it; and the empty one to sign by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from volunteer_hub.activities.labels import SIGN_UP_STATES
from volunteer_hub.activities.models import SignUpState
from volunteer_hub.activities.queries import Listed
from volunteer_hub.checkin.labels import CLOSES, ENTRY_POINTS
from volunteer_hub.checkin.models import CloseKind, EntryPoint
from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.masking import mask_document, mask_middle, mask_mobile, mask_name
from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.tabular import Column, Kind, Sheet, hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import attendance
from volunteer_hub.exchange.attendance import Present, Stay
from volunteer_hub.exchange.kinds import Request, Say

UNMARKED, OPEN, PENDING = N_("未记录"), N_("尚未签退"), N_("待审核")
EFFECTIVE, NOTHING, MAKE_UP, CORRECTED = N_("已生效"), N_("未计时长"), N_("补录"), N_("更正")
UNKNOWN_PERSON = N_("临时到场，待认领")
NOTE = N_("已报名而没有任何签到或补录的，列为“未记录”。获得时长以时长台账为准，预计发放时长为场次计划时长。")
TOTAL = N_("到场 %(people)s 人，获得时长合计 %(hours)s 小时")
#: Lines left empty below the names, for who comes without having signed up.
SPARE = 10


def make(request: Request) -> Iterable[Sheet]:
    """Return the attendance of a shift as it is known now. Raises NotFound outside the scope."""
    say = request.say
    found = attendance.read(request.scope, _shift_id(request))
    people = list(_rows(request, found))
    minutes = sum(stay.minutes for person in found.people for stay in person.stays)
    present = sum(1 for person in found.people if person.stays) + len(found.walk_ins)
    total = {"people": f"{present:,}", "hours": f"{hours_of(minutes):,}"}
    return [
        Sheet(
            name=say(N_("签到表")),
            title=say(N_("%(title)s 签到表"), {"title": found.listed.activity.title}),
            head=[*_about(found.listed, say), _as_of(request)],
            columns=_columns(say),
            rows=people,
            foot=[
                [say(TOTAL, total)],
                [say(NOTE)],
                signature_line(say),
            ],
        )
    ]


def make_blank(request: Request) -> Iterable[Sheet]:
    """Return the sheet people sign by hand: who is expected, and empty lines for who else comes."""
    say = request.say
    found = attendance.read(request.scope, _shift_id(request))
    columns = [
        Column(say(N_("序号")), width=6),
        Column(say(N_("姓名")), width=14),
        Column(say(N_("手机尾号")), width=10),
        Column(say(N_("所属队伍")), width=20),
        Column(say(N_("签到时间")), width=11),
        Column(say(N_("签到签名")), width=15),
        Column(say(N_("签退时间")), width=11),
        Column(say(N_("签退签名")), width=15),
    ]
    return [
        Sheet(
            name=say(N_("签到表")),
            title=say(N_("%(title)s 手工签到表"), {"title": found.listed.activity.title}),
            head=_about(found.listed, say),
            columns=columns,
            rows=list(_lines_to_sign(found.people)),
            foot=[
                [say(N_("本表用于断电断网等无法扫码时，签字后由阵地凭本表照片申请补录，原件由阵地留存。"))],
                [say(N_("现场负责人：")), say(N_("见证人：")), say(N_("日期："))],
            ],
        )
    ]


def _shift_id(request: Request) -> int:
    if request.shift_id is None:
        raise Unprocessable("no_shift", N_("请选择场次。"), field="shift_id")
    return request.shift_id


def _about(listed: Listed, say: Say) -> list[str]:
    starts, ends = clock.local(listed.shift.starts_at), clock.local(listed.shift.ends_at)
    return [
        say(
            N_("阵地：%(station)s    地点：%(place)s    负责人：%(leader)s"),
            {
                "station": listed.station.name,
                "place": listed.activity.place,
                "leader": listed.activity.contact_name,
            },
        ),
        say(
            N_("时间：%(begins)s 至 %(ends)s    报名：%(taken)s / %(places)s"),
            {
                "begins": f"{starts:%Y-%m-%d %H:%M}",
                "ends": f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}",
                "taken": str(listed.shift.taken),
                "places": say(N_("不限")) if listed.shift.capacity is None else str(listed.shift.capacity),
            },
        ),
    ]


def _as_of(request: Request) -> str:
    return request.say(N_("统计截止：%(at)s"), {"at": f"{clock.local(request.now):%Y-%m-%d %H:%M}"})


def _columns(say: Say) -> list[Column]:
    return [
        Column(say(N_("序号")), Kind.INTEGER, 6),
        Column(say(N_("姓名")), width=14),
        Column(say(N_("志愿者编号")), width=24),
        Column(say(N_("所属队伍")), width=20),
        Column(say(N_("联系电话")), width=18),
        Column(say(N_("报名时间")), Kind.INSTANT, 17),
        Column(say(N_("报名状态")), width=10),
        Column(say(N_("签到时间")), Kind.INSTANT, 17),
        Column(say(N_("签退时间")), Kind.INSTANT, 17),
        Column(say(N_("预计发放时长（小时）")), Kind.HOURS, 10),
        Column(say(N_("获得时长（小时）")), Kind.HOURS, 10),
        Column(say(N_("状态")), width=10),
        Column(say(N_("记录方式")), width=22),
        Column(say(N_("补录人")), width=10),
        Column(say(N_("审批人")), width=10),
        Column(say(N_("原因")), width=22),
    ]


def _rows(request: Request, found: attendance.Attendance) -> Iterator[Sequence[Any]]:
    shift, number = found.listed.shift, 0
    planned = int((shift.ends_at - shift.starts_at).total_seconds()) // 60
    for person in found.people:
        number += 1
        stays = [_stay(stay, request.say) for stay in person.stays] or [_absent(person, request.say)]
        for stay in stays:
            yield [number, *_who(request, person), *stay[:2], planned, *stay[2:]]
    for walk_in in found.walk_ins:
        number += 1
        said = [request.say(UNKNOWN_PERSON), request.say(ENTRY_POINTS[EntryPoint.WALK_IN]), "", "", ""]
        yield [number, walk_in.label, "", "", "", None, "", walk_in.in_at, walk_in.out_at, planned, None, *said]


def _who(request: Request, person: Present) -> list[Any]:
    volunteer, sign_up = person.volunteer, person.sign_up
    return [
        mask_name(volunteer.name),
        mask_document(volunteer.number),
        person.team,
        mask_mobile(volunteer.mobile),
        sign_up.asked_at if sign_up else None,
        request.say(SIGN_UP_STATES[sign_up.state] if sign_up else N_("未报名")),
    ]


def _absent(person: Present, say: Say) -> list[Any]:
    """Return the row of somebody nothing was recorded of; it says so where the person was expected."""
    expected = person.sign_up is not None and person.sign_up.state is SignUpState.ACCEPTED
    return [None, None, None, say(UNMARKED) if expected else "", "", "", "", ""]


def _stay(stay: Stay, say: Say) -> list[Any]:
    """Return in, out, minutes, state, way, recorder, approver and reason of a stay."""
    begins, ends = _ends(stay)
    minutes = stay.minutes if stay.minutes else None
    return [begins, ends, minutes, say(_state(stay)), _way(stay, say), *_vouchers(stay)]


def _ends(stay: Stay) -> tuple[datetime, datetime | None]:
    source = stay.session or stay.make_up
    return stay.begins, source.out_at if source else None


def _state(stay: Stay) -> str:
    if stay.waits:
        return PENDING
    if stay.session is not None and stay.session.out_at is None:
        return OPEN
    return EFFECTIVE if stay.minutes else NOTHING


def _way(stay: Stay, say: Say) -> str:
    """Return by which way the person came in, and how the stay ended where no scan ended it."""
    if stay.session is None:
        return say(MAKE_UP)
    came = say(ENTRY_POINTS[stay.in_scan.entry_point]) if stay.in_scan else ""
    closed = stay.session.closed_by
    ended = say(CLOSES[closed]) if closed and closed is not CloseKind.SCANNED else ""
    corrected = say(CORRECTED) if stay.is_corrected else ""
    return say(N_("；")).join(part for part in (came, ended, corrected) if part)


def _vouchers(stay: Stay) -> list[str]:
    """Return who entered, approved and why, for what no scan shows; a stay that scans show needs nobody."""
    return [stay.recorder, stay.approver, stay.reason]


def _lines_to_sign(people: Iterable[Present]) -> Iterator[Sequence[str]]:
    expected = [p for p in people if p.sign_up is not None and p.sign_up.state is SignUpState.ACCEPTED]
    for number, person in enumerate(expected, 1):
        yield [
            str(number),
            mask_middle(person.volunteer.name),
            person.volunteer.mobile[-4:],
            person.team,
            "",
            "",
            "",
            "",
        ]
    for number in range(len(expected) + 1, len(expected) + SPARE + 1):
        yield [str(number), *[""] * 7]
