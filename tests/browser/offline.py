"""A phone at the door that is prepared for working without a network, and what one does with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.door import Door, signed_in
from tests.makers.activities import make_sign_up
from tests.makers.volunteers import make_volunteer
from volunteer_hub.checkin import codes
from volunteer_hub.core import clock
from volunteer_hub.volunteers.models import Volunteer

#: Hands a code to the scanner as a handheld scanner does.
HANDHELD = """code => {
  const place = (sign) => /[A-Z]/.test(sign) ? `Key${sign}` : /\\d/.test(sign) ? `Digit${sign}` : 'Period';
  const key = (name, code) => document.body.dispatchEvent(
    new KeyboardEvent('keydown', { key: name, code, bubbles: true, cancelable: true }));
  for (const sign of code) key('Process', place(sign));
  key('Enter', 'Enter');
}"""
#: Everything this origin keeps in the browser, as one text.
DUMP = """async () => {
  const parts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    for (const store of db.objectStoreNames) {
      const all = await new Promise((resolve) => {
        const request = db.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      parts.push(JSON.stringify(all));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      const isText = (response.headers.get('Content-Type') ?? '').startsWith('text');
      parts.push(request.url, isText ? await response.text() : '');
    }
  }
  return parts.join('\\n');
}"""


def scan(page: Page, code: str) -> None:
    """Hand a code to the scanner by a handheld scanner."""
    page.evaluate(HANDHELD, code)


def go(page: Page, way: str) -> None:
    """Set the direction, once the last answer has left the screen."""
    page.keyboard.press("Escape")
    page.locator(f"#direction input[value={way}]").check(force=True)


def prepare(page: Page, door: Door) -> Page:
    """Sign in, open the shift, enrol the phone by its one tap, and wait until it says that it is ready."""
    signed_in(page, door.base)
    page.goto(door.scanner)
    page.click("#enrol-here button", timeout=PATIENCE)
    expect_ready(page)
    return page


def expect_ready(page: Page) -> None:
    """Wait until the phone says that it would work without a network."""
    expect(page.locator("#ready")).to_have_attribute("data-ready", "true", timeout=PATIENCE)


def refresh(page: Page, count: int) -> None:
    """Fetch the list anew, until it holds so many people."""
    panel = page.locator("#ready")
    before = panel.get_attribute("data-made-at") or ""
    page.click("#ready summary")
    page.click("#refresh")
    expect(panel).not_to_have_attribute("data-made-at", before, timeout=PATIENCE)
    expect(page.locator("#ready .state")).to_contain_text(f"{count} 人", timeout=PATIENCE)
    page.click("#ready summary")


def dump(page: Page) -> str:
    """Return everything that the page's origin keeps in this browser."""
    return str(page.evaluate(DUMP))


def people(door: Door, count: int) -> Sequence[Volunteer]:
    """Return more people who are signed up for the shift."""
    made = []
    for number in range(count):
        person = make_volunteer(door.district.community, f"张{'一二三四五六七八九十'[number % 10]}{number}")
        make_sign_up(door.shift, person)
        made.append(person)
    return made


def code_of(person: Volunteer) -> str:
    """Return the code that the person's own phone shows now."""
    return codes.personal_code(person.id, clock.now())


def all_sent(page: Page) -> None:
    """Wait until nothing is unsent any more; the pill of a page that just opened has not counted yet."""
    for _ in range(PATIENCE // 100):
        if not kept(page, "items"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(kept(page, "items"))


def kept(page: Page, store: str) -> list[dict[str, Any]]:
    """Return what the phone keeps in one of its stores."""
    return list(
        page.evaluate(
            """async (name) => (await import('/static/js/store.js')).all(name)""",
            store,
        )
    )
