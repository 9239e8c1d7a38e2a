"""The server's time on a phone: never behind what a code proves, never far ahead, whichever way was slow."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser.conftest import Opener
from tests.browser.door import Door, phone, signed_in

pytestmark = pytest.mark.browser

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
