"""The plate for a station's door: an A4 sheet with its name and the code of its public page.

It hangs on a wall in China, so it is in Chinese in whichever language its printer reads the pages. Its code
opens a page and proves nothing: people check in with the rotating code at the desk.
"""

from __future__ import annotations

from dataclasses import dataclass

from volunteer_hub.core.pdf import BOLD, REGULAR, Sheet, fit, mm
from volunteer_hub.core.text import N_

HEADING = N_("新时代文明实践")
LOOK = N_("扫码查看本阵地的介绍、活动和负责人")
SIGN_IN = N_("签到签退：在场时请扫描工作人员屏幕上的动态码。本牌的码只供查看，不能签到。")
ADDRESS, HOURS, PHONE = N_("地址"), N_("开放时间"), N_("电话")

RED = (0xC8 / 255, 0x10 / 255, 0x2E / 255)
BLACK, GREY = 0.08, 0.4
MARGIN = 22 * mm
#: Where the line above the foot stands.
FOOT = 31 * mm
#: The column of the facts' names.
LABELS = 27 * mm
LARGEST_CODE = 128 * mm


@dataclass(frozen=True)
class Plate:
    """What the plate says. `kind` and `district` in Chinese; empty lines are left out."""

    name: str
    kind: str
    district: str
    url: str
    site: str
    address: str = ""
    opening_hours: str = ""
    phone: str = ""


def draw(plate: Plate) -> bytes:
    """Return the plate as a PDF with embedded fonts."""
    sheet = Sheet(plate.name, plate.site)
    below_head = _draw_head(sheet, plate)
    above_facts = _draw_facts(sheet, plate)
    _draw_code(sheet, plate, below_head, above_facts)
    _draw_foot(sheet, plate)
    return sheet.finish()


def _draw_head(sheet: Sheet, plate: Plate) -> float:
    """Write heading with kind, name and district; return the height below them."""
    canvas = sheet.canvas
    canvas.setFillColorRGB(*RED)
    canvas.rect(0, sheet.height - 6 * mm, sheet.width, 6 * mm, stroke=0, fill=1)
    sheet.centred(HEADING + plate.kind, sheet.height - 28 * mm, size=26, font=BOLD, spacing=9)
    room = sheet.width - 2 * MARGIN
    size, lines = fit(plate.name, BOLD, room, largest=42, smallest=30, lines=1)
    if len(lines) > 1:
        size, lines = fit(plate.name, BOLD, room, largest=36, smallest=20, lines=2)
    canvas.setFillGray(BLACK)
    y: float = sheet.height - 35 * mm - size
    for line in lines:
        sheet.centred(line, y, size=size, font=BOLD)
        y -= size * 1.3
    canvas.setFillGray(GREY)
    size, lines = fit(plate.district, REGULAR, room, largest=15, smallest=9, lines=1)
    y += 0.3 * size
    sheet.centred(lines[0], y, size=size)
    return y - 5 * mm


def _draw_facts(sheet: Sheet, plate: Plate) -> float:
    """Write address, opening hours and phone on the line above the foot; return the height above them."""
    width = sheet.width - 2 * MARGIN - LABELS
    facts = [(ADDRESS, plate.address), (HOURS, plate.opening_hours), (PHONE, plate.phone)]
    fitted = [
        (label, *fit(value, REGULAR, width, largest=15, smallest=9, lines=2)) for label, value in facts if value
    ]
    height = sum(len(lines) * size * 1.5 + 2 * mm for _, size, lines in fitted)
    top = y = FOOT + 5 * mm + height
    for label, size, lines in fitted:
        y -= size * 1.5
        sheet.canvas.setFillGray(GREY)
        sheet.write(label, MARGIN, y, size=size)
        sheet.canvas.setFillGray(BLACK)
        for line in lines:
            sheet.write(line, MARGIN + LABELS, y, size=size)
            y -= size * 1.5
        y += size * 1.5 - 2 * mm
    return top


def _draw_code(sheet: Sheet, plate: Plate, top: float, bottom: float) -> None:
    """Draw the code as large as the room between head and facts allows, and what it is for."""
    caption = 16 * mm
    side = min(LARGEST_CODE, top - bottom - caption)
    spare = (top - bottom - caption - side) / 2
    y = top - spare - side
    sheet.code(plate.url, (sheet.width - side) / 2, y, side)
    sheet.canvas.setFillGray(BLACK)
    sheet.centred(LOOK, y - 4 * mm, size=17, font=BOLD)


def _draw_foot(sheet: Sheet, plate: Plate) -> None:
    canvas = sheet.canvas
    canvas.setStrokeColorRGB(*RED)
    canvas.setLineWidth(1)
    canvas.line(MARGIN, FOOT, sheet.width - MARGIN, FOOT)
    room = sheet.width - 2 * MARGIN
    canvas.setFillGray(BLACK)
    size, lines = fit(SIGN_IN, REGULAR, room, largest=13, smallest=9, lines=1)
    sheet.write(lines[0], MARGIN, FOOT - 8 * mm, size=size)
    canvas.setFillGray(GREY)
    size, lines = fit(f"{plate.site}  {plate.url}", REGULAR, room, largest=10, smallest=6, lines=1)
    sheet.write(lines[0], MARGIN, FOOT - 14 * mm, size=size)
