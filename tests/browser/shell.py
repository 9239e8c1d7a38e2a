"""A street with an activity and a volunteer, for the tests of the shell around every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE, Opener, serving
from tests.makers.accounts import sign_in
from tests.makers.activities import make_shift
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities.models import Shift
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.volunteers.models import Volunteer

PHONE = {"width": 390, "height": 844}


@dataclass
class Street:
    """What is served, where, and one activity with two shifts."""

    app: Flask
    base: str
    browser: Browser
    activity_id: int

    def page(self, *, elder: bool = False, volunteer: Volunteer | None = None, **how: Any) -> Page:
        """Return a page of a phone that nobody used before, signed in as a volunteer if one is given."""
        context = self.browser.new_context(viewport=PHONE, locale="zh-CN", reduced_motion="reduce", **how)
        context.set_default_timeout(PATIENCE)
        if elder:
            context.add_cookies([{"name": "elder", "value": "1", "url": self.base}])
        if volunteer is not None:
            name = self.app.config["SESSION_COOKIE_NAME"]
            held = sign_in(self.app.test_client(), volunteer).get_cookie(name)
            assert held is not None
            context.add_cookies([{"name": name, "value": held.value, "url": self.base}])
        return context.new_page()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, open_browser: Opener) -> Iterator[Street]:
    with serving(tmp_path_factory.mktemp("shell")) as (app, base), open_browser() as browser:
        app.config["HOME_REGION"] = "220403000000"
        station = make_station(make_district().street)
        starts = clock.now() + timedelta(days=2)
        first = make_shift(station, starts_at=starts, ends_at=starts + timedelta(hours=2))
        with transaction():
            later = starts + timedelta(days=1)
            db.session.add(
                Shift(
                    activity_id=first.activity_id,
                    starts_at=later,
                    ends_at=later + timedelta(hours=2),
                    sign_up_opens_at=first.sign_up_opens_at,
                    sign_up_closes_at=later,
                )
            )
        yield Street(app, base, browser, first.activity_id)


def make_neighbour() -> Volunteer:
    """Return a volunteer of the street who may sign in."""
    return make_volunteer(make_district().community, "王桂芬", password="a long enough password")
