"""志愿服务证明 on A4: one page for who hands it over, and the services listed on the pages behind it. Pure.

It is used in China, so it is in Chinese in whichever language its issuer reads the pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.certificates import facts, listing
from volunteer_hub.certificates.labels import CLASSES
from volunteer_hub.certificates.listing import ABOVE_FOOT, Column, Listing
from volunteer_hub.certificates.wording import Content, Service, day
from volunteer_hub.core.paper_blocks import BLACK, GREY, LEADING
from volunteer_hub.core.pdf import BOLD, REGULAR, Sheet, fit, mm, shrunk, wrap
from volunteer_hub.core.printed import visible
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass

TITLE = N_("志愿服务证明")
NUMBER = N_("证明编号：%(number)s")
WITNESS = N_(
    "兹证明上述志愿者在上列期间参加志愿服务，共 %(times)s 次，合计 %(hours)s 小时，由本单位如实记录，"
    "开具时已与服务记录核对一致。"
)
REPLACES = N_("本证明替换编号 %(number)s 的证明，原证明不再有效。")
LEGAL = N_(
    "依据《志愿服务条例》和《志愿服务记录与证明出具办法（试行）》（民政部令第 67 号）免费出具。"
    "时长以分钟记录，合计后不足 0.01 小时的舍去。服务明细见附页。"
)
SCAN = N_("扫码核验")
SCAN_HELP = N_("打开页面可查是否有效；码内含数字签名，离线也能核对。")
SEAL_HERE = N_("（盖章处）")
ANNEX = N_("志愿服务证明附页：服务明细")
FOOT = N_("%(title)s %(number)s")
MORE = N_("……共 %(n)s 项活动，明细见附页")
FRAME = (0xC8 / 255, 0x10 / 255, 0x2E / 255)
SIDE = 22 * mm
CODE = 46 * mm
SEAL = 42 * mm
#: Activities named on the first page.
NAMED = 8


@dataclass(frozen=True)
class Extras:
    """What is drawn beside the content: the document number as this paper prints it, the code's text, the seal."""

    document: str
    code: str
    wants_seal: bool
    seal: bytes | None


def draw(content: Content, extras: Extras, site: str) -> bytes:
    """Return the certificate as a PDF with embedded fonts."""
    sheet = Sheet(visible(N_("志愿服务证明 %(number)s") % {"number": content.number}), visible(site))
    listed = Listing(COLUMNS, _rows(content.services))
    room = sheet.height - 26 * mm - ABOVE_FOOT
    annex = listed.pages(room, room)
    _draw_front(sheet, content, extras)
    listing.number_page(sheet, _foot(content), 1, len(annex) + 1)
    for place, rows in enumerate(annex, 2):
        sheet.next()
        _write_head(sheet, content)
        listed.draw(sheet, rows, sheet.height - 26 * mm)
        listing.number_page(sheet, _foot(content), place, len(annex) + 1)
    return sheet.finish()


def _draw_front(sheet: Sheet, content: Content, extras: Extras) -> None:
    canvas = sheet.canvas
    canvas.setStrokeColorRGB(*FRAME)
    for inset, line in ((13 * mm, 1.6), (14.4 * mm, 0.5)):
        canvas.setLineWidth(line)
        canvas.rect(inset, inset + 4 * mm, sheet.width - 2 * inset, sheet.height - 2 * inset - 4 * mm)
    canvas.setFillColorRGB(*FRAME)
    sheet.centred(TITLE, sheet.height - 42 * mm, size=30, font=BOLD, spacing=7)
    canvas.setFillGray(GREY)
    sheet.centred(NUMBER % {"number": content.number}, sheet.height - 51 * mm, size=10.5)
    width = sheet.width - 2 * SIDE
    below = facts.draw(sheet, _facts(content, extras), SIDE, sheet.height - 58 * mm, width)
    _draw_statement(sheet, content, below - 4 * mm, width)
    _draw_code(sheet, extras)
    _draw_issuer(sheet, content, extras)
    canvas.setFillGray(GREY)
    for place, words in enumerate(wrap(LEGAL, REGULAR, 7.5, width)):
        sheet.write(words, SIDE, 29 * mm - place * 7.5 * LEADING, size=7.5)


def _facts(content: Content, extras: Extras) -> list[facts.Line]:
    return [
        [(N_("姓名"), content.name), (N_("志愿者编号"), content.volunteer_number)],
        [(N_("证件类型"), content.document_kind), (N_("证件号码"), extras.document)],
        [
            (N_("服务期间"), N_("%(since)s 至 %(until)s") % {"since": content.since, "until": content.until}),
            (N_("用途"), content.purpose),
        ],
        [(N_("服务时间"), _hours(content))],
        [(N_("服务内容"), "\n".join(summary(content.services)))],
    ]


def _hours(content: Content) -> str:
    minutes: Counter[str] = Counter()
    for service in content.services:
        minutes[service.hours_class] += service.minutes
    parts = N_("、").join(
        N_("%(name)s %(hours)s") % {"name": CLASSES[HoursClass(name)], "hours": hours_of(minutes[name])}
        for name in sorted(minutes)
    )
    return N_("合计 %(hours)s 小时（%(parts)s）") % {"hours": f"{hours_of(content.minutes):,}", "parts": parts}


def summary(services: Sequence[Service]) -> list[str]:
    """Return the services by activity, those of most minutes first, in as many lines as the page has for them."""
    minutes: Counter[tuple[str, str]] = Counter()
    for service in services:
        minutes[service.title, service.kind] += service.minutes
    named = [
        N_("%(title)s（%(kind)s）%(hours)s 小时") % {"title": title, "kind": kind, "hours": hours_of(spent)}
        for (title, kind), spent in minutes.most_common(NAMED)
    ]
    return named if len(minutes) <= NAMED else [*named, MORE % {"n": len(minutes)}]


def _draw_statement(sheet: Sheet, content: Content, top: float, width: float) -> None:
    said = [WITNESS % {"times": len(content.services), "hours": f"{hours_of(content.minutes):,}"}]
    if content.replaces:
        said.append(REPLACES % {"number": content.replaces})
    sheet.canvas.setFillGray(BLACK)
    y = top
    for paragraph in said:
        for line in wrap(paragraph, REGULAR, 11, width):
            y -= 11 * 1.5
            sheet.write(line, SIDE, y, size=11)


def _draw_code(sheet: Sheet, extras: Extras) -> None:
    x, y = SIDE - 3 * mm, 50 * mm
    sheet.code(extras.code, x, y, CODE)
    sheet.canvas.setFillGray(BLACK)
    sheet.write(SCAN, SIDE, y - 3.5 * mm, size=9, font=BOLD)
    sheet.canvas.setFillGray(GREY)
    for place, line in enumerate(wrap(SCAN_HELP, REGULAR, 6.5, CODE)):
        sheet.write(line, SIDE, y - 7 * mm - place * 6.5 * LEADING, size=6.5)


def _draw_issuer(sheet: Sheet, content: Content, extras: Extras) -> None:
    x = SIDE + CODE + 12 * mm
    room = sheet.width - SIDE - x
    issued = day(content.issued_on)
    dated = N_("%(year)s 年 %(month)s 月 %(day)s 日")
    lines = [
        N_("记录单位：%(name)s") % {"name": content.unit},
        N_("负责人：%(name)s") % {"name": content.person_in_charge},
        N_("经办人：%(name)s") % {"name": content.handler},
        N_("联系方式：%(name)s") % {"name": content.contact},
        N_("开具日期：%(date)s") % {"date": dated % {"year": issued.year, "month": issued.month, "day": issued.day}},
    ]
    _draw_seal(sheet, extras, x)
    y = 92 * mm
    for line in lines:
        size, broken = fit(visible(line), REGULAR, room, largest=11, smallest=9, lines=2)
        size = shrunk(broken, REGULAR, size, room)
        sheet.canvas.setFillGray(BLACK)
        for piece in broken:
            sheet.write(piece, x, y, size=size)
            y -= size * 1.3
        y -= 2.6 * mm


def _draw_seal(sheet: Sheet, extras: Extras, x: float) -> None:
    """Draw the seal below the words of the issuer, or the place for one; nothing where none was wanted."""
    if not extras.wants_seal:
        return
    canvas, left, bottom = sheet.canvas, x + 42 * mm, 47 * mm
    if extras.seal is not None:
        sheet.picture(extras.seal, left, bottom, SEAL)
        return
    canvas.setStrokeGray(0.7)
    canvas.setLineWidth(0.6)
    canvas.setDash(2, 2)
    canvas.circle(left + SEAL / 2, bottom + SEAL / 2, SEAL / 2 - mm)
    canvas.setDash()
    canvas.setFillGray(0.6)
    sheet.write(SEAL_HERE, left + SEAL / 2 - 14 * mm / 2, bottom + 3 * mm, size=8)


def _write_head(sheet: Sheet, content: Content) -> None:
    sheet.canvas.setFillGray(BLACK)
    sheet.centred(ANNEX, sheet.height - 17 * mm, size=14, font=BOLD)
    sheet.canvas.setFillGray(GREY)
    said = f"{NUMBER % {'number': content.number}}    {content.name}"
    sheet.centred(visible(said), sheet.height - 23 * mm, size=9)


COLUMNS = (
    Column(N_("序号"), 11, right=True),
    Column(N_("服务日期"), 22),
    Column(N_("活动名称"), 45),
    Column(N_("服务地点"), 33),
    Column(N_("服务内容"), 22),
    Column(N_("记录单位"), 29),
    Column(N_("小时"), 14, right=True),
    Column(N_("类别"), 10),
)


def _rows(services: Sequence[Service]) -> list[list[str]]:
    return [
        [
            str(place),
            service.on,
            service.title,
            service.place,
            service.kind,
            service.unit,
            f"{hours_of(service.minutes):,}",
            service.hours_class,
        ]
        for place, service in enumerate(services, 1)
    ]


def _foot(content: Content) -> str:
    return FOOT % {"title": TITLE, "number": content.number}
