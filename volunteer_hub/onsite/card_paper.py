"""Printed cards, 85.6 by 54 mm: one on its own, or ten on a sheet of A4 with marks to cut along.

Cards are carried in China, so they are in Chinese in whichever language their printer reads the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.core.pdf import BOLD, REGULAR, Sheet, fit, mm, shrunk
from volunteer_hub.core.text import N_

HEADING = N_("志愿者卡")
USE = N_("到场和离开时出示此卡扫码。请勿转借；遗失请到就近阵地换卡，旧卡随即作废。")
NUMBER = N_("志愿者编号")

#: ISO/IEC 7810 ID-1.
WIDTH, HEIGHT = 85.6 * mm, 54 * mm
COLUMNS, ROWS = 2, 5
MARK = 4 * mm
RED = (0xC8 / 255, 0x10 / 255, 0x2E / 255)
BLACK, GREY, PALE = 0.08, 0.4, 0.6
BAND = 9 * mm
CODE = 36 * mm
MARGIN = 5 * mm


@dataclass(frozen=True)
class PaperCard:
    """What a card says: the name, the volunteer number, and the code that stands for the card."""

    name: str
    number: str
    code: str


def draw_one(card: PaperCard, site: str) -> bytes:
    """Return one card as a PDF page of its own size, for a card printer."""
    sheet = Sheet(HEADING, site, (WIDTH, HEIGHT))
    _draw(sheet, card, site, 0, 0)
    return sheet.finish()


def draw_many(cards: Sequence[PaperCard], site: str) -> bytes:
    """Return cards on sheets of A4, ten on each, in the order given."""
    sheet = Sheet(HEADING, site)
    left = (sheet.width - COLUMNS * WIDTH) / 2
    top = (sheet.height + ROWS * HEIGHT) / 2
    for place, card in enumerate(cards):
        row, column = divmod(place % (COLUMNS * ROWS), COLUMNS)
        if place and not row and not column:
            sheet.next()
        if not row and not column:
            _draw_marks(sheet, left, top)
        _draw(sheet, card, site, left + column * WIDTH, top - (row + 1) * HEIGHT)
    return sheet.finish()


def _draw(sheet: Sheet, card: PaperCard, site: str, x: float, y: float) -> None:
    canvas = sheet.canvas
    canvas.setFillColorRGB(*RED)
    canvas.rect(x, y + HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    canvas.setFillGray(1)
    sheet.write(HEADING, x + MARGIN, y + HEIGHT - BAND + 2.6 * mm, size=13, font=BOLD)
    size, lines = fit(site, REGULAR, 45 * mm, largest=8, smallest=5, lines=1)
    canvas.setFont(REGULAR, size)
    canvas.drawRightString(x + WIDTH - MARGIN, y + HEIGHT - BAND + 3 * mm, lines[0])
    sheet.code(card.code, x + WIDTH - CODE - 2 * mm, y + 5 * mm, CODE)
    _draw_words(sheet, card, x + MARGIN, y)


def _draw_words(sheet: Sheet, card: PaperCard, x: float, y: float) -> None:
    """Write name and number beside the code, and below them what the card is for."""
    room = WIDTH - CODE - MARGIN - 4 * mm
    sheet.canvas.setFillGray(BLACK)
    size, lines = fit(card.name, BOLD, room, largest=22, smallest=11, lines=1)
    if len(lines) > 1:
        size, lines = fit(card.name, BOLD, room, largest=13, smallest=8, lines=2)
    size = shrunk(lines, BOLD, size, room)
    line = y + HEIGHT - BAND - 4 * mm - size
    for words in lines:
        sheet.write(words, x, line, size=size, font=BOLD)
        line -= size * 1.25
    sheet.canvas.setFillGray(GREY)
    sheet.write(NUMBER, x, line - 1 * mm, size=6.5)
    sheet.canvas.setFillGray(BLACK)
    size, lines = fit(card.number, BOLD, room, largest=10, smallest=7, lines=1)
    sheet.write(card.number, x, line - 5.5 * mm, size=size, font=BOLD)
    sheet.canvas.setFillGray(GREY)
    size, lines = fit(USE, REGULAR, room, largest=6.5, smallest=5.5, lines=4)
    for place, words in enumerate(lines):
        sheet.write(words, x, y + 4 * mm + (len(lines) - 1 - place) * size * 1.35, size=size)


def _draw_marks(sheet: Sheet, left: float, top: float) -> None:
    """Draw short lines outside the cards, where the knife goes along."""
    canvas = sheet.canvas
    canvas.setStrokeGray(PALE)
    canvas.setLineWidth(0.4)
    bottom, right = top - ROWS * HEIGHT, left + COLUMNS * WIDTH
    for column in range(COLUMNS + 1):
        x = left + column * WIDTH
        canvas.line(x, top + 1 * mm, x, top + MARK)
        canvas.line(x, bottom - 1 * mm, x, bottom - MARK)
    for row in range(ROWS + 1):
        y = top - row * HEIGHT
        canvas.line(left - 1 * mm, y, left - MARK, y)
        canvas.line(right + 1 * mm, y, right + MARK, y)
