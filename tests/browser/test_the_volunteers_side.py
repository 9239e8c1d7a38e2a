"""A volunteer's own day on a phone, in both languages, in usual and in large type: find, sign up, code, record."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.shell import Street, make_neighbour
from tests.browser.shell import street as street

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Words:
    """What the page says in one language."""

    near: str
    signed_up: str
    code: str
    calendar: str
    certificates: str
    rights: str
    family: str


CHINESE = Words("我家附近", "报名成功", "我的码", "我的日程", "服务记录和证明", "我的信息权利", "家人和代办")
ENGLISH = Words(
    "Near my home",
    "You are signed up",
    "My code",
    "My calendar",
    "Service records and certificates",
    "My data rights",
    "Family and acting for others",
)


def choose_english(page: Page, street: Street) -> None:
    page.goto(street.base)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("elder", [False, True], ids=["usual", "large"])
@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_find_sign_up_show_the_code_and_see_the_record(street: Street, words: Words, elder: bool) -> None:
    page = street.page(elder=elder, volunteer=make_neighbour())
    if words is ENGLISH:
        choose_english(page, street)
    page.goto(f"{street.base}/activities")
    page.get_by_role("link", name=words.near).click()
    expect(page).to_have_url(re.compile("region=220403002000"))
    page.locator("main h3 a").first.click()
    page.locator("form[action$='/sign-up'] button").first.click()
    expect(page.locator("main [role=status]")).to_contain_text(words.signed_up)
    expect(page.locator("form[action$='/withdraw'] button").first).to_be_visible()
    page.get_by_role("link", name=words.code).first.click()
    expect(page.locator("main :is(canvas, svg, img)").first).to_be_visible()
    page.goto(f"{street.base}/me")
    for place in (words.certificates, words.family, words.rights):
        page.get_by_role("link", name=place).first.click()
        expect(page.locator("main h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto(f"{street.base}/me")
    page.goto(f"{street.base}/me/calendar")
    expect(page.locator("main h1")).to_have_text(words.calendar)
    expect(page.locator(".month-own").first).to_be_visible()
