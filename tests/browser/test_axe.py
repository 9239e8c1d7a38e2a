"""axe-core finds nothing on any page, for anybody, in light, dark and large type.

Every page of the address map that answers is drawn once in the standard form and once in large type, with all
rules of WCAG 2.2 A and AA; in dark, what depends on colour is looked at again. A main part that looked just so
before, for somebody else, is not looked at twice; what stands around it was seen with this person's other pages.
"""

from __future__ import annotations

import importlib.resources
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import flask_migrate
import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.drawn import Window
from tests.conftest import make_app
from tests.house.town import Town, build
from tests.makers.demo import load_small
from volunteer_hub.accounts.models import Role, RoleGrant
from volunteer_hub.core.db import db
from volunteer_hub.demo import queries as demo_queries
from volunteer_hub.ledger import queries as ledger_queries

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
#: What differs at every reading and says nothing about the page.
CHANGING = re.compile(r'name="csrf_token" value="[^"]*"|\?v=\d+|data-seconds-left="\d+"')
MAIN = re.compile(r"<main.*</main>", re.DOTALL)
Seen = defaultdict[int, set[str]]
AXE = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    application = make_app(f"sqlite:///{tmp_path_factory.mktemp('axe') / 'hub.sqlite3'}")
    demo_queries.forget()
    ledger_queries.forget_policies()
    with application.app_context():
        flask_migrate.upgrade()
        load_small(150)
        made = build(application)
        db.session.remove()
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What was looked at in this module, by the width of the window."""
    return defaultdict(set)


@dataclass
class Inspector:
    """Looks at pages, and remembers what it found and where it has been."""

    window: Window
    #: The main parts that were looked at, by anybody in a window as wide.
    seen: set[str]
    found: list[str] = field(default_factory=list)
    pages: int = 0

    def look(self, rule: str, address: str, *, elder: bool) -> None:
        """Draw a page, unless its main part was seen just so, and note everything axe finds."""
        self.window.client.set_cookie("elder", "1" if elder else "")
        text = self.window.read(address)
        if text is None or self._known(text, elder):
            return
        self.pages += 1
        self.window.draw()
        self.window.page.evaluate(AXE)
        self._note(f"{rule} {'large' if elder else 'light'}", RULES)
        self.window.page.emulate_media(color_scheme="dark")
        self._note(f"{rule} {'large, dark' if elder else 'dark'}", COLOURS)
        self.window.page.emulate_media(color_scheme="light")

    def _known(self, text: str, elder: bool) -> bool:
        main = MAIN.search(CHANGING.sub("", text))
        look = f"{elder} {main[0] if main else text}"
        known = look in self.seen
        self.seen.add(look)
        return known

    def _note(self, where: str, options: dict[str, Any]) -> None:
        for fault in violations(self.window.page, options):
            nodes = [
                f"{node['target'][0]} {node['failureSummary'].splitlines()[-1].strip()}"
                for node in fault["nodes"][:4]
            ]
            self.found.append(f"{where}: {fault['id']} × {len(fault['nodes'])}  {'; '.join(nodes)}")


def violations(page: Page, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what axe finds on the page as it is now."""
    found = page.evaluate("options => axe.run(document, options).then(JSON.stringify)", options)
    return list(json.loads(found)["violations"])


def _held_by(role: Role) -> int:
    return int(db.session.scalars(select(RoleGrant.account_id).where(RoleGrant.role == role).limit(1)).one())


CAST = {
    "visitor": (lambda town: None, PHONE),
    "volunteer": (lambda town: town.volunteer, PHONE),
    "station manager": (lambda town: _held_by(Role.STATION_MANAGER), PHONE),
    "office": (lambda town: _held_by(Role.OFFICE), DESK),
    "administrator": (lambda town: town.administrator, DESK),
}


@pytest.mark.parametrize("who", CAST)
def test_axe_finds_nothing_on_any_page(town: Town, seen: Seen, open_browser: Opener, who: str) -> None:
    account, size = CAST[who][0](town), CAST[who][1]
    with open_browser() as browser:
        context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        inspector = Inspector(Window(context, town.browser(account)), seen[size["width"]])
        for rule in town.doors():
            if "GET" in (rule.methods or ()):
                for elder in (False, True):
                    inspector.look(rule.rule, town.address(rule), elder=elder)
        context.close()
    assert inspector.pages > 5
    assert not inspector.found, f"{inspector.pages} pages\n" + "\n".join(inspector.found)
