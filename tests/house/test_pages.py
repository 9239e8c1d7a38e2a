"""Every page as a browser gets it: headers, a strict policy it keeps, tokens in its forms, errors in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.house.town import Town

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DATA = {"application/json", "application/ld+json"}
#: Their names are read from the field itself.
SELF_NAMED = {"hidden", "submit", "button", "image"}


class Page(HTMLParser):
    """What matters of a page here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings = 0
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self._form: dict[str, str | None] | None = None
        self._labels = 0
        self.feed(text)
        self.faults += [f"id twice: {name}" for name, times in self.ids.items() if times > 1]
        for field in self.fields:
            if not (field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in self.labelled):
                self.faults.append(f"no label: {field.get('name')}")
        if self.headings != 1:
            self.faults.append(f"{self.headings} first headings")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self.ids.update([has["id"] or ""] if "id" in has else [])
        self.faults += [f"{name} on <{tag}>" for name in has if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in has and has.get("type") not in DATA):
            self.faults.append(f"inline <{tag}>")
        self.faults += ["javascript: address"] * any(
            (has.get(n) or "").startswith("javascript:") for n in ("href", "action")
        )
        self.faults += ["<img> without alt"] * (tag == "img" and "alt" not in has)
        self.headings += tag == "h1"
        self._look_at_form(tag, has)

    def _look_at_form(self, tag: str, has: dict[str, str | None]) -> None:
        if tag == "form":
            self._form = {"method": (has.get("method") or "get").lower(), "token": None}
        if tag == "input" and has.get("name") == "csrf_token" and self._form is not None:
            self._form["token"] = has.get("value")
        if tag == "label":
            self._labels += 1
            self.labelled.add(has.get("for") or "")
        if tag in ("input", "select", "textarea") and has.get("type") not in SELF_NAMED and not self._labels:
            self.fields.append(has)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._labels -= 1
        if tag == "form" and self._form is not None:
            if self._form["method"] == "post" and not self._form["token"]:
                self.faults.append("a form without its token")
            self._form = None


def pages(town: Town, browser: FlaskClient) -> Iterator[tuple[str, str]]:
    """Yield address and text of every page this browser can read."""
    for rule in town.doors():
        if "GET" in (rule.methods or ()):
            answer = browser.get(town.address(rule))
            if answer.mimetype == "text/html" and answer.status_code in (200, 404, 403):
                yield rule.rule, answer.text


@pytest.mark.parametrize("who", [None, "outsider", "administrator", "volunteer"])
def test_pages_keep_the_policy_and_can_be_read_aloud(town: Town, who: str | None) -> None:
    """No inline script or style, a token in each form, a name for each field, one first heading, no id twice."""
    browser = town.browser(getattr(town, who) if who else None)
    wrong = [f"{rule}: {fault}" for rule, text in pages(town, browser) for fault in Page(text).faults]
    assert sorted(set(wrong)) == []


def test_every_answer_carries_the_headers(town: Town) -> None:
    browser, wrong = town.browser(town.administrator), []
    addresses = [town.address(rule) for rule in town.doors() if "GET" in (rule.methods or ())]
    for address in [*addresses, "/no-such-page", "/api/v1/no-such-thing"]:
        headers = browser.get(address).headers
        policy = headers.get("Content-Security-Policy", "")
        wrong += [f"{address}: {name}" for name, value in HEADERS.items() if headers.get(name) != value]
        wrong += [f"{address}: {word}" for word in ("unsafe-inline", "'unsafe-eval'", "http:", "*") if word in policy]
        wrong += (
            [] if "default-src 'none'" in policy and "frame-ancestors 'none'" in policy else [f"{address}: policy"]
        )
    assert wrong == []


def test_pages_of_people_are_never_kept_by_caches(town: Town) -> None:
    """A station's plate may be kept: it names a place."""
    browser, wrong = town.browser(town.administrator), []
    for rule in town.doors():
        if "GET" in (rule.methods or ()) and town.access(rule) != "public":
            answer = browser.get(town.address(rule))
            if answer.mimetype != "application/pdf" and "no-store" not in answer.headers.get("Cache-Control", ""):
                wrong.append(rule.rule)
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "address", "status", "words"),
    [
        ("GET", "/no-such-page", 404, "没有找到"),
        ("POST", "/healthz", 405, "不支持"),
        ("GET", "/activities/999999", 404, "没有找到"),
        ("GET", "/admin/grants", 403, "权限"),
    ],
)
def test_an_error_is_a_page_with_a_sentence(town: Town, method: str, address: str, status: int, words: str) -> None:
    answer = town.browser(town.outsider).open(address, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert words in answer.text
    assert not Page(answer.text).faults


@pytest.mark.parametrize(("method", "status", "code"), [("GET", 404, "not_found"), ("POST", 404, "not_found")])
def test_an_error_of_the_api_is_problem_json(town: Town, method: str, status: int, code: str) -> None:
    answer = town.browser().open("/api/v1/no-such-thing", method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["code"] == code
    assert answer.get_json()["status"] == status


def test_a_host_that_is_not_ours_is_refused_without_a_page(town: Town) -> None:
    """Drawing the error page needs an address of ours, which a foreign host cannot give: that was a 500 once."""
    town.app.config["TRUSTED_HOSTS"] = ["zhiyuan.example.gov.cn"]
    try:
        foreign = town.browser().get("/", headers={"Host": "evil.example"})
        ours = town.browser().get("/", headers={"Host": "zhiyuan.example.gov.cn"})
    finally:
        town.app.config["TRUSTED_HOSTS"] = None
    assert (foreign.status_code, ours.status_code) == (400, 200)
    assert foreign.headers["Content-Security-Policy"]


def test_a_stale_form_says_so(town: Town) -> None:
    town.app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = town.browser().post("/sign-in", data={"name": "x", "password": "y"})
    finally:
        town.app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
