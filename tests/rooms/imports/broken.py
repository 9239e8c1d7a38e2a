"""Files nobody should send, and odd ones people do send: each with what has to become of it."""

from __future__ import annotations

import struct

from tests.makers.imports import make_csv, make_xlsx
from tests.rooms.imports.broken_parts import (
    BOMB,
    BOOK,
    GOOD,
    HEAD,
    MAIN,
    RELATIONS,
    SHEET,
    STRINGS,
    TEXTS,
    Case,
    bad_checksum,
    flood,
    formulas,
    good,
    hidden_things,
    odd_cells,
    old_office,
    only,
    packed,
    patched,
    relations,
    sheet,
    text_row,
    twice_the_same_name,
    uses_1904,
    with_parts,
    with_sheet,
)

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
