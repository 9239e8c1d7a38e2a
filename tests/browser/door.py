"""A door with a shift that is on, and the telephones of who stands there."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from tests.browser.camera import film
from tests.browser.conftest import PATIENCE
from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind, SignInKind
from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Scan
from volunteer_hub.core import clock, qr
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer

PASSWORD = "shan-shui-2026"


class Door:
    """A shift that is on, one person signed up for it, and a manager who may scan."""

    def __init__(self, base: str) -> None:
        self.base = base
        now = clock.now()
        self.district = district = make_district()
        self.station = station = make_station(district.community)
        self.shift: Shift = make_shift(
            station, starts_at=now - timedelta(minutes=30), ends_at=now + timedelta(hours=2)
        )
        self.volunteer: Volunteer = make_volunteer(district.community, "李晓梅", password=PASSWORD)
        make_sign_up(self.shift, self.volunteer)
        with transaction():
            keeper = accounts.create_account("王站长", PASSWORD, {SignInKind.STAFF_NAME: "keeper"}, now=now)
            accounts.grant(COMMAND_LINE, keeper.id, Role.STATION_MANAGER, ScopeKind.STATION, station.path, now=now)
        self.keeper: int = keeper.id

    @property
    def scanner(self) -> str:
        return f"{self.base}/manage/shifts/{self.shift.id}/scan"

    def code(self) -> str:
        return codes.personal_code(self.volunteer.id, clock.now())

    def typed(self) -> str:
        return codes.typed_code(self.volunteer.id, clock.now())

    def scans(self) -> list[Scan]:
        db.session.rollback()
        return list(db.session.scalars(select(Scan).order_by(Scan.id)))


def film_of(text: str, path: Path) -> Path:
    """Write a film of a code, for the fake camera."""
    rows = qr.matrix(text)
    picture = Image.new("L", (len(rows), len(rows)))
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    drawn = io.BytesIO()
    picture.resize((len(rows) * 9, len(rows) * 9), Image.Resampling.NEAREST).save(drawn, "PNG")
    return film(drawn.getvalue(), path)


def phone(browser: Browser, **more: Any) -> Page:
    """Open a page of a telephone's size that asks for Chinese."""
    return browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", **more).new_page()


def signed_in(page: Page, base: str, name: str = "keeper") -> Page:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{base}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page
