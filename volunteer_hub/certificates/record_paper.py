"""志愿服务记录 on A4, which volunteers print themselves: what the platform has recorded, and no certificate. Pure.

It is in Chinese in whichever language its reader reads the pages, as every paper is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.certificates import facts, listing
from volunteer_hub.certificates.issuing import ELSEWHERE
from volunteer_hub.certificates.labels import CLASSES
from volunteer_hub.certificates.listing import ABOVE_FOOT, Column, Listing
from volunteer_hub.certificates.services import Done, Period, by_class, total
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.paper_blocks import BLACK, GREY, LEADING, MARGIN
from volunteer_hub.core.pdf import BOLD, REGULAR, Sheet, mm, wrap
from volunteer_hub.core.printed import visible
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.core.text import N_

TITLE = N_("志愿服务记录")
NOTICE = N_(
    "本页是平台的服务记录，由本人自行下载打印，免费，随时可取；它不是《志愿服务证明》。需要证明的，"
    "在“我的证明”里向记录单位申请，同样免费。"
)
NOTES = N_(
    "时长以分钟记录，逐行舍去不足 0.01 小时的部分，合计按分钟加总后再舍去，所以可能略大于各行之和。"
    "类别：A 扫码签到和签退，B 只扫一端，C 事后补录并经审批，D 从外部导入。正在审核的时长不在其中。"
)
SCAN = N_("扫码核对")
SCAN_HELP = N_("看这份记录与台账现在是否一致")
CODE = 36 * mm
TOP = 14 * mm


@dataclass(frozen=True)
class Record:
    """Whose record it is, of which time, as it stood when. `document` is masked."""

    name: str
    number: str
    document_kind: str
    document: str
    period: Period
    as_of: datetime
    done: Sequence[Done]
    code: str


def draw(record: Record, site: str) -> bytes:
    """Return the record as a PDF with embedded fonts, on as many pages as the list needs."""
    said = {"name": TITLE, "number": record.number}
    sheet = Sheet(visible(N_("%(name)s %(number)s") % said), visible(site))
    top = _draw_head(sheet, record)
    listed = Listing(COLUMNS, [_row(place, one) for place, one in enumerate(record.done, 1)])
    pages = listed.pages(top - ABOVE_FOOT, sheet.height - 2 * TOP - ABOVE_FOOT)
    foot = N_("%(title)s · %(site)s") % {"title": TITLE, "site": visible(site)}
    notes = wrap(NOTES, REGULAR, 7.5, sheet.width - 2 * MARGIN)
    tall = len(notes) * 7.5 * LEADING + 4 * mm
    last = top if len(pages) == 1 else sheet.height - 2 * TOP
    used = listed.heading.height + sum(row.height for row in pages[-1])
    if last - used - tall < ABOVE_FOOT:
        pages.append([])
    for number, rows in enumerate(pages, 1):
        if number > 1:
            sheet.next()
            top = sheet.height - 2 * TOP
            sheet.canvas.setFillGray(GREY)
            said = {"name": record.name, "title": TITLE, "number": record.number}
            sheet.write(visible(N_("%(title)s    %(name)s    %(number)s") % said), MARGIN, top + 3 * mm, size=8)
        end = listed.draw(sheet, rows, top) if rows or number == 1 else top
        listing.number_page(sheet, foot, number, len(pages))
    sheet.canvas.setFillGray(GREY)
    for place, line in enumerate(notes, 1):
        sheet.write(line, MARGIN, end - 2 * mm - place * 7.5 * LEADING, size=7.5)
    return sheet.finish()


def _draw_head(sheet: Sheet, record: Record) -> float:
    """Draw title, facts and code; return where the list begins."""
    canvas, x = sheet.canvas, MARGIN
    width = sheet.width - 2 * MARGIN - CODE - 4 * mm
    canvas.setFillGray(BLACK)
    sheet.write(TITLE, x, sheet.height - 24 * mm, size=22, font=BOLD)
    canvas.setFillGray(GREY)
    y = sheet.height - 28 * mm
    for line in wrap(NOTICE, REGULAR, 8.5, width):
        y -= 8.5 * LEADING
        sheet.write(line, x, y, size=8.5)
    left = sheet.width - MARGIN - CODE
    sheet.code(record.code, left, sheet.height - 12 * mm - CODE, CODE)
    canvas.setFillGray(BLACK)
    sheet.write(SCAN, left + 3.5 * mm, sheet.height - 14.5 * mm - CODE, size=8, font=BOLD)
    canvas.setFillGray(GREY)
    sheet.write(SCAN_HELP, left + 3.5 * mm, sheet.height - 17.5 * mm - CODE, size=6)
    below = facts.draw(sheet, _facts(record), x, sheet.height - 56 * mm, sheet.width - 2 * MARGIN, size=9.5)
    return below - 5 * mm


def _facts(record: Record) -> list[facts.Line]:
    period = {"since": record.period.since.isoformat(), "until": record.period.until.isoformat()}
    return [
        [(N_("姓名"), record.name), (N_("志愿者编号"), record.number)],
        [(N_("证件类型"), record.document_kind), (N_("证件号码"), record.document)],
        [
            (N_("服务期间"), N_("%(since)s 至 %(until)s") % period),
            (N_("统计截止"), f"{clock.local(record.as_of):%Y-%m-%d %H:%M:%S}"),
        ],
        [(N_("服务时长"), _hours(record))],
    ]


def _hours(record: Record) -> str:
    parts = N_("、").join(
        N_("%(name)s %(hours)s") % {"name": CLASSES[kind], "hours": hours_of(minutes)}
        for kind, minutes in by_class(record.done).items()
    )
    said = {"hours": f"{hours_of(total(record.done)):,}", "times": len(record.done), "parts": parts or N_("无")}
    return N_("合计 %(hours)s 小时，%(times)s 次（%(parts)s）") % said


COLUMNS = (
    Column(N_("序号"), 11, right=True),
    Column(N_("服务日期"), 21),
    Column(N_("活动名称"), 41),
    Column(N_("服务地点"), 30),
    Column(N_("服务内容"), 20),
    Column(N_("记录单位"), 32),
    Column(N_("分钟"), 11, right=True),
    Column(N_("小时"), 10, right=True),
    Column(N_("类别"), 10),
)


def _row(place: int, one: Done) -> list[str]:
    return [
        str(place),
        one.service_on.isoformat(),
        one.title or ELSEWHERE,
        one.place or "",
        CATEGORIES.get(one.category or "", one.category or ""),
        one.unit or "",
        str(one.minutes),
        f"{hours_of(one.minutes):,}",
        one.hours_class.value,
    ]
