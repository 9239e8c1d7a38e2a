"""The tablet at the door in a real browser: it works alone, forgets everybody, and lets nobody out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import Door, signed_in
from tests.browser.offline import expect_ready, prepare
from volunteer_hub.checkin.models import EntryPoint, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer

PIN = "246810"

pytestmark = pytest.mark.browser


@pytest.fixture
def door(served: tuple[Flask, str]) -> Door:
    return Door(served[1])


@pytest.fixture
def tablet(door: Door, open_browser: Opener) -> Iterator[Page]:
    """A tablet that was turned into the kiosk of the door's station, with a clock that tests can move."""
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        page = signed_in(context.new_page(), door.base)
        page.goto(kiosk(door))
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.clock.install()
        page.click("main form button")
        at_rest(page)
        # From here on time stands still unless a test moves it: a slow machine must not outlive an answer.
        page.clock.pause_at(clock.now() + timedelta(minutes=1))
        yield page
        context.close()


def at_rest(page: Page) -> None:
    """Wait until the page's script stands: before, nothing listens, and it begins by clearing what was typed."""
    page.wait_for_selector("body[data-state=idle]")


def kiosk(door: Door) -> str:
    return f"{door.base}/manage/stations/{door.station.id}/kiosk"


def hand_scan(page: Page, code: str) -> None:
    """Type as a handheld scanner does: fast, wherever the focus is, and Enter."""
    page.evaluate(
        """(code) => {
          const names = { '.': 'Period', '-': 'Minus' };
          const press = (key, name) => document.dispatchEvent(new KeyboardEvent('keydown', { key, code: name }));
          for (const sign of code) {
            press(sign, names[sign] ?? (/[0-9]/.test(sign) ? `Digit${sign}` : `Key${sign}`));
          }
          press('Enter', 'Enter');
        }""",
        code,
    )


def said(page: Page) -> str:
    return page.locator("body").inner_text()


def test_a_handheld_scan_asks_for_the_direction_answers_masked_and_is_forgotten(door: Door, tablet: Page) -> None:
    hand_scan(tablet, door.code())
    expect(tablet.locator("#prompt")).to_have_text("已读到码。签到还是签退？")
    tablet.click(".kiosk-in")
    expect(tablet.locator("#result .result-word")).to_have_text("签到成功")
    expect(tablet.locator("#result .result-name")).to_have_text("李*梅")
    assert door.volunteer.name not in tablet.content()
    tablet.clock.run_for(6_500)
    expect(tablet.locator("#result")).to_be_hidden()
    assert "李*梅" not in tablet.content()
    assert [scan.entry_point for scan in door.scans()] == [EntryPoint.KIOSK]


def test_pressed_buttons_and_typed_letters_are_gone_after_half_a_minute(door: Door, tablet: Page) -> None:
    tablet.click(".kiosk-out")
    expect(tablet.locator(".kiosk-out")).to_have_attribute("aria-pressed", "true")
    tablet.fill("#typed", "ABCD-EF")
    tablet.clock.run_for(30_000)
    expect(tablet.locator("#typed")).to_have_value("")
    expect(tablet.locator(".kiosk-out")).to_have_attribute("aria-pressed", "false")
    assert door.scans() == []


def test_typed_codes_work_with_the_direction_first_or_last(door: Door, tablet: Page) -> None:
    tablet.click(".kiosk-in")
    tablet.fill("#typed", door.typed())
    tablet.keyboard.press("Enter")
    expect(tablet.locator("#result .result-word")).to_have_text("签到成功")
    tablet.click("#done")
    tablet.fill("#typed", door.typed())
    tablet.click(".kiosk-out")
    expect(tablet.locator("#result .result-word")).to_have_text("刚刚签到")
    assert len(db.session.scalars(select(ServiceSession)).all()) == 1


def test_there_is_no_way_out_but_the_pin(door: Door, tablet: Page) -> None:
    with transaction():
        name = db.session.get_one(Volunteer, door.volunteer.id).name
    for path in ("/", "/manage/activities", f"/manage/shifts/{door.shift.id}/scan", "/me/logins", "/no/such/page"):
        tablet.goto(door.base + path)
        assert tablet.url == kiosk(door), path
    tablet.go_back()
    tablet.reload()
    assert tablet.url == kiosk(door)
    assert name not in said(tablet)
    assert tablet.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    at_rest(tablet)
    tablet.click(".kiosk-leave summary")
    tablet.fill("#pin", "0000")
    tablet.click(".kiosk-leave button")
    expect(tablet.locator(".kiosk-leave .field-error")).to_be_visible()
    at_rest(tablet)
    tablet.fill("#pin", PIN)
    tablet.click(".kiosk-leave button")
    tablet.wait_for_url("**/code")
    tablet.goto(f"{door.base}/me/logins")
    assert tablet.url.endswith("/me/logins")


def test_without_a_network_it_says_that_nothing_was_recorded(door: Door, tablet: Page) -> None:
    tablet.context.set_offline(True)
    hand_scan(tablet, door.code())
    tablet.click(".kiosk-in")
    expect(tablet.locator("#result .result-word")).to_have_text("没有记录")
    tablet.context.set_offline(False)
    tablet.clock.run_for(6_500)
    hand_scan(tablet, door.code())
    tablet.click(".kiosk-in")
    expect(tablet.locator("#result .result-word")).to_have_text("签到成功")
    assert len(door.scans()) == 1


def test_a_scanner_prepared_on_the_tablet_does_not_open_inside_the_kiosk(door: Door, open_browser: Opener) -> None:
    """Its service worker tries with the device's token: red where the server asks only the token who is there."""
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN")
        page = prepare(context.new_page(), door)
        page.goto(kiosk(door))
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("main form button")
        page.wait_for_selector("#kiosk")
        page.goto(door.scanner)
        assert page.url == kiosk(door)
        assert page.locator("#kiosk").count() == 1
        at_rest(page)
        page.click(".kiosk-leave summary")
        page.fill("#pin", PIN)
        page.click(".kiosk-leave button")
        page.wait_for_url("**/code")
        page.goto(door.scanner)
        expect_ready(page)
        context.close()
