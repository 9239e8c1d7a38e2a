"""What stands on a printed page: text, rows of a table, lines to sign on; and how each is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from volunteer_hub.core.pdf import BOLD, REGULAR, Sheet, mm, shrunk, width_of

MARGIN = 12 * mm
PAD = 1.1 * mm
LEADING = 1.32
BLACK, GREY, RULE, TINT = 0.08, 0.4, 0.62, 0.93
#: Points of a rule.
HAIR = 0.4


@dataclass(frozen=True)
class Text:
    """Lines over the whole width."""

    lines: Sequence[str]
    size: float
    font: str = REGULAR
    grey: float = BLACK
    centred: bool = False

    @property
    def height(self) -> float:
        """Return the points it takes."""
        return len(self.lines) * self.size * LEADING + PAD

    def draw(self, paper: Sheet, y: float) -> None:
        """Draw it downwards from `y`."""
        paper.canvas.setFillGray(self.grey)
        for line in self.lines:
            y -= self.size * LEADING
            if self.centred:
                paper.centred(line, y + self.size * 0.3, size=self.size, font=self.font)
            else:
                paper.write(line, MARGIN, y + self.size * 0.3, size=self.size, font=self.font)


@dataclass(frozen=True)
class Row:
    """One row of a table: the lines of each cell, and which cells end at the right."""

    cells: Sequence[Sequence[str]]
    right: Sequence[bool]
    widths: Sequence[float]
    size: float
    heading: bool = False
    #: It is at least so high.
    least: float = 0

    @cached_property
    def height(self) -> float:
        """Return the points it takes: what its fullest cell needs, or the least."""
        return max(self.least, max(len(lines) for lines in self.cells) * self.size * LEADING + 2 * PAD)

    def draw(self, paper: Sheet, y: float) -> None:
        """Draw its words and the rule below it downwards from `y`; the upright rules are drawn once for many rows."""
        canvas, font, step = paper.canvas, BOLD if self.heading else REGULAR, self.size * LEADING
        bottom, full = y - self.height, sum(self.widths)
        if self.heading:
            canvas.setFillGray(TINT)
            canvas.rect(MARGIN, bottom, full, self.height, stroke=0, fill=1)
            canvas.line(MARGIN, y, MARGIN + full, y)
        canvas.line(MARGIN, bottom, MARGIN + full, bottom)
        canvas.setFillGray(BLACK)
        words = canvas.beginText()
        words.setFont(font, self.size)
        x = MARGIN
        for lines, right, width in zip(self.cells, self.right, self.widths, strict=True):
            base = y - (self.height - len(lines) * step) / 2 - self.size
            for line in lines:
                if line:
                    words.setTextOrigin(x + self._indent(line, font, width, right=right), base)
                    words.textOut(line)
                base -= step
            x += width
        canvas.drawText(words)

    def _indent(self, line: str, font: str, width: float, *, right: bool) -> float:
        if self.heading:
            return (width - width_of(line, font, self.size)) / 2
        return width - PAD - width_of(line, font, self.size) if right else PAD


def draw_uprights(paper: Sheet, widths: Sequence[float], top: float, bottom: float) -> None:
    """Draw the upright rules of rows that stand below one another."""
    x = MARGIN
    paper.canvas.line(x, top, x, bottom)
    for width in widths:
        x += width
        paper.canvas.line(x, top, x, bottom)


@dataclass(frozen=True)
class Signatures:
    """Texts spread over the width, with a rule to write on after each that ends in a colon."""

    texts: Sequence[str]
    height: float = 13 * mm

    def draw(self, paper: Sheet, y: float) -> None:
        """Draw them in one line below `y`."""
        canvas = paper.canvas
        canvas.setFillGray(BLACK)
        canvas.setStrokeGray(RULE)
        share = (paper.width - 2 * MARGIN) / len(self.texts)
        base = y - self.height + 3 * mm
        for place, text in enumerate(self.texts):
            x, end = MARGIN + place * share, MARGIN + (place + 1) * share - 4 * mm
            size = shrunk([text], REGULAR, 9, end - x)
            paper.write(text, x, base, size=size)
            after = x + width_of(text, REGULAR, size) + mm
            if text.endswith(("：", ":")) and after < end:
                canvas.line(after, base - 1, end, base - 1)


Block = Text | Row | Signatures
