"""Phones as devices: paired by a picture, shared by two operators, killed and started again, old and new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Playwright, expect

from tests import chromium
from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import PASSWORD, Door, phone, signed_in
from tests.browser.offline import all_sent, code_of, expect_ready, kept, people, prepare, scan
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind, SignInKind
from volunteer_hub.checkin import devices
from volunteer_hub.checkin.models import Outcome
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE, Actor
from volunteer_hub.core.db import transaction

pytestmark = pytest.mark.browser


@pytest.fixture
def door(served: tuple[Flask, str]) -> Door:
    return Door(served[1])


@pytest.fixture
def browser(open_browser: Opener) -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def pair(page: Page, door: Door) -> None:
    """Open the address that the picture on the manager's screen holds, and give the phone a name."""
    with transaction():
        secret = devices.offer_pairing(Actor(door.keeper, "王站长"), now=clock.now())
    page.goto(f"{door.base}/pair#{secret}")
    page.fill("#name", "东门 1 号")
    page.click("#pair button")
    expect(page.locator("#paired")).to_contain_text("已登记为「东门 1 号」，替 王站长 扫码。", timeout=PATIENCE)
    assert secret not in page.url


def test_a_paired_phone_scans_though_nobody_is_signed_in_on_it(door: Door, browser: Browser) -> None:
    page = phone(browser)
    pair(page, door)
    page.click("#paired a")
    page.click(f"[data-shift='{door.shift.id}']")
    expect_ready(page)
    expect(page.locator("#enrol-here")).to_be_hidden()
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#result .result-word")).to_have_text("签到成功", timeout=PATIENCE)
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    [made] = door.scans()
    assert (made.outcome, made.operator_account_id) == (Outcome.ACCEPTED, door.keeper)


def test_a_pairing_serves_once_and_says_so(door: Door, browser: Browser) -> None:
    with transaction():
        secret = devices.offer_pairing(Actor(door.keeper, "王站长"), now=clock.now())
    for number in range(2):
        page = phone(browser)
        page.goto(f"{door.base}/pair#{secret}")
        page.fill("#name", f"手机 {number}")
        page.click("#pair button")
    expect(page.locator("#trouble")).to_contain_text("已经用过或过期", timeout=PATIENCE)
    page.goto(f"{door.base}/pair")
    expect(page.locator("#trouble")).to_contain_text("没有配对码", timeout=PATIENCE)


def test_the_manager_shows_the_picture_and_revokes_the_phone(door: Door, browser: Browser) -> None:
    page = signed_in(phone(browser), door.base)
    page.goto(f"{door.base}/manage/devices")
    page.click("main form[action$='/pairing'] button")
    expect(page.locator(".pairing img")).to_be_visible(timeout=PATIENCE)
    pair(phone(browser), door)
    page.goto(f"{door.base}/manage/devices")
    expect(page.locator("main .list")).to_contain_text("东门 1 号")
    page.click("form[action$='/revoke'] button")
    expect(page.locator("main .list")).to_contain_text("已停用")


def test_another_operators_scans_are_sent_and_keep_their_operator(door: Door, browser: Browser) -> None:
    """Red when the scan is attributed to whoever sends it."""
    with transaction():
        other = accounts.create_account("李站长", PASSWORD, {SignInKind.STAFF_NAME: "other"}, now=clock.now())
        accounts.grant(
            COMMAND_LINE, other.id, Role.STATION_MANAGER, ScopeKind.STATION, door.station.path, now=clock.now()
        )
    second = people(door, 1)[0]
    page = prepare(phone(browser), door)
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#unsent")).to_have_text("1 条未发送", timeout=PATIENCE)
    page.route("**/api/v1/scans", lambda route: route.abort())
    page.context.set_offline(False)
    page.context.clear_cookies()
    signed_in(page, door.base, "other")
    page.goto(door.scanner)
    page.wait_for_function(
        "async () => (await (await import('/static/js/store.js')).all('beacons')).length === 2", timeout=PATIENCE
    )
    page.wait_for_timeout(1000)
    scan(page, code_of(second))
    expect(page.locator("#unsent")).to_have_text("2 条未发送", timeout=PATIENCE)
    page.unroute("**/api/v1/scans")
    page.evaluate("document.getElementById('send-now').click()")
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    made = {row.volunteer_id: row.operator_account_id for row in door.scans()}
    assert made == {door.volunteer.id: door.keeper, second.id: other.id}


def test_a_killed_browser_still_has_every_scan(door: Door, playwright: Playwright, tmp_path: Path) -> None:
    """The process is killed without a word, and started again without a network."""

    def start() -> Page:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=chromium.find(),
            args=[*chromium.ARGUMENTS],
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            timeout=PATIENCE,
        )
        context.set_default_timeout(PATIENCE)
        return context.pages[0] if context.pages else context.new_page()

    page = prepare(start(), door)
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#unsent")).to_have_text("1 条未发送", timeout=PATIENCE)
    _kill(page)
    page = start()
    page.context.set_offline(True)
    page.goto(door.scanner)
    expect(page.locator("#unsent")).to_have_text("1 条未发送", timeout=PATIENCE)
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    assert [made.outcome for made in door.scans()] == [Outcome.ACCEPTED]
    page.context.close()


def _kill(page: Page) -> None:
    """Let the browser's process die at once, as when the battery is pulled."""
    session = page.context.new_cdp_session(page)
    with pytest.raises(Error, match=r"closed|crash"):
        session.send("Browser.crash")


def test_a_snapshot_of_a_later_make_asks_for_an_update_and_keeps_the_queue(door: Door, browser: Browser) -> None:
    page = prepare(phone(browser), door)
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#unsent")).to_have_text("1 条未发送", timeout=PATIENCE)
    page.route("**/api/v1/scans", lambda route: route.fulfill(status=404, body="gone"))
    page.route(re.compile("/snapshot$"), lambda route: route.fulfill(json={"version": 2}))
    page.context.set_offline(False)
    expect(page.locator("#trouble")).to_contain_text("请更新本页", timeout=PATIENCE)
    assert len(kept(page, "items")) == 1


def test_scans_of_the_former_scanner_are_taken_over(door: Door, browser: Browser) -> None:
    page = signed_in(phone(browser), door.base)
    page.goto(f"{door.base}/manage/door")
    page.evaluate(
        """([account, shift, code]) => localStorage.setItem(`scan:${account}:old`, JSON.stringify({
          nonce: 'f'.repeat(32), code, direction: 'in', shift_id: shift, scanned_at: new Date().toISOString(),
          entry_point: 'manager_scan' }))""",
        [door.keeper, door.shift.id, door.code()],
    )
    page.goto(door.scanner)
    page.wait_for_function("() => localStorage.length === 0", timeout=PATIENCE)
    all_sent(page)
    assert [made.nonce for made in door.scans()] == ["f" * 32]


def test_two_tabs_share_one_chain_and_one_sender(door: Door, browser: Browser) -> None:
    crowd = people(door, 10)
    first = prepare(phone(browser), door)
    second = first.context.new_page()
    second.set_default_timeout(PATIENCE)
    second.goto(door.scanner)
    expect_ready(second)
    first.context.set_offline(True)
    for number, person in enumerate(crowd):
        scan((first, second)[number % 2], code_of(person))
    for tab in (first, second):
        tab.wait_for_timeout(1000)
    assert len(kept(first, "items")) == 10
    first.context.set_offline(False)
    for tab in (first, second):
        expect(tab.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    made = door.scans()
    assert sorted(row.device_seq or 0 for row in made) == list(range(1, 11))
    assert {row.outcome for row in made} == {Outcome.ACCEPTED}
    scan(second, door.code())
    expect(second.locator("#list li").first).to_have_class("accepted", timeout=PATIENCE)


def test_rapid_mode_goes_back_to_the_camera_after_a_second_unless_touched(door: Door, browser: Browser) -> None:
    first, second = people(door, 2)
    page = prepare(phone(browser), door)
    page.check("#rapid")
    scan(page, code_of(first))
    expect(page.locator("#result")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1800)
    expect(page.locator("#result")).to_be_hidden()
    scan(page, code_of(second))
    page.locator("#result").click(timeout=PATIENCE)
    page.wait_for_timeout(2500)
    expect(page.locator("#result")).to_be_visible()


def test_wechat_without_a_camera_says_how_to_leave_it(door: Door, browser: Browser) -> None:
    page = signed_in(phone(browser, user_agent="Mozilla/5.0 (Linux; Android 13) MicroMessenger/8.0.47"), door.base)
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { get: () => undefined })")
    page.goto(door.scanner)
    expect(page.locator("#camera-words")).to_contain_text("在浏览器打开", timeout=PATIENCE)


def test_the_door_lists_what_this_phone_has_prepared_and_opens_without_a_network(
    door: Door, browser: Browser
) -> None:
    page = prepare(phone(browser), door)
    page.context.set_offline(True)
    page.goto(f"{door.base}/manage/door")
    expect(page.locator("[data-prepared]")).to_be_visible(timeout=PATIENCE)
    page.click(f"[data-shift='{door.shift.id}']")
    expect_ready(page)
