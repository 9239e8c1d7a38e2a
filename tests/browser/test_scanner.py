"""The scanner in a real browser: what it does when the network, the camera or the code is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import PASSWORD, Door, film_of, phone, signed_in
from volunteer_hub.checkin.models import EntryPoint, Outcome, ServiceSession
from volunteer_hub.core.db import db

pytestmark = pytest.mark.browser


@pytest.fixture
def door(served: tuple[Flask, str]) -> Door:
    return Door(served[1])


@pytest.fixture
def page(door: Door, open_browser: Opener) -> Iterator[Page]:
    """The manager's phone, signed in; it has no camera and would not be allowed one."""
    with open_browser() as browser:
        yield signed_in(phone(browser), door.base)


def type_code(page: Page, code: str) -> None:
    page.fill("#code", code)
    page.press("#code", "Enter")


def handheld(page: Page, code: str) -> None:
    """Type as a handheld scanner does under a Chinese input method: key events that know only their place."""
    page.evaluate(
        """code => {
          const place = (sign) => /[A-Z]/.test(sign) ? `Key${sign}` : /\\d/.test(sign) ? `Digit${sign}` : 'Period';
          for (const sign of code) {
            document.body.dispatchEvent(
              new KeyboardEvent('keydown', { key: 'Process', code: place(sign), bubbles: true }));
          }
          document.body.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }));
        }""",
        code,
    )


def test_a_code_in_view_is_sent_once_and_the_camera_goes_on(door: Door, open_browser: Opener, tmp_path: Path) -> None:
    with open_browser(film_of(door.code(), tmp_path / "camera.y4m")) as browser:
        page = signed_in(phone(browser, permissions=["camera"]), door.base)
        page.goto(door.scanner)
        expect(page.locator("#result .result-word")).to_have_text("签到成功", timeout=PATIENCE)
        expect(page.locator("#spoken")).to_contain_text("李晓梅")
        expect(page.locator("#result")).to_be_hidden(timeout=PATIENCE)
        page.wait_for_timeout(8000)
        expect(page.locator("#viewfinder")).to_have_attribute("data-state", "running")
        expect(page.locator("#count-inside")).to_have_text("1")
    assert [(scan.outcome, scan.entry_point) for scan in door.scans()] == [
        (Outcome.ACCEPTED, EntryPoint.MANAGER_SCAN)
    ]


def test_a_foreign_code_is_refused_in_words_and_never_stops_the_camera(
    door: Door, open_browser: Opener, tmp_path: Path
) -> None:
    with open_browser(film_of("https://u.example/pay?x=1", tmp_path / "camera.y4m")) as browser:
        page = signed_in(phone(browser, permissions=["camera"]), door.base)
        page.goto(door.scanner)
        expect(page.locator("#result .result-word")).to_have_text("不认识的码", timeout=PATIENCE)
        expect(page.locator("#result")).to_have_class("result scanner-result result-refused")
        expect(page.locator("#result")).to_be_hidden(timeout=PATIENCE)
        expect(page.locator("#viewfinder")).to_have_attribute("data-state", "running")
    assert [scan.outcome for scan in door.scans()] == [Outcome.REFUSED]


def test_a_lost_network_keeps_the_scan_and_sends_it_again_under_the_same_nonce(door: Door, page: Page) -> None:
    """Red when the queue forgets unanswered scans, or makes a new nonce for another try."""
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.post_data_json["items"][0]["nonce"])
        route.abort()

    page.goto(door.scanner)
    page.route("**/api/v1/scans", lose)
    type_code(page, door.typed())
    expect(page.locator("#result .result-word")).to_have_text("已存，未上传")
    expect(page.locator("#result")).to_have_class("result scanner-result result-stored")
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    page.wait_for_timeout(1500)
    assert not door.scans()
    page.unroute("**/api/v1/scans")
    expect(page.locator("#list")).to_contain_text("签到成功", timeout=PATIENCE)
    expect(page.locator("#unsent")).to_be_hidden()
    assert len(sent) >= 2
    assert {*sent} == {scan.nonce for scan in door.scans()}


def test_an_answer_that_got_lost_on_its_way_counts_once(door: Door, page: Page) -> None:
    lost: list[int] = []

    def swallow(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.goto(door.scanner)
    page.route("**/api/v1/scans", swallow, times=1)
    type_code(page, door.typed())
    expect(page.locator("#list")).to_contain_text("签到成功", timeout=PATIENCE)
    assert lost == [200]
    assert [scan.outcome for scan in door.scans()] == [Outcome.ACCEPTED]
    assert len(db.session.scalars(select(ServiceSession)).all()) == 1


def test_unsent_scans_outlive_the_page(door: Door, page: Page) -> None:
    page.goto(door.scanner)
    page.route("**/api/v1/scans", lambda route: route.abort())
    type_code(page, door.typed())
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    # Closed while it cannot send, so that it is surely the next page that does.
    context = page.context
    page.close()
    later = context.new_page()
    later.goto(door.scanner)
    expect(later.locator("#list")).to_contain_text("签到成功", timeout=PATIENCE)
    assert [scan.outcome for scan in door.scans()] == [Outcome.ACCEPTED]


def test_an_ended_login_keeps_the_scan_and_says_sign_in_again(door: Door, page: Page) -> None:
    page.goto(door.scanner)
    page.context.clear_cookies()
    type_code(page, door.typed())
    expect(page.locator("#trouble")).to_contain_text("登录已到期")
    page.click("#trouble-act")
    signed = page.locator("main form button")
    page.fill("[name=name]", "keeper")
    page.fill("[name=password]", PASSWORD)
    signed.click()
    expect(page.locator("#list")).to_contain_text("签到成功", timeout=PATIENCE)
    assert [scan.outcome for scan in door.scans()] == [Outcome.ACCEPTED]


def test_one_item_the_server_cannot_read_holds_back_no_other(door: Door, page: Page) -> None:
    page.goto(door.scanner)
    page.evaluate(
        """([account, shift]) => localStorage.setItem(`scan:${account}:bad`, JSON.stringify({
          nonce: 'bad', code: 'X', direction: 'in', shift_id: shift, scanned_at: '2026-01-01T00:00:00Z',
          entry_point: 'manager_scan' }))""",
        [page.evaluate("JSON.parse(document.getElementById('settings').textContent).account"), door.shift.id],
    )
    page.goto(door.scanner)
    expect(page.locator("#list")).to_contain_text("服务器不接受", timeout=PATIENCE)
    type_code(page, door.typed())
    expect(page.locator("#list")).to_contain_text("签到成功", timeout=PATIENCE)


def test_a_handheld_scanner_is_heard_wherever_the_focus_is(door: Door, page: Page) -> None:
    page.goto(door.scanner)
    page.focus("#direction input[value=in]")
    handheld(page, door.code())
    expect(page.locator("#result .result-word")).to_have_text("签到成功", timeout=PATIENCE)
    assert [scan.entry_point for scan in door.scans()] == [EntryPoint.HANDHELD]


def test_a_touch_keeps_the_answer_until_one_goes_on(door: Door, page: Page) -> None:
    page.goto(door.scanner)
    type_code(page, door.typed())
    expect(page.locator("#result .result-word")).to_have_text("签到成功", timeout=PATIENCE)
    page.locator("#result .result-word").click()
    page.wait_for_timeout(4000)
    expect(page.locator("#result")).to_be_visible()
    page.click("#result .result-back")
    expect(page.locator("#result")).to_be_hidden()


def test_the_direction_is_remembered_for_the_shift(door: Door, page: Page) -> None:
    page.goto(door.scanner)
    page.locator("#direction input[value=out]").check(force=True)
    page.reload()
    expect(page.locator("#direction input[value=out]")).to_be_checked()
    type_code(page, door.typed())
    expect(page.locator("#list")).to_contain_text("还没签到", timeout=PATIENCE)


def failing(name: str) -> str:
    return f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}'))"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("Object.defineProperty(window, 'isSecureContext', { get: () => false })", "不是 HTTPS"),
        ("Object.defineProperty(navigator, 'mediaDevices', { get: () => undefined })", "不支持网页摄像头"),
        (failing("NotReadableError"), "正被别的程序占用"),
        (failing("NotFoundError"), "没有找到摄像头"),
        (failing("NotAllowedError"), "摄像头被禁止了"),
    ],
    ids=["not-secure", "unsupported", "busy", "none", "denied"],
)
def test_each_way_a_camera_fails_has_its_own_words_and_another_way_on(
    door: Door, page: Page, script: str, words: str
) -> None:
    page.add_init_script(script)
    page.goto(door.scanner)
    start = page.locator("#camera-start")
    expect(page.locator("#viewfinder")).not_to_have_attribute("data-state", "idle")
    if start.is_visible():
        start.click()
    expect(page.locator("#camera-words")).to_contain_text(words)
    type_code(page, door.typed())
    expect(page.locator("#list")).to_contain_text("签到成功", timeout=PATIENCE)


def test_without_script_a_short_code_is_typed_and_answered_on_a_page(door: Door, open_browser: Opener) -> None:
    with open_browser() as browser:
        page = signed_in(phone(browser, java_script_enabled=False), door.base)
        page.goto(door.scanner)
        page.fill("#code", door.typed())
        page.click("#typed button")
        expect(page.locator("h1")).to_have_text("签到成功")


def test_my_code_says_so_when_the_network_is_gone_and_comes_back_with_it(door: Door, page: Page) -> None:
    page.context.clear_cookies()
    signed_in(page, door.base, door.volunteer.number)
    page.goto(f"{door.base}/me/code")
    shown = page.locator(".code-short").inner_text()
    page.route("**/me/code.json", lambda route: route.abort())
    page.evaluate(
        "const now = performance.now.bind(performance);"
        "const left = Number(document.querySelector('#code').dataset.secondsLeft) + 5;"
        "performance.now = () => now() + left * 1000"
    )
    expect(page.locator(".code-lost")).to_contain_text("网络不通，正在重试", timeout=PATIENCE)
    page.evaluate("const then = performance.now.bind(performance); performance.now = () => then() + 45000")
    expect(page.locator("#code")).to_have_class("code-card is-lost", timeout=PATIENCE)
    expect(page.locator(".code-lost")).to_contain_text("码已失效")
    page.unroute("**/me/code.json")
    expect(page.locator("#code")).to_have_class("code-card", timeout=PATIENCE)
    expect(page.locator(".code-short")).not_to_be_empty()
    assert shown
