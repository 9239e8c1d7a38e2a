"""Lists of services on paper: rows over as many pages as they need, each page with its heading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from volunteer_hub.core.paper_blocks import HAIR, MARGIN, PAD, RULE, Row, draw_uprights
from volunteer_hub.core.pdf import BOLD, REGULAR, Sheet, mm, width_of, wrap
from volunteer_hub.core.printed import visible

SIZE = 8.5
#: Where the numbers of the pages stand, and how far above it a list ends.
FOOT = 10 * mm
ABOVE_FOOT = 18 * mm


@dataclass(frozen=True)
class Column:
    """One column: its heading, its width in millimetres, and whether its cells end at the right."""

    title: str
    width: float
    right: bool = False


class Listing:
    """The rows of a list, laid out: first what fits below a page's head, then whole pages."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        self.widths = [column.width * mm for column in columns]
        right = [column.right for column in columns]
        self.heading = self._row([column.title for column in columns], [False] * len(columns), BOLD, heading=True)
        self.rows = [self._row(row, right, REGULAR) for row in rows]

    def pages(self, first: float, following: float) -> list[list[Row]]:
        """Return the rows of each page, given the points there are on the first and on every other."""
        pages: list[list[Row]] = [[]]
        room = first - self.heading.height
        for row in self.rows:
            if row.height > room:
                pages.append([])
                room = following - self.heading.height
            pages[-1].append(row)
            room -= row.height
        return pages

    def draw(self, sheet: Sheet, rows: Sequence[Row], top: float) -> float:
        """Draw a heading and rows downwards; return where they end."""
        sheet.canvas.setStrokeGray(RULE)
        sheet.canvas.setLineWidth(HAIR)
        y = top
        for row in (self.heading, *rows):
            row.draw(sheet, y)
            y -= row.height
        draw_uprights(sheet, self.widths, top, y)
        return y

    def _row(self, cells: Sequence[str], right: Sequence[bool], font: str, *, heading: bool = False) -> Row:
        broken = [cell(text, font, SIZE, width) for text, width in zip(cells, self.widths, strict=True)]
        return Row(broken, right, self.widths, SIZE, heading=heading)


def cell(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines that fit a cell; a word that does not fit is cut."""
    room = width - 2 * PAD
    shown = visible(text)
    if "\n" not in shown and width_of(shown, font, size) <= room:
        return [shown]
    # A closing sign may stand out by its own width.
    lines = wrap(shown, font, size, max(room - size, size))
    return [piece for line in lines for piece in _cut(line, font, size, room)]


def _cut(line: str, font: str, size: float, room: float) -> Iterator[str]:
    while len(line) > 1 and width_of(line, font, size) > room:
        kept = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or width_of(line[:n], font, size) <= room)
        yield line[:kept]
        line = line[kept:]
    yield line


def right_edge(sheet: Sheet) -> float:
    """Return where a list ends on the right."""
    return sheet.width - MARGIN


def number_page(sheet: Sheet, left: str, page: int, pages: int) -> None:
    """Write at the foot what the paper is, and which page of how many."""
    sheet.canvas.setFillGray(0.4)
    sheet.write(left, MARGIN, FOOT, size=7.5)
    sheet.canvas.setFont(REGULAR, 8)
    sheet.canvas.drawRightString(right_edge(sheet), FOOT, f"{page} / {pages}")
    sheet.canvas.setFillGray(0.08)
