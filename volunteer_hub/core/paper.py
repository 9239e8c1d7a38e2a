"""Sheets as paper: the tables of `tabular` on A4 with the embedded fonts, ready to be signed and stamped.

The same sheets give the same bytes: nothing here reads the time. A character the fonts cannot draw is
printed as its code point, because a name that silently loses a character is another name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice

from volunteer_hub.core.paper_blocks import (
    GREY,
    HAIR,
    LEADING,
    MARGIN,
    PAD,
    RULE,
    Block,
    Row,
    Signatures,
    Text,
    draw_uprights,
)
from volunteer_hub.core.pdf import A4, BOLD, REGULAR, fit, mm, width_of, wrap
from volunteer_hub.core.pdf import Sheet as Paper
from volunteer_hub.core.printed import printed, visible
from volunteer_hub.core.tabular import NUMBERS, Column, Kind, Sheet
from volunteer_hub.core.text import N_

#: Who signs a table that leaves the office.
SIGNATURES = (N_("填表人："), N_("审核人："), N_("单位负责人（盖章）："), N_("填表日期："))
#: A signature every so many columns of a workbook.
SIGNATURE_STEP = 3
#: A longer list is read on a screen, not carried to a desk.
MOST_ROWS = 20_000

#: Sizes of letters tried for a table, largest first; the page stands upright only from the one below.
SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
UPRIGHT_FROM = 8.5
#: A character of a column's width, as a share of the size of its letters.
CHARACTER = 0.56
#: The least share of its width that a text keeps for the sake of numbers.
TEXTS_KEEP = 0.4
#: Below a table, room for the number of the page.
FOOT = 5 * mm


class TooLong(ValueError):
    """A sheet with more rows than anybody prints."""


def signature_line(say: Callable[[str], str]) -> list[str]:
    """Return the foot line on which a table is signed and stamped, for paper and workbook alike."""
    line = [""] * (SIGNATURE_STEP * (len(SIGNATURES) - 1) + 1)
    line[::SIGNATURE_STEP] = [say(signature) for signature in SIGNATURES]
    return line


def write_pdf(
    sheets: Iterable[Sheet],
    *,
    title: str,
    author: str,
    note: str = "",
    row_height: float = 0,
    most_rows: int = MOST_ROWS,
) -> bytes:
    """Return sheets as one PDF, each beginning on a page of its own; `note` stands at the foot of every page.

    Rows are at least `row_height` points high, for a hand to write in.

    A foot line of several texts is spread over the width, with a rule to write on after each that ends
    in a colon. Raises TooLong for a sheet of more than `most_rows`, and ValueError where there is no sheet.
    """
    pages = [page for sheet in sheets for page in _lay_out(_bounded(sheet, most_rows), row_height)]
    if not pages:
        raise ValueError("nothing to print")
    paper = Paper(visible(title), visible(author), pages[0].size)
    for number, page in enumerate(pages, 1):
        if number > 1:
            paper.next()
        _draw(paper, page, visible(note), f"{number} / {len(pages)}")
    return paper.finish()


def _bounded(sheet: Sheet, most: int) -> Sheet:
    """Return the sheet with its rows counted before the first is laid out. Raises TooLong."""
    rows = list(islice(sheet.rows, most + 1))
    if len(rows) > most:
        raise TooLong("more rows than anybody prints")
    return replace(sheet, rows=rows)


@dataclass
class _Page:
    """What stands on one page, from the top."""

    size: tuple[float, float]
    #: Printed above everything else: who took the sheet, and when.
    mark: str = ""
    #: Of the table's columns.
    widths: Sequence[float] = ()
    blocks: list[Block] = field(default_factory=list)
    #: Points left above the foot.
    room: float = 0

    def __post_init__(self) -> None:
        self.room = self.size[1] - 2 * MARGIN - FOOT

    def put(self, block: Block) -> None:
        self.blocks.append(block)
        self.room -= block.height


@dataclass(frozen=True)
class _Grid:
    """How a table lies on its pages."""

    size: float
    page: tuple[float, float]
    widths: Sequence[float]

    @property
    def full(self) -> float:
        return self.page[0] - 2 * MARGIN


def _lay_out(sheet: Sheet, row_height: float) -> list[_Page]:
    grid, mark = _fitted(sheet.columns), visible(sheet.mark)
    pages = [_Page(grid.page, mark, grid.widths)]
    for text in _head(sheet, grid.full):
        pages[0].put(text)
    heading = _heading(sheet.columns, grid)
    pages[0].put(heading)
    # Rows may be as high as what a page with nothing else but the heading holds.
    most = _Page(grid.page).room - heading.height
    for row in _rows(sheet, grid, most, row_height):
        if row.height > pages[-1].room:
            pages.append(_Page(grid.page, mark, grid.widths))
            pages[-1].put(heading)
        pages[-1].put(row)
    for block in _foot(sheet, grid.full):
        if block.height > pages[-1].room:
            pages.append(_Page(grid.page, mark, grid.widths))
        pages[-1].put(block)
    return pages


def _fitted(columns: Sequence[Column]) -> _Grid:
    """Return the largest letters at which the columns fit, upright where they may; together they fill the page."""
    for size in SIZES:
        wanted = [column.width * CHARACTER * size + 2 * PAD for column in columns]
        page = A4 if size >= UPRIGHT_FROM and sum(wanted) <= A4[0] - 2 * MARGIN else (A4[1], A4[0])
        room = page[0] - 2 * MARGIN
        if sum(wanted) <= room:
            break
    return _Grid(size, page, _shared(columns, wanted, room))


def _shared(columns: Sequence[Column], wanted: Sequence[float], room: float) -> list[float]:
    """Return widths that fill the room. Where it is short, texts give way, which can be broken; numbers do not."""
    texts = sum(width for column, width in zip(columns, wanted, strict=True) if column.kind is Kind.TEXT)
    left = room - (sum(wanted) - texts)
    if sum(wanted) <= room or left < texts * TEXTS_KEEP:
        return [width * room / sum(wanted) for width in wanted]
    return [
        width * left / texts if column.kind is Kind.TEXT else width
        for column, width in zip(columns, wanted, strict=True)
    ]


def _head(sheet: Sheet, full: float) -> Iterator[Text]:
    size, lines = fit(visible(sheet.title or sheet.name), BOLD, full, largest=16, smallest=11, lines=1)
    yield Text(lines, size, BOLD, centred=True)
    for text in sheet.head:
        yield Text(wrap(visible(text), REGULAR, 8.5, full), 8.5, grey=GREY)


def _heading(columns: Sequence[Column], grid: _Grid) -> Row:
    cells = [
        _broken(visible(column.title), BOLD, grid.size, width)
        for column, width in zip(columns, grid.widths, strict=True)
    ]
    return Row(cells, [False] * len(cells), grid.widths, grid.size, heading=True)


def _rows(sheet: Sheet, grid: _Grid, most: float, least: float) -> Iterator[Row]:
    """Yield the rows; one higher than a page goes on as another row."""
    right = [column.kind in NUMBERS for column in sheet.columns]
    kinds = [column.kind for column in sheet.columns]
    lines_at_most = max(1, int((most - 2 * PAD) / (grid.size * LEADING)))
    for values in sheet.rows:
        cells = [
            _broken(printed(kind, value), REGULAR, grid.size, width)
            for kind, value, width in zip(kinds, values, grid.widths, strict=True)
        ]
        for start in range(0, max(len(lines) for lines in cells), lines_at_most):
            part = [lines[start : start + lines_at_most] or [""] for lines in cells]
            yield Row(part, right, grid.widths, grid.size, least=least)


def _foot(sheet: Sheet, full: float) -> Iterator[Block]:
    for number, line in enumerate(sheet.foot):
        if not number:
            yield Text([""], 4)
        texts = [visible(text) for text in line if text]
        if len(texts) > 1:
            yield Signatures(texts)
        elif texts:
            yield Text(wrap(texts[0], REGULAR, 8, full), 8, grey=GREY)


def _broken(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a cell's text into lines that fit its column; a word wider than that is cut."""
    room = width - 2 * PAD
    if "\n" not in text and width_of(text, font, size) <= room:
        return [text]
    lines = wrap(text, font, size, room)
    if any(width_of(line, font, size) > room for line in lines):
        # A closing sign stands out by its own width: leave room for it, in a column that has any.
        lines = wrap(text, font, size, max(room - size, size))
    return [piece for line in lines for piece in _cut(line, font, size, room)]


def _cut(line: str, font: str, size: float, room: float) -> Iterator[str]:
    while len(line) > 1 and width_of(line, font, size) > room:
        kept = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or width_of(line[:n], font, size) <= room)
        yield line[:kept]
        line = line[kept:]
    yield line


def _draw(paper: Paper, page: _Page, note: str, number: str) -> None:
    paper.turn(page.size)
    y = paper.height - MARGIN
    for is_table, blocks in groupby(page.blocks, lambda block: isinstance(block, Row)):
        top = y
        if is_table:
            paper.canvas.setStrokeGray(RULE)
            paper.canvas.setLineWidth(HAIR)
        for block in blocks:
            block.draw(paper, y)
            y -= block.height
        if is_table:
            draw_uprights(paper, page.widths, top, y)
    paper.canvas.setFillGray(GREY)
    paper.canvas.setFont(REGULAR, 8)
    paper.canvas.drawRightString(paper.width - MARGIN, MARGIN - 4 * mm, number)
    for line in wrap(page.mark, REGULAR, 7, paper.width - 2 * MARGIN)[:1]:
        paper.centred(line, paper.height - MARGIN + 3 * mm, size=7)
    if note:
        size, lines = fit(note, REGULAR, paper.width - 2 * MARGIN - 25 * mm, largest=7, smallest=5, lines=2)
        for place, line in enumerate(lines):
            paper.write(line, MARGIN, MARGIN - 4 * mm - place * size * LEADING, size=size)
