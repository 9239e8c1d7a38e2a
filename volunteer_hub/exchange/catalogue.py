"""The list of files the office can take, each with what its form asks for and who makes its sheets.

A door reads a request with `read`, a kind with `get_kind`, and writes the sheets of `kind.make(request)` as
XLSX, CSV or PDF, at once or as a job; `file_name` names the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from volunteer_hub.activities import queries as activities
from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import (
    activity_ledger,
    attendance_sheet,
    facts_sheets,
    hours_sheets,
    ministry_sheets,
    restated_sheets,
    roster_sheets,
    sheets,
)
from volunteer_hub.exchange.kinds import FileKind, Format, Need, Request, read
from volunteer_hub.statistics import evidence, queries
from volunteer_hub.statistics.evidence import Crowd

__all__ = ["BY_KEY", "KINDS", "FileKind", "Format", "Need", "Request", "file_name", "get_kind", "read"]

#: What a question of figures is made of.
ASKED = frozenset({Need.REGION, Need.AS_OF, Need.PERIOD, Need.CLASSES, Need.BASE, Need.YEAR})


def file_name(kind: FileKind, request: Request) -> str:
    """Return what the file is called, without its ending: 西安区志愿服务统计_2022-12-31. Raises NotFound."""
    if Need.SHIFT in kind.needs and request.shift_id is not None:
        listed = activities.get_shift(request.scope, request.shift_id)
        return (
            f"{listed.activity.title}{request.say(kind.name)}_{clock.civil_date(listed.shift.starts_at).isoformat()}"
        )
    place = evidence.get_region(request.question.region, request.scope).full_name
    day = clock.civil_date(request.question.as_of).isoformat()
    return f"{place}{request.say(kind.name)}_{day}"


def get_kind(key: str) -> FileKind:
    """Return a kind by its key. Raises NotFound."""
    if key not in BY_KEY:
        raise NotFound
    return BY_KEY[key]


def _ratios(request: Request) -> Iterable[Sheet]:
    answer = queries.ratios(request.question, request.scope)
    request = replace(request, question=answer.question)
    figures, meanings = sheets.ratio_sheets(answer, request.say)
    rows = [replace(sheet, name=request.say(N_("明细"))) for sheet in _people(request)] if request.rows else []
    return [figures, meanings, *rows, restated_sheets.restated_sheet(request)]


def _people(request: Request) -> list[Sheet]:
    crowd = Crowd(request.question, request.having, request.direct)
    place = evidence.get_region(request.question.region, request.scope).full_name
    return [sheets.people_sheet(crowd, place, evidence.every_person(crowd, request.scope), request.say)]


#: What a list of the ledger is made of.
LISTED = frozenset({Need.REGION, Need.AS_OF, Need.PERIOD, Need.CLASSES, Need.STATION, Need.TEAM})
PAPERS = (Format.XLSX, Format.PDF)

KINDS = (
    FileKind(
        "ratios",
        N_("志愿服务统计"),
        N_("注册率、有服务时长占比、参与率、时长与人均时长，本级和各下级一行一个，附口径说明和更正。"),
        _ratios,
        ASKED | {Need.ROWS},
    ),
    FileKind(
        "facts",
        N_("服务明细"),
        N_("人数、人次、时长、活动数、受益人次，按区划、阵地、队伍、项目、类别、年龄、性别、月份等各一张表。"),
        facts_sheets.make,
        LISTED,
        is_large=True,
    ),
    FileKind(
        "ministry",
        N_("民政部年报表11–17"),
        N_("组织、注册、培训、时间、记录、激励、资金七张表；本系统没有的数据显示“—”并写明原因。"),
        ministry_sheets.make,
        frozenset({Need.REGION, Need.AS_OF, Need.BASE, Need.YEAR, Need.REPORT_YEAR}),
        PAPERS,
    ),
    FileKind(
        "activities",
        N_("活动台账"),
        N_("每个场次一行：时间、地点、组织单位、参与志愿者、总时长、受益人次、照片数、是否按期录入。"),
        activity_ledger.make,
        LISTED,
        is_large=True,
    ),
    FileKind(
        "roster",
        N_("志愿者花名册"),
        N_("某一区划或队伍的志愿者，姓名、证件和手机均已遮盖，附专业技能、服务类别和时长。"),
        roster_sheets.make,
        LISTED - {Need.STATION} | {Need.HAVING},
        is_large=True,
    ),
    FileKind(
        "people",
        N_("统计数字背后的名单"),
        N_("统计页某一数字背后的志愿者，姓名、证件和手机均已遮盖，附时长。"),
        _people,
        ASKED | {Need.HAVING},
        is_large=True,
    ),
    FileKind(
        "hours",
        N_("时长明细"),
        N_("台账逐条列出，含冲正：服务日期、时间、时长、添加方式、状态、项目、团体、备注。"),
        hours_sheets.make_hours,
        LISTED,
        is_large=True,
    ),
    FileKind(
        "national",
        N_("时长记录（全国系统字段）"),
        N_("按全国志愿服务信息系统的字段名，跨零点的服务拆成两行、合计不变；只列仍然有效的记录。"),
        hours_sheets.make_national,
        LISTED,
        is_large=True,
    ),
    FileKind(
        "attendance",
        N_("签到表"),
        N_("一个场次的全部人员：签到签退、记录方式、补录人、审批人、原因；没有任何记录的列为“未记录”。"),
        attendance_sheet.make,
        frozenset({Need.SHIFT}),
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
