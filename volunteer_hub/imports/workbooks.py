"""Reads the first visible sheet of an XLSX workbook, row by row in constant memory. Standard library only.

Nothing is computed and nothing is fetched: a formula counts as what the workbook saved for it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.etree import ElementTree

from volunteer_hub.imports import limits
from volunteer_hub.imports.archives import Archive
from volunteer_hub.imports.refusing import Refused
from volunteer_hub.imports.xml_parts import Repeated, parse

SMALL_PART = 8 * limits.MEBIBYTE
#: Number formats that are dates although no letters say so (ECMA-376 18.8.30).
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_HALF = re.compile("[\ud800-\udfff]")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

#: A cell as it leaves the process: None, a text, or a pair of what it is and its raw text.
#: n number, d date or time of ISO 8601, b truth, e error, f a formula without a saved value.
Cell = str | list[str] | None
Row = tuple[int, list[Cell]]


@dataclass
class Noticed:
    """What the importer should know about the sheet, whichever rows are read."""

    sheet: str = ""
    hidden_rows: int = 0
    hidden_columns: int = 0
    merged: int = 0
    formulas: int = 0
    other_sheets: int = 0
    uses_1904: bool = False
    links: bool = False


@dataclass
class Workbook:
    """An opened workbook; `rows` is read once, and `noticed` is whole after it."""

    archive: Archive
    noticed: Noticed = field(default_factory=Noticed)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold anything, with their numbers. Raises Refused."""
        names = self.archive.names
        if "xl/workbook.xml" not in names:
            raise Refused("other_document" if "[Content_Types].xml" in names else "archive_of_files")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused("macros")
        self.noticed.links = any(name.startswith("xl/externalLinks/") for name in names)
        part = self._find_sheet()
        dates = self._date_styles()
        strings = self._shared_strings()
        yield from self._sheet_rows(part, dates, strings)

    def _find_sheet(self) -> str:
        """Return the part of the first visible sheet of cells."""
        book = parse(self.archive.whole("xl/workbook.xml", SMALL_PART))
        for element in book.iter():
            if _local(element) == "workbookPr" and element.get("date1904") in ("1", "true"):
                self.noticed.uses_1904 = True
        targets = self._targets()
        sheets = [element for element in book.iter() if _local(element) == "sheet"]
        visible = [sheet for sheet in sheets if sheet.get("state", "visible") == "visible"]
        self.noticed.other_sheets = max(0, len(visible) - 1)
        for sheet in visible or sheets:
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "")
            if target in self.archive.names:
                self.noticed.sheet = (sheet.get("name") or "")[:100]
                return str(target)
        raise Refused("no_sheet")

    def _targets(self) -> dict[str, str]:
        name = "xl/_rels/workbook.xml.rels"
        if name not in self.archive.names:
            raise Refused("no_sheet")
        relations = parse(self.archive.whole(name, SMALL_PART))
        found = {}
        for relation in relations:
            kind, target = relation.get("Type", ""), relation.get("Target", "")
            if kind.endswith("/worksheet") and relation.get("TargetMode") != "External":
                path = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                found[relation.get("Id", "")] = path
        return found

    def _date_styles(self) -> frozenset[int]:
        """Return the places of the cell formats that show a date or a time."""
        if "xl/styles.xml" not in self.archive.names:
            return frozenset()
        styles = parse(self.archive.whole("xl/styles.xml", SMALL_PART))
        own = {
            element.get("numFmtId"): element.get("formatCode", "")
            for element in styles.iter()
            if _local(element) == "numFmt"
        }
        dates = {number for number, code in own.items() if _shows_date(code)}
        dates |= {str(number) for number in DATE_FORMATS if str(number) not in own}
        for element in styles:
            if _local(element) == "cellXfs":
                return frozenset(place for place, xf in enumerate(element) if xf.get("numFmtId", "0") in dates)
        return frozenset()

    def _shared_strings(self) -> list[str]:
        name = "xl/sharedStrings.xml"
        if name not in self.archive.names:
            return []
        strings: list[str] = []
        characters = 0
        for item in Repeated(self.archive.pieces(name), "si"):
            text = _clean(_text_of(item, item.tag[:-2]))
            characters += len(text or "")
            strings.append(text or "")
            if len(strings) > limits.STRINGS or characters > limits.STRING_CHARACTERS:
                raise Refused("too_many_strings")
        return strings

    def _sheet_rows(self, part: str, dates: frozenset[int], strings: list[str]) -> Iterator[Row]:
        elements = Repeated(self.archive.pieces(part), "row")
        self.noticed.hidden_columns = len(re.findall(rb"<(?:\w+:)?col\s[^>]*hidden=\"(?:1|true)\"", elements.before))
        reader = _Cells(dates, strings, self.noticed)
        number = 0
        for element in elements:
            if _local(element) != "row":
                raise Refused("broken_markup")
            number = _row_number(element, number)
            if element.get("hidden") in ("1", "true"):
                self.noticed.hidden_rows += 1
            cells = reader.read(element)
            if any(cell is not None for cell in cells):
                yield number, cells
        merged = re.findall(rb"<(?:\w+:)?mergeCell\s[^>]*ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"", elements.after)
        self.noticed.merged = sum(1 for *_, bottom in merged if int(bottom) > 3)


class _Cells:
    """Turns the cells of a row into values; the loop over millions of them is kept flat for its speed."""

    def __init__(self, dates: frozenset[int], strings: list[str], noticed: Noticed) -> None:
        self.dates = {str(number) for number in dates}
        self.strings = strings
        self.noticed = noticed
        self.places: dict[str, int] = {}

    def read(self, row: ElementTree.Element) -> list[Cell]:
        """Return the cells of a row up to the last that holds anything."""
        cells: list[Cell] = []
        place, places, space = -1, self.places, row.tag[:-3]
        tag = space + "c"
        for element in row:
            if element.tag != tag:
                continue
            reference = element.get("r")
            if reference is None:
                place += 1
            else:
                letters = reference.rstrip("0123456789")
                known = places.get(letters)
                place = self._place(letters) if known is None else known
            value = self._value(element, space)
            if value is None:
                continue
            if place >= limits.COLUMNS:
                raise Refused("too_many_columns", n=limits.COLUMNS)
            if place == len(cells):
                cells.append(value)
            else:
                cells.extend([None] * (place + 1 - len(cells)))
                cells[place] = value
        return cells

    def _place(self, letters: str) -> int:
        if not _LETTERS.fullmatch(letters):
            raise Refused("broken_markup")
        place = -1
        for letter in letters:
            place = (place + 1) * 26 + ord(letter) - 65
        if place >= LAST_COLUMN:
            raise Refused("broken_markup")
        self.places[letters] = place
        return place

    def _value(self, element: ElementTree.Element, space: str) -> Cell:
        kind = element.get("t", "n")
        raw, formula = None, False
        for child in element:
            name = child.tag[len(space) :]
            if name == "v":
                raw = child.text
            elif name == "is":
                return _clean(_text_of(child, space))
            elif name == "f":
                formula = True
        if formula:
            self.noticed.formulas += 1
        if raw is None:
            return ["f", ""] if formula else None
        if kind == "s":
            return self._shared(raw)
        if kind in ("str", "inlineStr"):
            return _clean(_unescape(raw))
        return self._plain(kind, raw, element.get("s", "0"))

    def _shared(self, raw: str) -> Cell:
        place = raw.strip()
        if not place.isdigit() or len(place) > 9 or int(place) >= len(self.strings):
            raise Refused("broken_markup")
        return self.strings[int(place)] or None

    def _plain(self, kind: str, raw: str, style: str) -> Cell:
        if kind in ("b", "e", "d"):
            return [kind, raw[:40]]
        try:
            number = float(raw)
        except ValueError as error:
            raise Refused("broken_markup") from error
        if style in self.dates:
            moment = _moment(number, self.noticed.uses_1904)
            if moment is not None:
                return ["d", moment]
        return ["n", raw.strip()[:40]]


def _moment(number: float, uses_1904: bool) -> str | None:
    """Return a serial number as ISO 8601; None where it is no day.

    In the 1900 system day 60 is the 29 February 1900 that never was.
    """
    if not 0 <= number < 2_958_466:
        return None
    if uses_1904:
        base = datetime(1904, 1, 1)  # noqa: DTZ001 - a wall-clock day of a sheet has no zone
    elif number < 60:
        base = datetime(1899, 12, 31)  # noqa: DTZ001 - as above
    else:
        base = datetime(1899, 12, 30)  # noqa: DTZ001 - as above
    try:
        moment = base + timedelta(seconds=round(number * 86400))
    except OverflowError:
        return None
    return moment.isoformat(sep=" ")


def _shows_date(code: str) -> bool:
    return any(letter in "ymdhs" for letter in _LITERALS.sub("", code).lower())


def _row_number(element: ElementTree.Element, before: int) -> int:
    raw = element.get("r", str(before + 1))
    number = int(raw) if raw.isdigit() and len(raw) < 9 else 0
    if not before < number <= LAST_ROW:
        raise Refused("broken_markup")
    return number


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text_of(item: ElementTree.Element, space: str) -> str:
    """Return a string's text with its runs joined, without phonetic guides."""
    if len(item) == 1 and item[0].tag == space + "t":
        return _unescape(item[0].text or "")
    parts = []
    for child in item:
        name = child.tag[len(space) :]
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [part.text or "" for part in child if part.tag == space + "t"]
    return _unescape("".join(parts))


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _clean(text: str) -> str | None:
    """Return a text that can be kept; None for blanks. Half a character (from _xD83D_) cannot."""
    if len(text) > limits.CELL_CHARACTERS:
        raise Refused("cell_too_long", n=limits.CELL_CHARACTERS)
    if not text.isascii() and _HALF.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if text and not text.isspace() else None
