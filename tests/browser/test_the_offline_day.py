"""The whole day at a door without a network: prepared in the morning, sent in the evening, credited as if online."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import Door, phone
from tests.browser.offline import code_of, expect_ready, go, people, prepare, refresh, scan
from volunteer_hub.checkin.models import Outcome, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursClass, HoursEntry

pytestmark = pytest.mark.browser

STAYED = 70
#: Moves both clocks of a page, as hours move them; the page itself is not loaded anew.
CLOCKS = """(() => {
  const [wall, mono] = [Date.now.bind(Date), performance.now.bind(performance)];
  window.ahead = 0;
  Date.now = () => wall() + window.ahead;
  performance.now = () => mono() + window.ahead;
})()"""


class Hours:
    """Lets time pass, for the server and for every phone alike."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta(0)
        now = clock.now
        monkeypatch.setattr(clock, "now", lambda: now() + self.ahead)

    def go_by(self, minutes: int, *pages: Page) -> None:
        self.ahead += timedelta(minutes=minutes)
        for page in pages:
            page.evaluate("milliseconds => { window.ahead = milliseconds; }", self.ahead.total_seconds() * 1000)


def ready_phone(browser: Browser, door: Door) -> Page:
    page = phone(browser)
    page.add_init_script(CLOCKS)
    return prepare(page, door)


def test_a_whole_day_without_a_network_is_credited_as_if_online(
    served: tuple[Flask, str], open_browser: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = Hours(monkeypatch)
    door = Door(served[1])
    crowd = people(door, 20)
    with open_browser() as browser:
        away, online = ready_phone(browser, door), ready_phone(browser, door)
        refresh(away, 21)
        expect_ready(away)
        away.context.set_offline(True)
        scan(online, door.code())
        for person in crowd:
            scan(away, code_of(person))
            away.wait_for_timeout(60)
        expect(away.locator("#unsent")).to_have_text("20 条未发送", timeout=PATIENCE)
        hours.go_by(STAYED, away, online)
        for page in (away, online):
            go(page, "out")
        scan(online, door.code())
        for person in crowd:
            scan(away, code_of(person))
            away.wait_for_timeout(60)
        expect(away.locator("#unsent")).to_have_text("40 条未发送", timeout=PATIENCE)
        expect(away.locator("#list li").first).to_contain_text("签退成功")
        assert len(door.scans()) == 2
        hours.go_by(60, away, online)
        away.context.set_offline(False)
        away.evaluate("document.getElementById('send-now').click()")
        expect(away.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    made = door.scans()
    assert len(made) == 42
    assert {(row.outcome, row.reason) for row in made} == {
        (Outcome.ACCEPTED, "checked_in"),
        (Outcome.ACCEPTED, "checked_out"),
    }
    sessions = db.session.scalars(select(ServiceSession)).all()
    assert len(sessions) == 21
    assert all(session.out_at is not None for session in sessions)
    entries = {entry.volunteer_id: entry for entry in db.session.scalars(select(HoursEntry))}
    assert {entry.hours_class for entry in entries.values()} == {HoursClass.A}
    as_online = entries.pop(door.volunteer.id).minutes
    assert abs(as_online - STAYED) <= 2
    assert [entry.minutes for entry in entries.values() if abs(entry.minutes - as_online) > 2] == []
    assert len(entries) == 20
