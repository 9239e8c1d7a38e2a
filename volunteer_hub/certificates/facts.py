"""Tables of facts on paper: names on the left, what is so beside them, one or two pairs a line."""

from __future__ import annotations

from collections.abc import Sequence

from volunteer_hub.certificates.listing import cell
from volunteer_hub.core.paper_blocks import BLACK, GREY, HAIR, LEADING, PAD, RULE, TINT
from volunteer_hub.core.pdf import REGULAR, Sheet, mm

#: Pairs of name and value in one line of the table.
Line = Sequence[tuple[str, str]]
NAMES = 24 * mm
SIZE = 10.5
#: Above and below the words of a line.
AIR = 2.1 * mm


def height(lines: Sequence[Line], width: float, size: float = SIZE) -> float:
    """Return the points a table of facts takes."""
    return sum(_height(line, width, size) for line in lines)


def draw(sheet: Sheet, lines: Sequence[Line], x: float, top: float, width: float, size: float = SIZE) -> float:
    """Draw a table of facts downwards from `top`; return where it ends."""
    canvas, y = sheet.canvas, top
    canvas.setStrokeGray(RULE)
    canvas.setLineWidth(HAIR)
    for line in lines:
        tall = _height(line, width, size)
        share = width / len(line)
        for place, (name, value) in enumerate(line):
            left = x + place * share
            canvas.setFillGray(TINT)
            canvas.rect(left, y - tall, NAMES, tall, stroke=0, fill=1)
            _write(sheet, [name], left, y, tall, size - 0.5, GREY)
            _write(sheet, cell(value, REGULAR, size, share - NAMES), left + NAMES, y, tall, size, BLACK)
            canvas.rect(left, y - tall, NAMES, tall, stroke=1, fill=0)
            canvas.rect(left + NAMES, y - tall, share - NAMES, tall, stroke=1, fill=0)
        y -= tall
    return y


def _height(line: Line, width: float, size: float) -> float:
    share = width / len(line)
    most = max(len(cell(value, REGULAR, size, share - NAMES)) for _, value in line)
    return most * size * LEADING + 2 * AIR


def _write(sheet: Sheet, words: Sequence[str], x: float, y: float, tall: float, size: float, grey: float) -> None:
    sheet.canvas.setFillGray(grey)
    base = y - (tall - len(words) * size * LEADING) / 2 - size
    for word in words:
        sheet.write(word, x + PAD + 1, base, size=size)
        base -= size * LEADING
