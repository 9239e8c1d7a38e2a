"""A prepared phone at the door when the network goes: what it says, what it keeps, and what becomes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import Door, phone, signed_in
from tests.browser.offline import all_sent, code_of, dump, expect_ready, go, kept, people, prepare, refresh, scan
from tests.makers.volunteers import make_volunteer
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Device, EntryPoint, Outcome, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers import cards

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def door(served: tuple[Flask, str]) -> Door:
    return Door(served[1])


@pytest.fixture
def browser(open_browser: Opener) -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def page(door: Door, browser: Browser) -> Page:
    """The manager's phone, prepared for the shift."""
    return prepare(phone(browser), door)


def test_without_a_network_the_verdict_comes_within_a_second_and_the_scan_goes_by_itself_later(
    door: Door, page: Page
) -> None:
    page.context.set_offline(True)
    begun = time.monotonic()
    scan(page, door.code())
    expect(page.locator("#result .result-word")).to_have_text("签到成功")
    assert time.monotonic() - begun < 5, "a second on a phone; more here, where machines pause"
    expect(page.locator("#result")).to_have_class("result scanner-result result-stored")
    expect(page.locator("#result .result-kept")).to_have_text("已存，未上传")
    expect(page.locator("#result .result-name")).to_have_text("李晓梅")
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    assert not door.scans()
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    [made] = door.scans()
    assert (made.outcome, made.entry_point, made.device_seq) == (Outcome.ACCEPTED, EntryPoint.HANDHELD, 1)
    assert made.beacon_at is not None
    expect(page.locator("#list li")).to_have_class("accepted")


def test_a_line_that_hangs_is_not_taken_for_an_answer(door: Door, page: Page) -> None:
    """With a network that seems to be there nobody is told that they are in before the server has said so."""
    page.route("**/api/v1/scans", lambda route: None)
    scan(page, door.code())
    expect(page.locator("#result .result-word")).to_have_text("已存，未上传")
    expect(page.locator("#result .result-name")).to_have_text("李晓梅")
    [item] = kept(page, "items")
    assert json.loads(item["sent"]["signed"])[-1] == "stored"
    page.unroute("**/api/v1/scans")
    expect(page.locator("#unsent")).to_be_hidden()
    assert [made.outcome for made in door.scans()] == [Outcome.ACCEPTED]


def test_own_scans_are_the_basis_of_the_next_verdicts(door: Door, page: Page) -> None:
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#list li").first).to_contain_text("签到成功")
    go(page, "out")
    scan(page, door.code())
    expect(page.locator("#list li").first).to_contain_text("刚刚签到")
    expect(page.locator("#list li").first).to_contain_text("李晓梅")


def test_a_printed_card_is_known_without_a_network_and_is_the_same_person(door: Door, page: Page) -> None:
    with transaction():
        card = cards.issue(Actor(door.keeper, "王站长"), door.volunteer, now=clock.now())
        code = codes.card_code(card.id)
    refresh(page, 1)
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#list li").first).to_contain_text("签到成功")
    go(page, "out")
    scan(page, code)
    expect(page.locator("#list li").first).to_contain_text("刚刚签到")
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    ways = [(made.entry_point, made.outcome, made.volunteer_id) for made in door.scans()]
    person = door.volunteer.id
    assert ways == [
        (EntryPoint.HANDHELD, Outcome.ACCEPTED, person),
        (EntryPoint.CARD, Outcome.ALREADY, person),
    ]


def test_somebody_outside_the_list_is_kept_and_left_to_the_server(door: Door, page: Page) -> None:
    stranger = make_volunteer(door.district.community, "王陌生")
    page.context.set_offline(True)
    scan(page, code_of(stranger))
    expect(page.locator("#result .result-word")).to_have_text("已存，未上传")
    expect(page.locator("#result .result-why")).to_have_text("不在本机名单里，已存，由服务器判断。")
    page.context.set_offline(False)
    expect(page.locator("#list")).to_contain_text("没有报名")
    assert [(made.outcome, made.reason) for made in door.scans()] == [(Outcome.REFUSED, "not_signed_up")]


def test_a_foreign_code_is_refused_without_a_network_too(door: Door, page: Page) -> None:
    page.context.set_offline(True)
    scan(page, "HTTPS.WWW.EXAMPLE.COM.0.1.2")
    expect(page.locator("#result .result-word")).to_have_text("不认识的码")
    expect(page.locator("#result")).to_have_class("result scanner-result result-refused")


def test_nothing_readable_about_anybody_stays_in_the_browser(door: Door, page: Page) -> None:
    """Names, numbers and mobiles are looked for in IndexedDB, both storages, cookies and caches."""
    person = people(door, 1)[0]
    refresh(page, 2)
    page.context.set_offline(True)
    scan(page, code_of(person))
    expect(page.locator("#list")).to_contain_text(person.name)
    found = dump(page)
    pages = page.evaluate("async () => (await import('/static/js/shell.js')).keptPages()")
    assert {path for path in pages if not path.startswith("/static/")} == {
        "/manage/door",
        f"/manage/shifts/{door.shift.id}/scan",
    }
    assert "records" in found
    assert "VH1" in found, "the scan itself is kept"
    for somebody in (person, door.volunteer):
        told = [somebody.name, somebody.number, somebody.mobile, somebody.document_number]
        assert [text for text in told if text and text in found] == []


def test_the_page_opens_again_without_a_network_and_goes_on(door: Door, page: Page) -> None:
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    page.reload()
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    expect_ready(page)
    other = door.volunteer
    go(page, "out")
    scan(page, code_of(other))
    expect(page.locator("#list li").first).to_contain_text("李晓梅")
    page.goto(f"{door.base}/manage/door")
    expect(page.locator("#unsent")).to_contain_text("2 条")
    page.context.set_offline(False)
    page.goto(door.scanner)
    all_sent(page)
    assert [made.device_seq for made in door.scans()] == [1, 2]


def test_an_aeroplane_in_the_middle_of_fifty(door: Door, page: Page) -> None:
    crowd = people(door, 50)
    refresh(page, 51)
    for number, person in enumerate(crowd):
        if number == 20:
            page.context.set_offline(True)
        if number == 40:
            page.context.set_offline(False)
        scan(page, code_of(person))
        page.wait_for_timeout(120)
    expect(page.locator("#unsent")).to_be_hidden()
    made = door.scans()
    assert len(made) == 50
    assert {row.outcome for row in made} == {Outcome.ACCEPTED}
    assert sorted(row.device_seq or 0 for row in made) == list(range(1, 51))
    assert len(db.session.scalars(select(ServiceSession)).all()) == 50


def test_two_phones_without_a_network_see_the_same_person(door: Door, browser: Browser, page: Page) -> None:
    other = prepare(phone(browser), door)
    for one in (page, other):
        one.context.set_offline(True)
        scan(one, door.code())
        expect(one.locator("#result .result-word")).to_have_text("签到成功")
    for one in (page, other):
        one.context.set_offline(False)
        expect(one.locator("#unsent")).to_be_hidden()
    made = door.scans()
    assert len(made) == 2
    assert len({row.device_id for row in made}) == 2
    assert len(db.session.scalars(select(ServiceSession)).all()) == 1


@pytest.mark.parametrize("broken", ["IDBObjectStore.prototype.put", "IDBDatabase.prototype.transaction"])
def test_a_full_or_broken_storage_is_said_in_red_at_once(door: Door, page: Page, broken: str) -> None:
    page.evaluate(f"void ({broken} = () => {{ throw new DOMException('', 'QuotaExceededError'); }})")
    scan(page, door.code())
    expect(page.locator("#result .result-word")).to_have_text("没有存下")
    expect(page.locator("#result .result-why")).to_contain_text("没有存下，请记在纸上")
    expect(page.locator("#result")).to_have_class("result scanner-result result-refused")
    expect(page.locator("#list li")).to_have_class("refused")
    assert not door.scans()


def test_a_scan_of_ones_own_is_taken_back(door: Door, page: Page) -> None:
    scan(page, door.code())
    expect(page.locator("#list li")).to_have_class("accepted")
    page.click("#list .undo")
    expect(page.locator("#list li")).to_contain_text("已撤销")
    assert kept(page, "acts") == []
    assert len(door.scans()) == 1


def test_signing_out_clears_list_and_pages_and_no_scan(door: Door, page: Page) -> None:
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    page.route("**/api/v1/scans", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto(f"{door.base}/")
    page.locator("form[action='/sign-out'] button").locator("visible=true").or_(
        page.locator(".chrome-more summary")
    ).first.click()
    page.locator(".chrome-sheet form[action='/sign-out'] button").click()
    page.wait_for_url(f"{door.base}/")
    page.wait_for_function(
        """async () => (await (await import('/static/js/store.js')).all('snapshots')).length === 0
          && (await caches.keys()).length === 0""",
        timeout=PATIENCE,
    )
    assert kept(page, "acts") == []
    assert len(kept(page, "items")) == 1
    assert [device["state"] for device in kept(page, "devices")] == ["dormant"]


def test_a_revoked_phone_says_so_and_its_scans_wait_for_a_person(door: Door, page: Page) -> None:
    page.context.set_offline(True)
    scan(page, door.code())
    expect(page.locator("#unsent")).to_have_text("1 条未发送")
    device = db.session.scalars(select(Device)).one()
    revoked = page.context.request.get(f"{door.base}/manage/devices")
    token = revoked.text().split('name="csrf_token" value="')[1].split('"')[0]
    page.context.request.post(f"{door.base}/manage/devices/{device.id}/revoke", form={"csrf_token": token})
    page.context.set_offline(False)
    expect(page.locator("#trouble")).to_contain_text("本机已被停用")
    expect(page.locator("#unsent")).to_be_hidden()
    assert [made.outcome for made in door.scans()] == [Outcome.PENDING]
    expect(page.locator("#ready")).to_have_attribute("data-ready", "false")
    expect(page.locator("#enrol-here")).to_be_visible()


def test_an_address_without_https_says_why_it_cannot_work_offline(door: Door, browser: Browser) -> None:
    page = signed_in(phone(browser), door.base)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { get: () => false })")
    page.goto(door.scanner)
    page.click("#ready summary")
    expect(page.locator("#ready ul")).to_contain_text("不是 HTTPS")
    expect(page.locator("#enrol-here")).to_be_hidden()


def test_a_phone_that_is_not_enrolled_says_what_is_missing(door: Door, browser: Browser) -> None:
    page = signed_in(phone(browser), door.base)
    page.goto(door.scanner)
    expect(page.locator("#ready .state")).to_contain_text("还不能断网使用")
    page.click("#ready summary")
    expect(page.locator("#ready ul")).to_contain_text("本机没有登记")
    expect(page.locator("#ready ul")).to_contain_text("没有下载这个场次的名单")
