"""What the first visit of a volunteer's phone costs: bytes on the wire and requests, with nothing cached.

A hold on bytes and requests, which are the same on every machine; times on a slow network are in bench/phone.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener, serving
from tests.makers.accounts import sign_in
from tests.makers.demo import load_small
from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityState
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import Volunteer

pytestmark = pytest.mark.browser

#: The aim is 200 KB; these are held lower so that what is added is noticed.
MOST_BYTES, MOST_REQUESTS = 64_000, 20
PAGES = ["/", "/activities", "/activities/{activity}", "/sign-in", "/register", "/me", "/me/code", "/notices"]


@dataclass
class Cost:
    """What the network was asked for."""

    size: int = 0
    addresses: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    with serving(tmp_path_factory.mktemp("first-load")) as it:
        load_small(150)
        yield it


@pytest.fixture(scope="module")
def browser(open_browser: Opener) -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def first_load(browser: Browser, address: str, cookies: list[Any]) -> Cost:
    """Open an address in a browser that has never been here."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    context.add_cookies(cookies)
    page, cost = context.new_page(), Cost()
    network = context.new_cdp_session(page)
    network.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            cost.addresses += (event["request"]["url"],)

    def came(event: dict[str, Any]) -> None:
        cost.size += int(event["encodedDataLength"])

    network.on("Network.requestWillBeSent", asked)
    network.on("Network.loadingFinished", came)
    page.goto(address, wait_until="networkidle")
    context.close()
    return cost


def a_volunteers_cookies(app: Flask, address: str) -> list[Any]:
    account = db.session.scalars(
        select(Account).join(Volunteer).where(Account.password_hash.is_not(None)).order_by(Account.id).limit(1)
    ).one()
    name = app.config["SESSION_COOKIE_NAME"]
    held = sign_in(app.test_client(), account).get_cookie(name)
    assert held is not None
    return [{"name": name, "value": held.value, "url": address}]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "large type"])
def test_the_first_load_is_light(district: tuple[Flask, str], browser: Browser, path: str, elder: bool) -> None:
    app, address = district
    activity = db.session.scalars(select(Activity.id).where(Activity.state == ActivityState.PUBLISHED).limit(1)).one()
    cookies = [] if path in ("/", "/sign-in", "/register") else a_volunteers_cookies(app, address)
    if elder:
        cookies.append({"name": "elder", "value": "1", "url": address})
    cost = first_load(browser, address + path.format(activity=activity), cookies)
    assert cost.size <= MOST_BYTES, cost
    assert len(cost.addresses) <= MOST_REQUESTS, cost
