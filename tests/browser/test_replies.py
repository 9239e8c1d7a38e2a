"""What the phone makes of every reply to a batch: the table of docs/offline.md, row by row.

Whatever comes back, no scan leaves the phone before the server has said that it stored it, and afterwards each is
stored exactly once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PATIENCE, Opener, serving
from tests.browser.door import Door, phone
from tests.browser.offline import kept, prepare, scan

pytestmark = pytest.mark.browser
SCANS = "**/api/v1/scans"
Answer = Callable[[Route], None]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, open_browser: Opener) -> Iterator[tuple[Door, Page]]:
    """One phone for all rows: each leaves it with nothing unsent."""
    with serving(tmp_path_factory.mktemp("replies")) as (_, base), open_browser() as browser:
        door = Door(base)
        yield door, prepare(phone(browser), door)


@pytest.fixture
def door(prepared: tuple[Door, Page]) -> Door:
    return prepared[0]


@pytest.fixture
def page(prepared: tuple[Door, Page]) -> Iterator[Page]:
    page = prepared[1]
    page.reload()
    expect(page.locator("#ready")).to_have_attribute("data-ready", "true", timeout=PATIENCE)
    yield page
    page.unroute(SCANS)


def keep(page: Page, count: int) -> list[str]:
    """Scan so many foreign codes while nothing is sent; return their nonces."""
    page.context.set_offline(True)
    for number in range(count):
        scan(page, f"NOT.OURS.{number}.{time.monotonic_ns()}")
    expect(page.locator("#unsent")).to_have_text(f"{count} 条未发送", timeout=PATIENCE)
    return [item["nonce"] for item in kept(page, "items")]


def send(page: Page) -> None:
    """Let the network come back; what is kept goes by itself."""
    page.context.set_offline(False)


def press_send(page: Page) -> None:
    """Press the button, be it under an answer that still fills the screen or just gone because all was sent."""
    page.evaluate("document.getElementById('send-now').click()")


def nonces(route: Route) -> list[str]:
    return [json.loads(item["signed"])[4] for item in route.request.post_data_json["items"]]


def says(status: int, *, text: str = "", kind: str = "application/json", **headers: str) -> Answer:
    def answer(route: Route) -> None:
        route.fulfill(status=status, body=text, content_type=kind, headers=headers)

    return answer


def cut_at(byte: int) -> Answer:
    def answer(route: Route) -> None:
        told = route.fetch()
        route.fulfill(status=told.status, body=told.body()[:byte], content_type="application/json")

    return answer


def results(*told: dict[str, Any]) -> Answer:
    return says(200, text=json.dumps({"results": told, "server_time": "2026-01-01T00:00:00Z"}))


PROBLEM = json.dumps({"code": "wrong", "detail": "不对"})
PAGE = "<!doctype html><title>Wi-Fi</title><form action=login>"
ROWS: list[tuple[str, Answer, str]] = [
    ("400", says(400, text=PROBLEM), "系统已升级"),
    ("403", says(403, text=PROBLEM), "没有在这里扫码的权限"),
    ("404", says(404, text=PAGE, kind="text/html"), "系统已升级"),
    ("409", says(409, text=PROBLEM), ""),
    ("429", says(429, text=PROBLEM, **{"Retry-After": "2"}), "服务器忙"),
    ("500", says(500, text=PAGE, kind="text/html"), ""),
    ("503", says(503, text=PROBLEM, **{"Retry-After": "2"}), "服务器忙"),
    ("a page with 200", says(200, text=PAGE, kind="text/html"), "网络要先登录"),
    ("nothing with 200", says(200), ""),
    ("JSON of somebody else", says(200, text='{"ok": true}'), "回答看不懂"),
    ("a captive portal", says(302, location="https://portal.example/login"), "网络要先登录"),
    ("cut at the first byte", cut_at(1), ""),
    ("cut in the middle", cut_at(60), ""),
    ("cut before the last brace", cut_at(-2), ""),
    ("results of other scans", results({"nonce": "0" * 32, "stored": True, "outcome": "accepted"}), ""),
    ("results without a word on storing", results({"outcome": "accepted"}), ""),
    ("a line that breaks", lambda route: route.abort("connectionreset"), ""),
]


@pytest.mark.parametrize(("answer", "words"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_nothing_but_the_word_that_it_is_stored_removes_a_scan(
    door: Door, page: Page, answer: Answer, words: str
) -> None:
    made = keep(page, 2)
    asked: list[int] = []

    def reply(route: Route) -> None:
        asked.append(len(nonces(route)))
        answer(route)

    page.route(SCANS, reply)
    send(page)
    trouble = page.locator("#trouble")
    if words:
        expect(trouble).to_contain_text(words, timeout=PATIENCE)
    for _ in range(PATIENCE // 100):
        page.wait_for_timeout(100)
        if asked:
            break
    page.wait_for_timeout(500)
    assert asked[0] == 2
    assert [item["nonce"] for item in kept(page, "items")] == made
    expect(page.locator("#unsent")).to_have_text("2 条未发送")
    page.unroute(SCANS)
    press_send(page)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    expect(trouble).to_be_hidden()
    stored = [row.nonce for row in door.scans() if row.nonce in made]
    assert sorted(stored) == sorted(made)


def test_401_ends_the_devices_word_and_another_login_sends(door: Door, page: Page) -> None:
    made = keep(page, 1)
    page.route(SCANS, says(401, text=PROBLEM))
    send(page)
    expect(page.locator("#trouble")).to_contain_text("登录已到期", timeout=PATIENCE)
    assert [item["nonce"] for item in kept(page, "items")] == made
    page.unroute(SCANS)
    press_send(page)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("#trouble")).to_contain_text("本机已被停用")
    assert [row.nonce for row in door.scans() if row.nonce in made] == made
    page.evaluate(
        """async () => {
          const { setState, thisDevice } = await import('/static/js/device.js');
          await setState((await thisDevice()).device, 'enrolled');
        }"""
    )


def test_413_halves_the_batch_until_it_goes_through(door: Door, page: Page) -> None:
    made = keep(page, 5)
    sizes: list[int] = []

    def too_large(route: Route) -> None:
        sizes.append(len(nonces(route)))
        if sizes[-1] > 2:
            route.fulfill(status=413, body=PROBLEM, content_type="application/json")
        else:
            route.fallback()

    page.route(SCANS, too_large)
    send(page)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    assert sizes[:3] == [5, 3, 2]
    assert {row.nonce for row in door.scans()} >= {*made}


def test_422_of_one_scan_holds_back_no_other_and_it_stays(door: Door, page: Page) -> None:
    made = keep(page, 5)

    def unreadable(route: Route) -> None:
        if made[1] in nonces(route):
            route.fulfill(status=422, body=PROBLEM, content_type="application/json")
        else:
            route.fallback()

    page.route(SCANS, unreadable)
    send(page)
    expect(page.locator("#unsent")).to_have_text("1 条未发送", timeout=PATIENCE)
    expect(page.locator("#list")).to_contain_text("服务器不接受")
    assert [item["nonce"] for item in kept(page, "items")] == [made[1]]
    page.unroute(SCANS)
    press_send(page)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    assert {row.nonce for row in door.scans()} >= {*made}


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_out_whatever_is_pressed(door: Door, page: Page, status: int) -> None:
    keep(page, 1)
    at: list[float] = []

    def busy(route: Route) -> None:
        at.append(time.monotonic())
        if len(at) == 1:
            route.fulfill(status=status, body=PROBLEM, content_type="application/json", headers={"Retry-After": "4"})
        else:
            route.fallback()

    page.route(SCANS, busy)
    send(page)
    expect(page.locator("#trouble")).to_contain_text("服务器忙", timeout=PATIENCE)
    press_send(page)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    assert at[1] - at[0] >= 3.9


def test_a_silence_is_waited_for_only_so_long_and_less_is_sent_next(door: Door, page: Page) -> None:
    made = keep(page, 4)
    sizes: list[int] = []

    def silence(route: Route) -> None:
        sizes.append(len(nonces(route)))
        if len(sizes) > 1:
            route.fallback()

    page.route(SCANS, silence)
    send(page)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    assert sizes[:2] == [4, 2]
    assert {row.nonce for row in door.scans()} >= {*made}


def test_what_the_server_will_not_store_goes_to_the_tray_and_can_be_taken_out_as_a_file(
    door: Door, page: Page, tmp_path: Path
) -> None:
    made = keep(page, 2)

    def refuse(route: Route) -> None:
        if made[0] not in nonces(route):
            route.fallback()
            return
        told = [{"nonce": made[0], "stored": False, "reason": "unreadable", "explanation": "这条读不懂"}]
        route.fulfill(status=200, json={"results": told, "server_time": "2026-01-01T00:00:00Z"})

    page.route(SCANS, refuse)
    send(page)
    expect(page.locator("#tray")).to_contain_text("这条读不懂", timeout=PATIENCE)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    assert [row.nonce for row in door.scans() if row.nonce in made] == made[1:]
    assert [item["nonce"] for item in kept(page, "tray")] == made[:1]
    expect(page.locator(".tray-empty")).to_be_hidden()
    with page.expect_download() as download:
        page.click(".tray-export")
    download.value.save_as(tmp_path / "scans.txt")
    assert made[0] in (tmp_path / "scans.txt").read_text(encoding="utf-8")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click(".tray-empty")
    expect(page.locator("#tray")).to_be_hidden()
