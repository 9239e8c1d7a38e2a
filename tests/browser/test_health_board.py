"""The health board in a real browser: fresh numbers without a touch, new warnings at once, a lost network said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.door import Door, phone, signed_in
from tests.makers.devices import make_scan
from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING

pytestmark = pytest.mark.browser
#: The page asks again when it comes back into view; the tests do not wait for its own fifteen seconds.
LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def door(served: tuple[Flask, str]) -> Door:
    return Door(served[1])


@pytest.fixture
def page(door: Door, open_browser: Opener) -> Iterator[Page]:
    """The board on the manager's phone."""
    with open_browser() as browser:
        page = signed_in(phone(browser), door.base)
        page.goto(f"{door.base}/manage/health")
        yield page


def _scan_in(door: Door) -> None:
    now = clock.now()
    item = ScanItem("n" * 32, door.code(), Direction.IN, door.shift.id, EntryPoint.MANAGER_SCAN)
    assert take_scans([item], Actor(door.keeper, "王站长"), EVERYTHING, now=now)[0].outcome is Outcome.ACCEPTED


def test_a_number_changes_in_place_and_a_new_warning_loads_the_page(door: Door, page: Page) -> None:
    inside = page.locator(f"[data-live=shift-{door.shift.id}-inside]")
    expect(inside).to_have_text("0")
    _scan_in(door)
    page.evaluate("window.untouched = true")
    page.evaluate(LOOK_AGAIN)
    expect(inside).to_have_text("1")
    assert page.evaluate("window.untouched") is True
    make_scan(
        db.session.get_one(Shift, door.shift.id),
        clock.now() - timedelta(seconds=5),
        outcome=Outcome.PENDING,
        reason="late_upload",
    )
    page.evaluate(LOOK_AGAIN)
    expect(page.locator(".health-warnings")).to_contain_text("待核扫码")


def test_a_lost_network_is_said_and_forgotten_when_it_is_back(page: Page) -> None:
    lost = page.locator("#health-lost")
    expect(lost).to_be_hidden()
    page.context.set_offline(True)
    page.evaluate(LOOK_AGAIN)
    expect(lost).to_be_visible()
    page.context.set_offline(False)
    page.evaluate(LOOK_AGAIN)
    expect(lost).to_be_hidden()


def test_it_fits_a_phone_and_a_desk(page: Page) -> None:
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_a_script_it_is_loaded_again_by_hand(door: Door, open_browser: Opener) -> None:
    with open_browser() as browser:
        page = signed_in(phone(browser, java_script_enabled=False), door.base)
        page.goto(f"{door.base}/manage/health")
        inside = page.locator(f"[data-live=shift-{door.shift.id}-inside]")
        expect(inside).to_have_text("0")
        _scan_in(door)
        page.get_by_role("link", name="刷新页面").click()
        expect(inside).to_have_text("1")
