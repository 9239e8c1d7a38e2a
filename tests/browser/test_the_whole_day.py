"""The whole day in real browsers: register, sign up, show the code, be scanned in and out, see the hours, export."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, text

from tests.browser.camera import film
from tests.browser.conftest import PATIENCE, Opener
from tests.makers.activities import make_shift
from tests.makers.regions import District, make_district
from tests.makers.stations import make_station
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind, SignInKind
from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.models import EntryPoint, Scan
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.regions.models import PopulationBase, PopulationFigure

pytestmark = pytest.mark.browser

PASSWORD = "shan-shui-2026"
IDENTITY = "220403199003071234"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
expect.set_options(timeout=PATIENCE)


def _check_digit(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(seventeen, weights, strict=True)) % 11]


def _staff(name: str, role: Role, kind: ScopeKind, value: str) -> None:
    with transaction():
        account = accounts.create_account(name, PASSWORD, {SignInKind.STAFF_NAME: name}, now=clock.now())
        accounts.grant(COMMAND_LINE, account.id, role, kind, value, now=clock.now())


def _prepare() -> tuple[District, Shift]:
    district = make_district()
    station = make_station(district.community)
    now = clock.now()
    shift = make_shift(
        station,
        starts_at=now - timedelta(hours=2),
        ends_at=now + timedelta(hours=2),
        sign_up_closes_at=now + timedelta(hours=1),
        title="整理社区书屋",
    )
    _staff("zhanzhang", Role.STATION_MANAGER, ScopeKind.STATION, station.path)
    _staff("wenmingban", Role.OFFICE, ScopeKind.REGION, "220403")
    with transaction():
        db.session.add(
            PopulationFigure(
                region_code=district.county,
                base=PopulationBase.CENSUS,
                year=2020,
                value=4,
                source="测试",
                entered_at=now,
                entered_by="测试",
            )
        )
    return district, shift


def _page(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(viewport=size, locale="zh-CN", accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def _register(page: Page, base: str, district: District) -> str:
    page.goto(f"{base}/register")
    page.fill("[name=name]", "李晓梅")
    page.fill("[name=document_number]", IDENTITY[:17] + _check_digit(IDENTITY[:17]))
    page.fill("[name=mobile]", "138 0437 5566")
    page.fill("[name=password]", PASSWORD)
    _choose_residence(page, district)
    page.check("[name=agrees]")
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/registered")
    number = re.search(r"V\d{16}[A-Z]", page.inner_text("main"))
    assert number, page.inner_text("main")
    return number[0]


def _choose_residence(page: Page, district: District) -> None:
    """Walk down from the district, where the picker begins, to the community."""
    for code in (district.street, district.community):
        page.locator(f'[data-region-picker] select:has(option[value="{code}"])').select_option(code)
    expect(page.locator("input[name=region_code]")).to_have_value(district.community)


def _sign_in(page: Page, base: str, name: str) -> None:
    page.goto(f"{base}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _scan(
    opener: Opener, phone: Page, base: str, shift: Shift, way: str, path: Path, said: str, used: str = ""
) -> str:
    """Hold the volunteer's phone before the manager's camera until the answer is on the screen; return the code.

    A code serves once, so the phone is first watched until it shows another than the one used before.
    """
    phone.goto(f"{base}/me/code")
    picture = phone.locator("img.code-picture")
    picture.wait_for()
    expect(phone.locator(".code-short")).not_to_have_text(used or "-")
    shown, still = _of_one_moment(phone)
    with opener(film(still, path)) as browser:
        manager = _page(browser, PHONE)
        _sign_in(manager, base, "zhanzhang")
        manager.goto(f"{base}/manage/shifts/{shift.id}/scan")
        manager.locator(f"#direction input[value={way}]").check(force=True)
        start = manager.locator("#camera-start")
        if start.is_visible():
            start.click()
        expect(manager.locator("#list")).to_contain_text(said)
        expect(manager.locator("#list")).to_contain_text("李晓梅")
    return shown


def _of_one_moment(phone: Page) -> tuple[str, bytes]:
    """Return the short code and the picture of one slot: the page may change them in between."""
    while True:
        shown = phone.inner_text(".code-short")
        still = phone.locator("img.code-picture").screenshot()
        if phone.inner_text(".code-short") == shown:
            return shown, still


def _let_an_hour_pass() -> None:
    """Move the session's start back: minutes are served without waiting for them. Scans cannot be moved."""
    with transaction():
        db.session.execute(
            text("UPDATE sessions SET in_at = strftime('%Y-%m-%d %H:%M:%f', in_at, '-1 hour') || '000'")
        )


def test_the_whole_day(served: tuple[Flask, str], open_browser: Opener, tmp_path: Path) -> None:
    _, base = served
    district, shift = _prepare()
    with open_browser() as browser:
        phone = _page(browser, PHONE)
        number = _register(phone, base, district)
        phone.goto(f"{base}/activities/{shift.activity_id}")
        phone.click(f'form[action="/shifts/{shift.id}/sign-up"] button')
        used = _scan(open_browser, phone, base, shift, "in", tmp_path / "in.y4m", "签到成功")
        _let_an_hour_pass()
        _scan(open_browser, phone, base, shift, "out", tmp_path / "out.y4m", "签退成功", used)
        phone.goto(f"{base}/me")
        expect(phone.locator("main")).to_contain_text("整理社区书屋")
        expect(phone.locator("main")).to_contain_text("1.0")
        _office_exports(_page(browser, DESK), base, tmp_path)
    db.session.rollback()
    entry = db.session.scalars(select(HoursEntry)).one()
    assert 60 <= entry.minutes <= 75
    ways = set(db.session.scalars(select(Scan.entry_point)))
    assert ways == {EntryPoint.MANAGER_SCAN}
    assert number.startswith("V220403")


def _office_exports(page: Page, base: str, folder: Path) -> None:
    """Compare what the office's screen shows with what its file says."""
    _sign_in(page, base, "wenmingban")
    page.goto(f"{base}/office/statistics?region=220403&base=census")
    screen = page.inner_text("main")
    assert "25.00%" in screen  # one registered of four people
    assert "100.00%" in screen  # and that one has hours
    with page.expect_download() as download:
        page.click('a[href*="statistics.xlsx"]')
    path = folder / "statistics.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    values = {str(cell.value) for cell in cells}
    assert any("西安区" in value for value in values)
    assert _near(cells, 0.25)
    assert _near(cells, 1.0)


def _near(cells: list[Any], share: float) -> bool:
    return any(isinstance(cell.value, int | float) and abs(cell.value - share) < 1e-9 for cell in cells)
