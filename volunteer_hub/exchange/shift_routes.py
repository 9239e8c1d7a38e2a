"""Papers of one shift, for those who run it: the attendance sheet, and the empty one to sign by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, Response

from volunteer_hub.activities import queries as activities
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import attendance_sheet, service
from volunteer_hub.exchange.kinds import Format, Request, read
from volunteer_hub.exchange.writing import SIGNED_HEIGHT, answer, paper_file
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("shift_papers", __name__)
MANAGE = Permission.MANAGE_ACTIVITIES


@pages.get("/manage/shifts/<int:shift_id>/attendance.<file_format>")
@require(MANAGE)
def attendance(shift_id: int, file_format: str) -> Response:
    """Send who signed up and who came."""
    if file_format not in set(Format):
        raise NotFound
    name, sheets = _paper(shift_id, "attendance", N_("签到表"), attendance_sheet.make, Format(file_format))
    return answer(name, sheets, Format(file_format), actor().label)


@pages.get("/manage/shifts/<int:shift_id>/sign-in-sheet.pdf")
@require(MANAGE)
def sign_in_sheet(shift_id: int) -> Response:
    """Send the sheet to print and sign, for a day without power or network."""
    name, sheets = _paper(shift_id, "sign_in_sheet", N_("手工签到表"), attendance_sheet.make_blank, Format.PDF)
    return paper_file(name, sheets, actor().label, row_height=SIGNED_HEIGHT)


def _paper(
    shift_id: int, what: str, title: str, make: Callable[[Request], Iterable[Sheet]], written: Format
) -> tuple[str, list[Sheet]]:
    """Return a paper's file name and sheets; the trail says who took it."""
    listed, now = activities.get_shift(scope(MANAGE), shift_id), clock.now()
    region = listed.station.region_code
    asked = read({"shift_id": str(shift_id)}, default_region=region, scope=scope(MANAGE), say=say, now=now)
    name = f"{listed.activity.title}{say(title)}_{clock.civil_date(listed.shift.starts_at)}"
    sheets = list(make(asked))
    with transaction():
        service.record_shift_paper(actor(), what, shift_id, region, now=now, written=written)
    return name, sheets
