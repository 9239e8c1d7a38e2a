"""Hours line by line: as our ledger keeps them, and under the field names of the national system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from volunteer_hub.core import clock
from volunteer_hub.core.masking import mask_document, mask_mobile, mask_name
from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.tabular import Column, Kind, Sheet, hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.asked import listed_lines
from volunteer_hub.exchange.entries import Line, lines
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.exchange.midnight import Part, by_day, undivided
from volunteer_hub.ledger.models import EntryKind, HoursClass
from volunteer_hub.statistics import evidence
from volunteer_hub.statistics.definitions import CLASS_NAMES

EFFECTIVE, REVERSED, REVERSAL = N_("已生效"), N_("已冲正"), N_("冲正")
#: 添加方式 of the national system, by our classes: its own codes and words.
NATIONAL_WAYS = {
    HoursClass.A: N_("4 app打卡"),
    HoursClass.B: N_("4 app打卡"),
    HoursClass.C: N_("1 团体录入"),
    HoursClass.D: N_("1 团体录入"),
}
NATIONAL_EFFECTIVE = N_("2 已生效")
NATIONAL_NOTE = N_(
    "字段名按全国志愿服务信息系统；每条记录不跨零点，跨零点的服务拆成两行，时长合计不变。"
    "证件号码已遮盖，完整号码须另行申请并经他人批准。"
)


def make_hours(request: Request) -> Iterable[Sheet]:
    """Return every ledger line of the question, reversals included, with its count and sum below."""
    say, total = request.say, _Total()
    place = evidence.get_region(request.question.region, request.scope).full_name
    columns = [
        Column(say(N_("服务日期")), Kind.DATE, 12),
        Column(say(N_("姓名")), width=10),
        Column(say(N_("志愿者编号")), width=24),
        Column(say(N_("开始时间")), Kind.INSTANT, 17),
        Column(say(N_("结束时间")), Kind.INSTANT, 17),
        Column(say(N_("服务时长（小时）")), Kind.HOURS, 10),
        Column(say(N_("添加方式")), width=12),
        Column(say(N_("状态")), width=9),
        Column(say(N_("服务项目")), width=26),
        Column(say(N_("服务团体")), width=24),
        Column(say(N_("服务时居住地")), width=30),
        Column(say(N_("入账时间")), Kind.INSTANT, 17),
        Column(say(N_("备注")), width=24),
    ]
    return [
        Sheet(
            name=say(N_("时长明细")),
            title=say(N_("%(place)s志愿服务时长明细"), {"place": place}),
            head=listed_lines(request.question, place, say),
            columns=columns,
            rows=(_hours_row(request, line, total) for line in lines(request)),
            foot=_foot(total, say),
        )
    ]


def make_national(request: Request) -> Iterable[Sheet]:
    """Return what stands in the ledger, no record over midnight, in the national system's words.

    In Chinese whoever asks: another program reads them.
    """
    request = replace(request, say=_as_written)
    say, total = request.say, _Total()
    place = evidence.get_region(request.question.region, request.scope).full_name
    columns = [
        Column(say(N_("序号")), Kind.INTEGER, 7),
        Column(say(N_("姓名")), width=10),
        Column(say(N_("证件号码")), width=22),
        Column(say(N_("手机")), width=14),
        Column(say(N_("志愿者编号")), width=24),
        Column(say(N_("服务项目")), width=26),
        Column(say(N_("服务团体")), width=24),
        Column(say(N_("日期")), Kind.DATE, 12),
        Column(say(N_("开始时间")), Kind.INSTANT, 17),
        Column(say(N_("结束时间")), Kind.INSTANT, 17),
        Column(say(N_("时长")), Kind.DECIMAL, 9),
        Column(say(N_("添加方式")), width=12),
        Column(say(N_("状态")), width=10),
        Column(say(N_("录入日期")), Kind.DATE, 12),
        Column(say(N_("备注")), width=24),
    ]
    return [
        Sheet(
            name=say(N_("时长记录")),
            title=say(N_("%(place)s志愿服务时长记录（全国系统字段）"), {"place": place}),
            head=[*listed_lines(request.question, place, say), say(NATIONAL_NOTE)],
            columns=columns,
            rows=_national_rows(request, total),
            foot=_foot(total, say),
        )
    ]


class _Total:
    """What has been written so far: lines, minutes, and the hours as they were printed."""

    lines = 0
    minutes = 0
    hours = Decimal(0)


def _hours_row(request: Request, line: Line, total: _Total) -> list[Any]:
    entry, row, say = line.row.HoursEntry, line.row, request.say
    total.lines += 1
    total.minutes += entry.minutes
    begins, ends = line.times or (None, None)
    reversal = entry.kind is EntryKind.REVERSAL
    return [
        entry.service_on,
        mask_name(row.name),
        mask_document(row.number),
        None if reversal else begins,
        None if reversal else ends,
        entry.minutes,
        say(CLASS_NAMES[entry.hours_class]),
        say(REVERSAL if reversal else REVERSED if row.reversed_by else EFFECTIVE),
        row.activity or "",
        row.team or row.station or "",
        row.place,
        entry.recorded_at,
        entry.reason or "",
    ]


def _as_written(sentence: str, places: Mapping[str, str] | None = None) -> str:
    return sentence % places if places else sentence


def _national_rows(request: Request, total: _Total) -> Iterator[Sequence[Any]]:
    for line in lines(request, standing_only=True):
        entry = line.row.HoursEntry
        parts = _parts(line.times, line)
        total.minutes += entry.minutes
        for part in parts:
            total.lines += 1
            total.hours += part.hours
            yield _national_row(request, line, part, total.lines)


def _parts(times: tuple[datetime, datetime] | None, line: Line) -> list[Part]:
    entry = line.row.HoursEntry
    return by_day(*times, entry.minutes) if times else undivided(entry.service_on, entry.minutes)


def _national_row(request: Request, line: Line, part: Part, number: int) -> list[Any]:
    entry, row, say = line.row.HoursEntry, line.row, request.say
    return [
        number,
        mask_name(row.name),
        mask_document(row.document_number),
        mask_mobile(row.mobile),
        mask_document(row.number),
        row.activity or "",
        row.team or row.station or "",
        part.on,
        part.begins,
        part.ends,
        part.hours,
        say(NATIONAL_WAYS[entry.hours_class]),
        say(NATIONAL_EFFECTIVE),
        clock.civil_date(entry.recorded_at),
        entry.reason or "",
    ]


def _foot(total: _Total, say: Say) -> Iterator[Sequence[str]]:
    """Yield what was written and how much it is together, once the last row has been."""
    yield [
        say(
            N_("合计 %(lines)s 条，%(hours)s 小时"),
            {"lines": f"{total.lines:,}", "hours": f"{hours_of(total.minutes):,}"},
        )
    ]
    yield signature_line(say)
