"""Files nobody should send, and odd ones people do send: each with what has to become of it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.makers.imports import make_csv, make_xlsx

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
CASES: dict[str, Case] = {
    "an empty file": Case(lambda: b"", only("empty")),
    "a workbook without a row": Case(lambda: make_xlsx([]), only("empty")),
    "half a workbook": Case(lambda: good()[: len(good()) // 2], only("broken_archive")),
    "ten bytes of a workbook": Case(lambda: good()[:10], only("broken_archive")),
    "a workbook whose end was overwritten": Case(lambda: good()[:-22] + bytes(22), only("broken_archive")),
    "a wrong checksum": Case(bad_checksum, only("broken_archive")),
    "a size of terabytes in the directory": Case(
        lambda: patched(b"PK\x01\x02", 24, struct.pack("<I", 0xFFFFFFF0)), only("broken_archive", None)
    ),
    "a negative size": Case(
        lambda: patched(b"PK\x01\x02", 20, struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)), only("broken_archive", None)
    ),
    "a size smaller than what is inside": Case(
        lambda: patched(b"PK\x01\x02", 24, struct.pack("<I", 10)), only("broken_archive", "broken_markup", "cut_off")
    ),
    "a directory that points nowhere": Case(
        lambda: patched(b"PK\x01\x02", 42, struct.pack("<I", 0x7FFFFFFF)), only("broken_archive")
    ),
    "an unknown compression": Case(lambda: patched(b"PK\x01\x02", 10, struct.pack("<H", 99)), only("broken_archive")),
    "an archive that says it is encrypted": Case(
        lambda: patched(b"PK\x01\x02", 8, struct.pack("<H", 1)), only("encrypted")
    ),
    "an archive with a workbook in it": Case(lambda: packed({"花名册.xlsx": good()}), only("archive_of_files")),
    "archives in archives": Case(
        lambda: packed({"1.zip": packed({"2.zip": packed({"3.zip": good()})})}), only("archive_of_files")
    ),
    "five thousand entries": Case(
        lambda: with_parts({f"x/{number}": b"" for number in range(5000)}), only("too_many_entries")
    ),
    "two entries of one name": Case(twice_the_same_name, only("broken_archive")),
    "names that lead out of the folder": Case(
        lambda: with_parts({"../../../etc/passwd": b"x", "/etc/cron.d/x": b"x"}), only(None), TEXTS
    ),
    "a sheet that inflates to 600 MB of spaces": Case(
        lambda: with_parts({SHEET: HEAD.encode() + b" " * (600 << 20)}), only("inflates_too_far", "broken_markup")
    ),
    "a row that inflates to 300 MB": Case(
        lambda: with_sheet("<row r='1'><c t='inlineStr'><is><t>" + "哈" * (100 << 20) + "</t></is></c></row>"),
        only("inflates_too_far", "broken_markup"),
    ),
    "a flood of shared strings": Case(
        lambda: flood("<si><t>哈哈</t></si>", 6_000_000, STRINGS, "sst"), only("inflates_too_far", "too_many_strings")
    ),
    "a count of shared strings that lies": Case(
        lambda: with_parts(
            {
                STRINGS: f'<sst {MAIN} count="4000000000" uniqueCount="4000000000"><si><t>甲</t></si></sst>',
                SHEET: sheet('<row r="1"><c t="s"><v>0</v></c></row>'),
            }
        ),
        only(None),
        [["甲"]],
    ),
    "a shared string that is not there": Case(
        lambda: with_sheet('<row r="1"><c t="s"><v>999999</v></c></row>'), only("broken_markup")
    ),
    "a shared string before the first": Case(
        lambda: with_sheet('<row r="1"><c t="s"><v>-1</v></c></row>'), only("broken_markup")
    ),
    "a dimension of the whole sheet": Case(
        lambda: with_sheet(text_row(1, "甲"), before='<dimension ref="A1:XFD1048576"/>'), only(None), [["甲"]]
    ),
    "one cell in the last corner": Case(
        lambda: with_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), only("too_many_columns")
    ),
    "a column beyond the last": Case(
        lambda: with_sheet('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), only("broken_markup")
    ),
    "a row far down": Case(
        lambda: with_sheet(text_row(1, "甲") + text_row(1_000_000, "乙")), only(None), [["甲"], ["乙"]]
    ),
    "a row beyond the last": Case(lambda: with_sheet(text_row(2_000_000, "甲")), only("broken_markup")),
    "rows that go backwards": Case(lambda: with_sheet(text_row(5, "甲") + text_row(4, "乙")), only("broken_markup")),
    "half a million rows": Case(
        lambda: with_sheet("".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1, 500_001))),
        only("too_many_rows"),
    ),
    "a billion laughs": Case(
        lambda: with_parts({SHEET: sheet(text_row(1, "&l9;")).replace("<worksheet", BOMB + "<worksheet", 1)}),
        only("document_type"),
    ),
    "an entity that reads a file of ours": Case(
        lambda: with_parts(
            {BOOK: '<!DOCTYPE workbook [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook><sheets/>&x;</workbook>'}
        ),
        only("document_type"),
    ),
    "an entity nobody defined": Case(lambda: with_sheet(text_row(1, "&x;")), only("broken_markup")),
    "markup that does not close": Case(
        lambda: with_parts({SHEET: HEAD + "<sheetData><row r='1'><c>"}), only("cut_off", "broken_markup")
    ),
    "a sheet cut off between rows": Case(
        lambda: with_parts({SHEET: HEAD + "<sheetData>" + text_row(1, "甲")}), only("cut_off")
    ),
    "elements a hundred thousand deep": Case(
        lambda: with_sheet("<row r='1'><c>" + "<x>" * 100_000 + "</x>" * 100_000 + "</c></row>"),
        only(None, "empty", "broken_markup", "too_much", "unreadable"),
    ),
    "a tag of five million letters": Case(
        lambda: with_parts({SHEET: "<worksheet " + "a" * 5_000_000 + ">"}), only("broken_markup", "inflates_too_far")
    ),
    "a part in UTF-16": Case(
        lambda: with_parts({SHEET: sheet(text_row(1, "甲")).encode("utf-16")}), only("odd_encoding", "broken_markup")
    ),
    "a part that names another encoding": Case(
        lambda: with_parts({SHEET: sheet(text_row(1, "甲")).replace("UTF-8", "UTF-7")}), only("odd_encoding")
    ),
    "a link to another workbook": Case(
        lambda: with_parts({"xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
        only(None),
        TEXTS,
        {"links": True},
    ),
    "a macro": Case(lambda: with_parts({"xl/vbaProject.bin": b"\xd0\xcf"}), only("macros")),
    "merged cells": Case(
        lambda: with_sheet(text_row(4, "甲", "乙"), after='<mergeCells><mergeCell ref="A4:A6"/></mergeCells>'),
        only(None),
        [["甲", "乙"]],
        {"merged": 1},
    ),
    "dates counted from 1904": Case(uses_1904, only(None), [[["d", "2024-03-05 00:00:00"]]], {"uses_1904": True}),
    "hidden rows and columns": Case(
        hidden_things, only(None), [["姓名", "备注"], ["张三", "隐"]], {"hidden_rows": 1, "hidden_columns": 1}
    ),
    "formulas with and without a saved value": Case(
        formulas, only(None), [["张三", ["n", "2"], ["f", ""]]], {"formulas": 3}
    ),
    "errors, truths and numbers that were identities": Case(
        odd_cells,
        only(None),
        [[["e", "#N/A"], ["b", "1"], ["n", "1.10101199003077E+17"], ["n", "7"], ["n", "nan"], "\ufffd甲A"]],
    ),
    "a prefix before every tag": Case(
        lambda: with_parts(
            {
                SHEET: f'<x:worksheet xmlns:x="{MAIN[7:-1]}"><x:sheetData><x:row r="1">'
                '<x:c t="inlineStr"><x:is><x:r><x:t>张</x:t></x:r><x:r><x:t>三</x:t></x:r></x:is>'
                "</x:c></x:row></x:sheetData></x:worksheet>"
            }
        ),
        only(None),
        [["张三"]],
    ),
    "a text of forty thousand characters": Case(
        lambda: with_sheet(text_row(1, "哈" * 40_000)), only("cell_too_long")
    ),
    "a workbook without sheets": Case(
        lambda: with_parts({BOOK: f"<workbook {MAIN}><sheets/></workbook>"}), only("no_sheet")
    ),
    "a sheet that is missing": Case(lambda: with_parts({SHEET: None}), only("no_sheet")),
    "a sheet somewhere on the net": Case(
        lambda: with_parts({RELATIONS: relations("http://example.org/s.xml", 'TargetMode="External"')}),
        only("no_sheet"),
    ),
    "a sheet outside the archive": Case(
        lambda: with_parts({RELATIONS: relations("../../../../etc/passwd")}), only("no_sheet")
    ),
    "a Word document": Case(
        lambda: packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}), only("other_document")
    ),
    "an encrypted workbook": Case(lambda: old_office("EncryptedPackage"), only("encrypted")),
    "an old workbook under a new name": Case(lambda: old_office("Workbook"), only("old_excel")),
    "a web page under a new name": Case(
        "\ufeff\r\n<html><body><table><tr><td>姓名</td></tr></table>".encode, only("web_page")
    ),
    "a workbook of 2003 in XML": Case(lambda: b'<?xml version="1.0"?><Workbook/>', only("web_page")),
    "a PDF": Case(lambda: b"%PDF-1.7\n", only("pdf")),
    "a picture": Case(lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), only("nul")),
    "another archive": Case(lambda: b"Rar!\x1a\x07\x00", only("archive_of_files")),
    "text with NUL": Case(lambda: b"\xe5\xa7\x93,\xe5\x90\x8d\n1,\x00\n", only("nul")),
    "bytes in no encoding": Case(lambda: "姓名,号\n".encode() + b"\xff\xfe\xff,\x80\n", only("encoding")),
    "text in UTF-16": Case(lambda: make_csv(GOOD, "utf-16"), only(None), TEXTS),
    "text with tabs": Case(
        lambda: "姓名\t证件号码\r\n张三\t220403198503050015\r\n".encode("gb18030"), only(None), TEXTS
    ),
    "a million columns": Case(lambda: b"a," * 1_000_000 + b"\n", only("too_many_columns")),
    "a quotation mark that never closes": Case('姓名,备注\n张三,"没有\n李四,1\n'.encode, only("quotes")),
    "a cell of ten million letters": Case(lambda: b'a,b\n1,"' + b"x" * 10_000_000 + b'"\n', only("cell_too_long")),
    "ten million empty lines": Case(lambda: b",\n" * 10_000_000, only("empty")),
    "lines without end": Case(lambda: b"1,2\n" * 450_000, only("too_many_rows")),
}
