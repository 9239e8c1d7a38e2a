"""Paper: the embedded fonts, and what every printed sheet shares. The one file that knows how ReportLab is set up."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.lib import units
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from volunteer_hub.core import qr

__all__ = ["A4", "BOLD", "REGULAR", "Sheet", "mm", "register_fonts"]

FONTS = Path(__file__).parent / "fonts"
REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
#: Points in a millimetre.
mm: float = units.mm
#: Signs that may not begin a line.
CLOSING = frozenset("，。、；：？！）》」』”’…—·,.;:?!)]}%")
#: Signs that may not end one.
OPENING = "（《「『“‘([{"


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make REGULAR and BOLD known to ReportLab: once a process, half a second each."""
    ttfonts.makeToUnicodeCMap = _to_unicode
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, FONTS / file))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def _to_unicode(name: str, subset: Sequence[int], made: Callable[..., str] = ttfonts.makeToUnicodeCMap) -> str:
    """Return the map by which readers find and copy the text, rare characters of names included.

    ReportLab writes those beyond U+FFFF with five digits; the format wants their two UTF-16 halves.
    """
    return re.sub(r"(?<=> <)[0-9A-F]{5,6}(?=>)", lambda found: _utf16(found[0]), made(name, subset))


def _utf16(digits: str) -> str:
    return chr(int(digits, 16)).encode("utf-16-be").hex().upper()


def can_draw(character: str) -> bool:
    """Tell whether both fonts have a shape for a character."""
    register_fonts()
    return all(ord(character) in pdfmetrics.getFont(font).face.charToGlyph for font in (REGULAR, BOLD))


@lru_cache(maxsize=16_384)
def width_of(text: str, font: str, size: float) -> float:
    """Return the points one line takes."""
    return float(pdfmetrics.stringWidth(text, font, size))


class Sheet:
    """A sheet, by default A4 upright, measured in points from the lower left; `canvas` is ReportLab's own."""

    def __init__(self, title: str, author: str, size: tuple[float, float] = A4) -> None:
        register_fonts()
        self.width, self.height = size
        self._target = BytesIO()
        # `invariant`: the same sheet gives the same bytes, without the clock of the machine.
        self.canvas: Any = Canvas(self._target, pagesize=size, invariant=1, lang="zh-CN", initialFontName=REGULAR)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)

    def write(self, text: str, x: float, y: float, *, size: float, font: str = REGULAR) -> None:
        """Write one line from a point to the right."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)

    def centred(self, text: str, y: float, *, size: float, font: str = REGULAR, spacing: float = 0) -> None:
        """Write one line in the middle of the sheet, its letters `spacing` points further apart."""
        width = pdfmetrics.stringWidth(text, font, size) + spacing * max(0, len(text) - 1)
        self.canvas.setFont(font, size)
        self.canvas.drawString((self.width - width) / 2, y, text, charSpace=spacing)

    def code(self, text: str, x: float, y: float, side: float) -> None:
        """Draw a QR code as vectors in a square whose lower left corner is given, its quiet zone inside."""
        rows = qr.matrix(text)
        module = side / len(rows)
        path = self.canvas.beginPath()
        for row, line in enumerate(rows):
            for start, length in qr.runs(line):
                path.rect(x + start * module, y + side - (row + 1) * module, length * module, module)
        self.canvas.setFillGray(0)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def picture(self, content: bytes, x: float, y: float, side: float) -> None:
        """Draw a picture of ours into a square whose lower left corner is given; what is clear in it stays clear."""
        read = ImageReader(BytesIO(content))
        self.canvas.drawImage(read, x, y, side, side, mask="auto", preserveAspectRatio=True)

    def next(self) -> None:
        """Go on with another sheet of the same size."""
        self.canvas.showPage()

    def turn(self, size: tuple[float, float]) -> None:
        """Give the sheet at hand, before anything is drawn on it, a size of its own."""
        self.width, self.height = size
        self.canvas.setPageSize(size)

    def finish(self) -> bytes:
        """Return the file."""
        self.canvas.showPage()
        self.canvas.save()
        return self._target.getvalue()


def shrunk(lines: Sequence[str], font: str, size: float, width: float) -> float:
    """Return the size at which lines that cannot be broken any more fit: no larger than the one given."""
    widest = max((pdfmetrics.stringWidth(line, font, size) for line in lines), default=0.0)
    return size if widest <= width else size * width / widest


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break text into lines no wider than `width`: anywhere between Chinese, between words elsewhere.

    A sign that closes never begins a line, and may stand out by its own width; one that opens never ends a line.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph):
            if line and piece not in CLOSING and pdfmetrics.stringWidth(line + piece, font, size) > width:
                kept = line.rstrip(OPENING) or line
                lines.append(kept.rstrip())
                line = line[len(kept) :] + piece.lstrip()
            else:
                line += piece
        lines.append(line)
    return lines


def fit(
    text: str, font: str, width: float, *, largest: float, smallest: float, lines: int
) -> tuple[float, list[str]]:
    """Return the largest size at which text takes no more than so many lines, and the lines, evenly long.

    Below `smallest` it does not go: there may be more lines then.
    """
    size = largest
    while size > smallest and len(wrap(text, font, size, width)) > lines:
        size -= 1
    broken = wrap(text, font, size, width)
    # As many lines as pieces stay so many however narrow it gets, so the width itself must end this.
    while width > size and len(narrower := wrap(text, font, size, width - size)) == len(broken) > 1:
        broken, width = narrower, width - size
    return size, broken


def _pieces(text: str) -> list[str]:
    """Cut text where a line may end: after every Chinese character, after the space of other words."""
    pieces: list[str] = []
    for character in text:
        joins = character.isascii() and character != " " and pieces and pieces[-1][-1:].isascii()
        if joins and not pieces[-1].endswith(" "):
            pieces[-1] += character
        elif character == " " and pieces:
            pieces[-1] += " "
        else:
            pieces.append(character)
    return pieces
