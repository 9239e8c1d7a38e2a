"""Large type, the themes, sending once: what the shell does in a real browser, with script and without."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.shell import Street, make_neighbour
from tests.browser.shell import street as street
from tests.makers.volunteers import make_document, make_mobile

pytestmark = pytest.mark.browser

SPEAKER = """
window.said = [];
Object.defineProperty(window, 'speechSynthesis', { value: {
  speak(one) { window.said.push(one.text); setTimeout(() => one.onend(), 5); }, cancel() {},
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.mark.parametrize(
    "path", ["/", "/activities", "/stations", "/teams", "/sign-in", "/register", "/no-such-page"]
)
def test_large_type_is_one_press_away_from_any_page_without_script(street: Street, path: str) -> None:
    page = street.page(java_script_enabled=False)
    page.goto(street.base + path)
    small = page.locator("body").evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    page.get_by_role("button", name="大字版").click()
    expect(page).to_have_url(street.base + path)
    assert page.locator("body").evaluate("it => parseFloat(getComputedStyle(it).fontSize)") >= 1.35 * small
    page.get_by_role("button", name="标准版").click()
    expect(page.locator("body")).not_to_have_class(re.compile("elder"))


@pytest.mark.parametrize("path", ["/", "/activities", "/register", "/me", "/me/code"])
def test_in_large_type_everything_fits_and_a_thumb_hits_it(street: Street, path: str) -> None:
    page = street.page(elder=True, volunteer=None if path in ("/", "/register") else make_neighbour())
    page.goto(street.base + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    low = page.locator(
        "main :is(.button, button:not(.link)):visible, .chrome-tabs > a, .chrome-size-button"
    ).evaluate_all(
        "all => all.map(it => [it.innerText, it.getBoundingClientRect().height]).filter(([, high]) => high < 56)"
    )
    assert low == []


def one_question(page: Page) -> str:
    shown = page.locator(".is-stepped :is(.field):visible")
    expect(shown).to_have_count(1)
    return shown.locator("label, legend").first.inner_text().strip()


def test_registering_in_large_type_asks_one_question_after_the_other(street: Street) -> None:
    page = street.page(elder=True)
    page.goto(f"{street.base}/register")
    forward = page.get_by_role("button", name="下一步")
    assert one_question(page) == "姓名"
    page.keyboard.type("王桂芬")
    page.locator("[name=name]").fill("王桂芬")
    page.keyboard.press("Enter")
    assert one_question(page) == "证件类型"
    forward.click()
    page.locator("[name=document_number]").fill(make_document(date(1950, 3, 2)))
    forward.click()
    assert one_question(page) == "手机号"
    page.get_by_role("button", name="上一步").click()
    assert one_question(page) == "证件号码"
    forward.click()
    page.locator("[name=mobile]").fill(make_mobile())
    forward.click()
    page.locator("[name=password]").fill("a long enough password")
    forward.click()
    assert one_question(page).startswith("现居住")
    page.locator(".region-steps select").nth(0).select_option(label="仙城街道")
    page.locator(".region-steps select").nth(1).select_option(label="仙城社区")
    while page.get_by_role("button", name="提交注册").is_hidden():
        forward.click()
    page.locator("[name=agrees]").check()
    page.get_by_role("button", name="提交注册").click()
    page.wait_for_url("**/registered")
    expect(page.get_by_role("heading", name="王桂芬，欢迎您！")).to_be_visible()


def test_a_form_that_came_back_opens_at_the_question_at_fault(street: Street) -> None:
    page = street.page(elder=True)
    page.goto(f"{street.base}/register")
    page.locator("[name=name]").fill("王桂芬")
    page.locator("form.registration").evaluate("it => it.submit()")
    expect(page.locator(".alert")).to_be_visible()
    assert one_question(page) == "证件号码"
    assert page.locator("[name=name]").input_value() == "王桂芬"


def test_without_script_the_whole_form_is_there_in_large_type(street: Street) -> None:
    page = street.page(elder=True, java_script_enabled=False)
    page.goto(f"{street.base}/register")
    for name in ("name", "document_number", "mobile", "password", "agrees"):
        expect(page.locator(f"[name={name}]")).to_be_visible()
    expect(page.get_by_role("button", name="提交注册")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_in_large_type_one_shift_is_asked_for_at_a_time(street: Street, script: bool) -> None:
    page = street.page(elder=True, volunteer=make_neighbour(), java_script_enabled=script)
    page.goto(f"{street.base}/activities/{street.activity_id}")
    question = page.locator(".question")
    first = question.locator(".question-when").inner_text()
    question.get_by_role("link", name="换一个时间").click()
    expect(question.locator(".question-when")).not_to_have_text(first)
    question.get_by_role("link", name="换一个时间").click()
    expect(question.locator(".question-when")).to_have_text(first, use_inner_text=True)
    question.get_by_role("button", name="报名").click()
    expect(page.get_by_role("status").filter(has_text="报名成功")).to_be_visible()
    expect(question.get_by_role("heading", name="您已经报名这一场")).to_be_visible()


def test_the_page_is_read_aloud_block_by_block_and_stops_when_told(street: Street) -> None:
    page = street.page(elder=True)
    page.add_init_script(SPEAKER)
    page.goto(street.base)
    button = page.locator("[data-read-aloud] button")
    button.click()
    page.wait_for_function("window.said.length > 4")
    said = page.evaluate("window.said.join('')")
    assert said.startswith("有时间做志愿者，")
    button.click()
    expect(button).to_have_text("读给我听")
    count = page.evaluate("window.said.length")
    page.wait_for_timeout(200)
    assert page.evaluate("window.said.length") <= count + 1


def test_where_nothing_can_speak_nothing_is_offered(street: Street) -> None:
    page = street.page(elder=True)
    page.add_init_script("delete Window.prototype.speechSynthesis; delete window.speechSynthesis;")
    page.goto(street.base)
    expect(page.locator("[data-read-aloud]")).to_be_hidden()


def test_dark_is_there_from_the_first_paint_without_script(street: Street) -> None:
    page = street.page(java_script_enabled=False, color_scheme="light")
    page.goto(f"{street.base}/display")
    page.locator("[name=theme][value=dark]").click()
    assert page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor") == "rgb(22, 19, 17)"
    page.locator("[name=theme][value=light]").click()
    page.emulate_media(color_scheme="dark")
    assert page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor") == "rgb(248, 245, 241)"


def test_a_form_is_sent_once_however_often_it_is_pressed(street: Street) -> None:
    page, sent = street.page(), list[str]()

    def slowly(route: Route, request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)
            page.wait_for_timeout(300)
        route.continue_()

    page.goto(f"{street.base}/sign-in")
    page.route("**/sign-in", slowly)
    page.fill("[name=name]", "nobody")
    page.fill("[name=password]", "nothing")
    page.evaluate(
        """() => { const button = document.querySelector('main form button');
                   for (let times = 0; times < 5; times += 1) button.click(); }"""
    )
    expect(page.get_by_text("登录名或密码不对")).to_be_visible()
    assert len(sent) == 1
    assert page.locator("[name=name]").input_value() == "nobody"
