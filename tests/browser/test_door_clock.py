"""The server's time on a phone: never behind what a code proves, never far ahead, whichever way was slow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import Door, phone, signed_in
from tests.browser.offline import all_sent, prepare, scan
from volunteer_hub.checkin.models import Outcome
from volunteer_hub.core import clock

pytestmark = pytest.mark.browser
#: Lets a test move each of the phone's two clocks by milliseconds.
CLOCKS = """(() => {
  const [wall, mono] = [Date.now.bind(Date), performance.now.bind(performance)];
  Object.assign(window, { wall: 0, mono: 0 });
  Date.now = () => wall() + window.wall;
  performance.now = () => mono() + window.mono;
})()"""

#: Learns from an answer that took `took` ms, `before` of them until the server read its clock; returns how far ahead
#: of the server the phone's reckoning is afterwards.
LEARN = """async ({ took, before }) => {
  const { DoorClock } = await import('/static/js/door-clock.js');
  const clock = new DoorClock(99);
  const told = (at) => ({ beacon: 'x', server_time: new Date(at).toISOString() });
  const base = 1_800_000_000_000;
  const heard = performance.now();
  await clock.learn(told(base), heard - took);
  return clock.readings()[0].at - (base + took - before) - (performance.now() - heard);
}"""
#: What a phone dates a scan whose code's slot began so many ms after its own reckoning; null: as it reckoned.
DATE = """async (later) => {
  const { notBefore, readCode } = await import('/static/js/codes.js');
  const slot = 60_000_000;
  const code = `VH1.P.7.${slot.toString(36)}.ABCDEFGHIJKLMNOP.ABCDEFGHIJKLMNOP`.toUpperCase();
  const at = slot * 30000 - later;
  return notBefore(readCode(code), at) - at;
}"""


@pytest.fixture
def browser(open_browser: Opener) -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def test_the_reckoning_is_never_behind_by_a_slow_answer_nor_far_ahead_by_a_slow_question(
    served: tuple[Flask, str], open_browser: Opener
) -> None:
    door = Door(served[1])
    with open_browser() as browser:
        page = signed_in(phone(browser), door.base)
        page.goto(f"{door.base}/manage/devices")
        for took, before in [(40, 20), (800, 10), (2500, 50), (2500, 2400), (12000, 11800)]:
            ahead = page.evaluate(LEARN, {"took": took, "before": before})
            assert -50 <= ahead <= 3050, (took, before, ahead)
        assert [page.evaluate(DATE, later) for later in (-1000, 0, 900, 4900, 5100)] == [0, 0, 900, 4900, 0]


@pytest.mark.parametrize(
    ("passed", "wall", "mono"),
    [(0, 180, 0), (0, -180, 0), (20, 20, 0)],
    ids=["the clock is set ahead", "the clock is set back", "the phone slept"],
)
def test_a_clock_that_moved_dates_no_scan(
    served: tuple[Flask, str], browser: Browser, monkeypatch: pytest.MonkeyPatch, passed: int, wall: int, mono: int
) -> None:
    """Minutes by which time went on, the phone's wall clock, and its monotonic one."""
    door = Door(served[1])
    page = phone(browser)
    page.add_init_script(CLOCKS)
    prepare(page, door)
    page.context.set_offline(True)
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(minutes=passed))
    page.evaluate("([wall, mono]) => Object.assign(window, { wall, mono })", [wall * 60_000, mono * 60_000])
    scan(page, door.code())
    expect(page.locator("#result .result-word")).to_have_text("签到成功", timeout=PATIENCE)
    truth = clock.now()
    page.context.set_offline(False)
    all_sent(page)
    [made] = door.scans()
    assert made.outcome is Outcome.ACCEPTED
    assert abs(made.scanned_at - truth) < timedelta(seconds=60)
