"""What stands around a workbook's rows: formats, panes, print set-up, the list of sheets.

ECMA-376 Part 1, SpreadsheetML. Everything here is small; rows are `workbook`'s.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from volunteer_hub.core.tabular import Kind, Sheet

FORMATS = {
    Kind.TEXT: "@",
    Kind.INTEGER: "#,##0",
    Kind.PERCENT: "0.00%",
    Kind.HOURS: "#,##0.00",
    Kind.DECIMAL: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
}
#: Places in the list of cell formats; the first is what an untouched cell has.
PLAIN, TITLE, HEADING, UNKNOWN_STYLE = 1, 2, 3, 4
STYLES = {kind: number for number, kind in enumerate(Kind, start=5)}
#: Number formats of our own begin here; those below are built in.
FIRST_FORMAT = 164
NAME_LIMIT = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
#: No date: the same sheets give the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FONTS = (
    '<fonts count="3"><font><sz val="11"/><name val="宋体"/></font><font><sz val="16"/><name val="黑体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
)
FILLS = (
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFF2EEE6"/><bgColor indexed="64"/></patternFill></fill>'
    "</fills>"
)
_EDGE = ' style="thin"><color rgb="FFB8B2A7"/>'
BORDERS = (
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    f"<border><left{_EDGE}</left><right{_EDGE}</right><top{_EDGE}</top><bottom{_EDGE}</bottom><diagonal/></border>"
    "</borders>"
)
#: A header or footer holds so many characters; the longest mark leaves room for the page's number.
MARK_LIMIT = 180


@dataclass(frozen=True)
class Made:
    """A sheet that has been written: its name, its heading's row, its table's last row, and its columns."""

    name: str
    heading: int
    last: int
    columns: int


def entry(name: str) -> zipfile.ZipInfo:
    """Return a part of the archive, compressed and without a date."""
    info = zipfile.ZipInfo(name, NO_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def letters(number: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    said = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        said = chr(ord("A") + rest) + said
    return said


def check_name(name: str, others: Sequence[str]) -> None:
    """Raise ValueError for a sheet's name that the format does not allow, or that another sheet has."""
    if not name or len(name) > NAME_LIMIT or FORBIDDEN.search(name):
        raise ValueError(f"not a sheet's name: {name!r}")
    if name.casefold() in {other.casefold() for other in others}:
        raise ValueError(f"two sheets are called {name!r}")


def opening(sheet: Sheet, heading: int) -> str:
    """Return a sheet up to its first row: fitted to the page's width, heading and first column frozen."""
    below = heading + 1
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{column.width + 0.7109375}" customWidth="1"/>'
        for number, column in enumerate(sheet.columns, start=1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="{heading}" topLeftCell="B{below}" '
        f'activePane="bottomRight" state="frozen"/><selection pane="topRight"/><selection pane="bottomLeft"/>'
        f'<selection pane="bottomRight"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{widths}</cols><sheetData>"
    )


def closing(sheet: Sheet, heading: int, last: int) -> str:
    """Return a sheet after its last row: the filter, and how it is printed."""
    mark = escape(_mark(sheet.mark))
    head = f"<oddHeader>&amp;L{mark}</oddHeader>" if mark else ""
    foot = f"&amp;L{mark}&amp;R&amp;P / &amp;N" if mark else "&amp;C&amp;P / &amp;N"
    return (
        f'</sheetData><autoFilter ref="A{heading}:{letters(len(sheet.columns) - 1)}{last}"/>'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter>{head}<oddFooter>{foot}</oddFooter></headerFooter></worksheet>"
    )


def _mark(text: str) -> str:
    """Return a mark as a header takes it: an & is doubled, and after &L a digit would be a size."""
    text = re.sub("[\0-\x1f]", " ", text)[:MARK_LIMIT].replace("&", "&&")
    return " " + text if text[:1].isdigit() else text


def frame(made: Sequence[Made]) -> Iterator[tuple[str, str]]:
    """Yield the name and content of every part but the sheets."""
    numbers = range(1, len(made) + 1)
    yield "[Content_Types].xml", _content_types(numbers)
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    yield "xl/workbook.xml", _workbook(made)
    sheets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*sheets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _styles()


def _content_types(numbers: Iterable[int]) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{CONTENT}.worksheet+xml"/>'
        for number in numbers
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>{sheets}'
        f'<Override PartName="/xl/styles.xml" ContentType="{CONTENT}.styles+xml"/></Types>'
    )


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    said = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{said}</Relationships>'


def _workbook(made: Sequence[Made]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(made, start=1)
    )
    names = "".join(_names(number, sheet) for number, sheet in enumerate(made))
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>"
    )


def _names(number: int, sheet: Made) -> str:
    """Return what the filter covers, which Excel keeps as a hidden name, and the row repeated on every page."""
    place = escape("'" + sheet.name.replace("'", "''") + "'")
    end = f"${letters(sheet.columns - 1)}${max(sheet.last, sheet.heading + 1)}"
    return (
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">'
        f"{place}!$A${sheet.heading}:{end}</definedName>"
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">'
        f"{place}!${sheet.heading}:${sheet.heading}</definedName>"
    )


def _styles() -> str:
    formats = "".join(
        f'<numFmt numFmtId="{FIRST_FORMAT + number}" formatCode={quoteattr(code)}/>'
        for number, code in enumerate(FORMATS.values())
    )
    cells = [
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
        _cell_format(),
        _cell_format(font=1),
        _cell_format(font=2, fill=2, border=1, more=' horizontal="center" wrapText="1"'),
        _cell_format(border=1, more=' horizontal="right"'),
        *(_cell_format(FIRST_FORMAT + number, border=1) for number in range(len(FORMATS))),
    ]
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="{len(FORMATS)}">{formats}</numFmts>{FONTS}{FILLS}{BORDERS}'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _cell_format(number: int = 0, *, font: int = 0, fill: int = 0, border: int = 0, more: str = "") -> str:
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" applyNumberFormat="1" '
        'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
        f'<alignment vertical="center"{more}/></xf>'
    )
