"""The dashboard by keyboard, and the wall alone for a long time, in a real browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener
from tests.makers.accounts import make_staff
from tests.makers.ledger import make_crowd
from tests.makers.regions import District
from tests.rooms.boards.town import make_two_streets
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import ApiToken, Role, ScopeKind
from volunteer_hub.boards import walls
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING

#: Milliseconds after which the wall has asked again.
ASKED = 310_000

pytestmark = pytest.mark.browser


@pytest.fixture
def places(served: tuple[Flask, str]) -> District:
    return make_two_streets()


@pytest.fixture
def page(open_browser: Opener) -> Iterator[Page]:
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        context.close()


def signed_in(page: Page, app: Flask, base: str, region: str) -> Page:
    """Give the browser the login of an office."""
    account = make_staff(Role.OFFICE, ScopeKind.REGION, region)
    with transaction():
        secret = accounts.open_login(account, "tests", now=clock.now())
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # cookie sessions have it
    cookie = serializer.dumps({"_user_id": secret, "_fresh": True})
    page.context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": base}])
    return page


def open_wall(page: Page, base: str, region: str) -> Page:
    """Open a wall by its link, with a clock that the test moves."""
    maker = make_staff(Role.OFFICE, ScopeKind.REGION, region)
    now = clock.now()
    with transaction():
        walls.make(Actor(maker.id, "王主任"), region, "一楼大厅", EVERYTHING, now=now)
    link = walls.list_live(region, EVERYTHING, now=now)[0].link
    page.clock.install(time=clock.now())
    page.goto(f"{base}/wall/{link}")
    page.wait_for_selector("#dots span.here", state="attached")
    return page


def shown(page: Page) -> list[str]:
    return page.locator(".scene:visible h2").all_inner_texts()


def test_the_way_down_is_walked_by_keyboard_and_charts_are_not_in_it(
    served: tuple[Flask, str], places: District, page: Page
) -> None:
    app, base = served
    signed_in(page, app, base, places.county).goto(f"{base}/office/board?figure=hours_ratio")
    expect(page.locator("[data-chart] canvas")).to_have_count(2, timeout=PATIENCE)
    assert page.locator("[data-chart][aria-hidden=true]").count() == 2
    assert page.locator("[data-chart] :is(a, button, [tabindex])").count() == 0
    page.locator("#main").focus()
    reached = []
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] == "东山街道":
            break
    assert reached[-1] == "东山街道"
    assert reached.index("今年") < reached.index("近 90 天") < reached.index("参与率")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**region={places.other_street}**")
    expect(page.locator("h1")).to_have_text("东山街道看板")
    headings = page.locator("main :is(h1, h2, h3)").evaluate_all("all => all.map((one) => Number(one.tagName[1]))")
    assert all(deeper - above <= 1 for above, deeper in itertools.pairwise(headings))


def test_the_wall_turns_its_scenes_and_keeps_one_chart(
    served: tuple[Flask, str], places: District, page: Page
) -> None:
    _, base = served
    open_wall(page, base, places.county)
    seen, canvases, places_on_screen = [], [], set()
    for _ in range(12):
        assert len(shown(page)) == 1
        seen += shown(page)
        canvases.append(page.locator("canvas").count())
        places_on_screen.add(page.locator("#wall").evaluate("one => one.style.transform"))
        page.clock.run_for(15_000)
    assert seen[:4] == ["我们的志愿者", "这一年", "各地注册率", "赛马榜 · 有服务时长占比"]
    assert seen[4] == seen[0]
    assert max(canvases) == 1
    assert len(places_on_screen) > 4


def test_without_a_network_the_wall_goes_on_and_says_of_when_its_figures_are(
    served: tuple[Flask, str], places: District, page: Page
) -> None:
    """And takes the new figures when the network is back, without leaving its page."""
    _, base = served
    open_wall(page, base, places.county)
    page.evaluate("window.stayed = true")
    page.context.set_offline(True)
    page.clock.run_for(ASKED)
    expect(page.locator("#trouble")).to_have_text("网络不通，显示的是上面时间的数据", timeout=PATIENCE)
    expect(page.locator("#as-of")).to_contain_text("数据截至")
    before = shown(page)
    page.clock.run_for(15_000)
    assert shown(page) != before
    make_crowd([places.community], 40, 20)
    page.context.set_offline(False)
    page.clock.run_for(40_000)
    expect(page.locator(".wall-value").first).to_contain_text("100", timeout=PATIENCE)
    expect(page.locator("#trouble")).to_be_hidden(timeout=PATIENCE)
    assert page.evaluate("window.stayed")


def test_a_wall_that_was_turned_off_goes_dark(served: tuple[Flask, str], places: District, page: Page) -> None:
    _, base = served
    open_wall(page, base, places.county)
    token = db.session.scalars(select(ApiToken)).one()
    with transaction():
        walls.revoke(Actor(token.account_id, "王主任"), token.id, EVERYTHING, now=clock.now())
    page.clock.run_for(ASKED)
    expect(page.locator("#trouble")).to_have_text("这块屏幕已停用", timeout=PATIENCE)
    expect(page.locator(".scenes")).to_be_hidden()
