"""Takes workbooks apart and puts them together wrongly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.makers.imports import make_xlsx

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet {MAIN}>'
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
GOOD = [["姓名", "证件号码"], ["张三", "220403198503050015"]]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE worksheet [<!ENTITY l0 "哈">{LAUGHS}]>'


@dataclass(frozen=True)
class Case:
    """How the file is made, the codes it may be refused with (None: it is read), and what is then read."""

    make: Callable[[], bytes]
    codes: frozenset[str | None]
    rows: list[list[Any]] | None = None
    noticed: Mapping[str, Any] = field(default_factory=dict)


def good() -> bytes:
    return make_xlsx(GOOD)


def with_parts(changed: Mapping[str, str | bytes | None], data: bytes | None = None) -> bytes:
    """Return a workbook with parts exchanged, added, or (None) left out."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data or good())) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *changed]):
            body = changed[name] if name in changed else old.read(name)
            if body is not None:
                new.writestr(name, body)
    return target.getvalue()


def sheet(rows: str, *, before: str = "", after: str = "") -> str:
    return f"{HEAD}{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def with_sheet(rows: str, **around: str) -> bytes:
    return with_parts({SHEET: sheet(rows, **around)})


def text_row(number: int, *texts: str) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'


def packed(entries: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in entries.items():
            made.writestr(name, body)
    return target.getvalue()


def patched(find: bytes, offset: int, value: bytes, *, every: bool = True, data: bytes | None = None) -> bytes:
    """Return a workbook with bytes changed at an offset behind each mark of its archive's records."""
    made = bytearray(data or good())
    at = made.find(find)
    while at >= 0:
        made[at + offset : at + offset + len(value)] = value
        at = made.find(find, at + 4) if every else -1
    return bytes(made)


def bad_checksum() -> bytes:
    data = bytearray(packed({}) and with_parts({SHEET: sheet(text_row(1, *(f"格{n}" for n in range(150))))}))
    at = data.find(SHEET.encode()) + len(SHEET) + 60
    data[at] ^= 0xFF
    return bytes(data)


def flood(element: str, count: int, name: str, root: str) -> bytes:
    return with_parts({name: f"<{root} {MAIN}>{element * count}</{root}>"})


def old_office(marker: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + marker.encode("utf-16-le") + bytes(4096)


def twice_the_same_name() -> bytes:
    target = io.BytesIO(good())
    with zipfile.ZipFile(target, "a") as made:
        made.filelist.append(made.filelist[0])
        made._didModify = True  # type: ignore[attr-defined]  # so that the directory is written anew
    return target.getvalue()


def relations(target: str, mode: str = "") -> str:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}" {mode}/></Relationships>'
    )


def hidden_things() -> bytes:
    rows = text_row(1, "姓名", "备注") + text_row(2, "张三", "隐").replace("<row ", '<row hidden="1" ')
    return with_sheet(rows, before='<cols><col min="2" max="2" hidden="1" width="0"/></cols>')


def formulas() -> bytes:
    cached = '<row r="1"><c t="str"><f>A2</f><v>张三</v></c><c><f>1+1</f><v>2</v></c><c><f>NOW()</f></c></row>'
    return with_sheet(cached)


def odd_cells() -> bytes:
    return with_sheet(
        '<row r="1"><c t="e"><v>#N/A</v></c><c t="b"><v>1</v></c><c><v>1.10101199003077E+17</v></c>'
        '<c s="abc"><v>7</v></c><c><v>nan</v></c><c t="inlineStr"><is><t>_xD83D_甲_x0041_</t></is></c></row>'
    )


def uses_1904() -> bytes:
    with zipfile.ZipFile(io.BytesIO(make_xlsx([[date(2024, 3, 5)]]))) as made:
        book = made.read(BOOK).decode()
        page = made.read(SHEET).decode()
    book = book.replace("<workbookPr", '<workbookPr date1904="1"')
    page = page.replace("<v>45356</v>", "<v>43894</v>")
    return with_parts({BOOK: book, SHEET: page}, make_xlsx([[date(2024, 3, 5)]]))


def only(*codes: str | None) -> frozenset[str | None]:
    return frozenset(codes)


TEXTS = GOOD
