"""The keyboard alone: everything is reached in the order it is read, and one sees where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shell import Street, make_neighbour
from tests.browser.shell import street as street

pytestmark = pytest.mark.browser

HERE = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return { words: (at.innerText || at.ariaLabel || at.name || at.tagName).trim().split('\\n')[0],
           outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
           high: box.height };
}"""


def walk(page: Page, steps: int) -> list[str]:
    """Press Tab so many times; return what was reached, each with a frame around it."""
    reached = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        assert here["outlined"], here
        reached.append(here["words"])
    return reached


def test_the_first_tab_leads_past_everything_to_the_page(street: Street) -> None:
    page = street.page()
    page.goto(street.base)
    assert walk(page, 1) == ["跳到正文"]
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert walk(page, 3) == ["注册成为志愿者", "登录", "找活动"]


def test_an_activity_is_found_and_signed_up_for_without_a_pointer(street: Street) -> None:
    page = street.page(volunteer=make_neighbour())
    page.goto(f"{street.base}/activities")
    page.locator("#main").focus()
    reached: list[str] = []
    while "街道清洁日" not in reached:
        reached += walk(page, 1)
        assert len(reached) < 60
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/activities/{street.activity_id}*")
    page.locator("#main").focus()
    while walk(page, 1) != ["报名"]:
        pass
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="报名成功")).to_be_visible()


def test_what_lies_behind_more_opens_and_closes_by_keyboard(street: Street) -> None:
    page = street.page(volunteer=make_neighbour())
    page.goto(street.base)
    more = page.locator(".chrome-more > summary")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chrome-sheet")).to_be_visible()
    assert walk(page, 1)
    page.keyboard.press("Escape")
    expect(page.locator(".chrome-sheet")).to_be_hidden()
    assert more.evaluate("it => it === document.activeElement")


def test_colours_of_the_device_are_taken_and_nothing_disappears(street: Street) -> None:
    page = street.page(forced_colors="active")
    page.goto(f"{street.base}/activities")
    expect(page.locator(".chips [aria-current]")).to_be_visible()
    assert (
        page.locator(".chrome-tabs [aria-current]").evaluate("it => getComputedStyle(it).forcedColorAdjust") == "none"
    )
