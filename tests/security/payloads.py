"""What attackers send: addresses, names and codes."""

from __future__ import annotations

#: Open redirect (Indico 2021, 2024-12, 2025-12, 2026-02): where a link may ask to be led after signing in.
ELSEWHERE = (
    "https://evil.example",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "\t//evil.example",
    "\x00//evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%0d%0aLocation:%20//evil.example\r\n",
    "/me//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "evil.example",
    "evil.example/me",
    "@evil.example",
    ":80/me",
    "?next=//evil.example",
    "#//evil.example",
    "/／evil.example",
    "/\u2028/evil.example",
    "/me;//evil.example",
    "/<script>",
    "/me\x00",
    "https:///evil.example",
    "/\u202e//elpmaxe.live",
    "/" + "a" * 3000,
)

#: Names that were code somewhere: Jinja (CVE-2026-2415), format strings, shells, markup, addresses.
NAMES = (
    "{{ 7*7 }}",
    "{{ config.SECRET_KEY }}",
    "{% raw %}x",
    "{0.__class__} {name}",
    "%(name)s %s %d",
    "${7*7} #{7*7}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "</script><script>alert(1)",
    "javascript:alert(1)",
    "\\input{/etc/passwd} \\x3cb",
    "file:///etc/passwd",
    "&lt;b&gt; &amp;",
)

PLATES = (*NAMES, "名\x00字", "A\nB", "W" * 90 + " " + "W" * 90, "😀🏳️‍🌈", "\u202egnol", "长" * 200, "W" * 200, " ")

#: What a camera may find that is none of our codes.
FOREIGN = (
    "https://evil.example/c/VH1.S.1.1.AAAA",
    "WIFI:S:free;T:WPA;P:12345678;;",
    "tel:110",
    "11010519491231002X",
    "13800138000",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "VH1.P.1.1.AAAAAAAAAAAAAAAA",
    "VH2.P.1.1.AAAAAAAAAAAAAAAA",
    "VH1.P.1.1",
    "VH1" * 600,
)
