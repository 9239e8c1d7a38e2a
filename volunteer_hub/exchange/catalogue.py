"""The list of files the office can take, each with what its form asks for and who makes its sheets.

A door reads a request with `read`, a kind with `get_kind`, and writes the sheets of `kind.make(request)` as
XLSX, CSV or PDF, at once or as a job; `file_name` names the result.
"""

from __future__ import annotations

from collections.abc import Iterable

from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import sheets
from volunteer_hub.exchange.kinds import FileKind, Format, Need, Request, read
from volunteer_hub.statistics import evidence, queries
from volunteer_hub.statistics.evidence import Crowd

__all__ = ["BY_KEY", "KINDS", "FileKind", "Format", "Need", "Request", "file_name", "get_kind", "read"]

#: What a question of figures is made of.
ASKED = frozenset({Need.REGION, Need.AS_OF, Need.PERIOD, Need.CLASSES, Need.BASE, Need.YEAR})


def file_name(kind: FileKind, request: Request) -> str:
    """Return what the file is called, without its ending: 西安区志愿服务统计_2022-12-31."""
    place = evidence.get_region(request.question.region, request.scope).full_name
    day = clock.civil_date(request.question.as_of).isoformat()
    return f"{place}{request.say(kind.name)}_{day}"


def get_kind(key: str) -> FileKind:
    """Return a kind by its key. Raises NotFound."""
    if key not in BY_KEY:
        raise NotFound
    return BY_KEY[key]


def _ratios(request: Request) -> Iterable[Sheet]:
    return sheets.ratio_sheets(queries.ratios(request.question, request.scope), request.say)


def _people(request: Request) -> Iterable[Sheet]:
    crowd = Crowd(request.question, request.having, request.direct)
    place = evidence.get_region(request.question.region, request.scope).full_name
    return [sheets.people_sheet(crowd, place, evidence.every_person(crowd, request.scope), request.say)]


KINDS = (
    FileKind(
        "ratios",
        N_("志愿服务统计"),
        N_("注册率、有服务时长占比、参与率、时长与人均时长，本级和各下级一行一个，附口径说明。"),
        _ratios,
        ASKED | {Need.ROWS},
    ),
    FileKind(
        "people",
        N_("志愿者花名册"),
        N_("某一数字背后的志愿者，姓名、证件和手机均已遮盖，附时长。"),
        _people,
        ASKED | {Need.HAVING},
        is_large=True,
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
