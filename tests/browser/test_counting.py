"""What a browser shows while figures are being counted, without script."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, Opener
from tests.browser.door import PASSWORD, phone, signed_in
from tests.makers.regions import make_district
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind, SignInKind
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.statistics import effort
from volunteer_hub.statistics.further import further

pytestmark = pytest.mark.browser


def test_the_notice_stands_there_until_the_figures_come_and_then_goes(
    served: tuple[Flask, str], open_browser: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goes red with `.counting:not(:last-child)` instead of a style sheet: that hides it from the beginning."""
    district, now = make_district(), clock.now()
    with transaction():
        office = accounts.create_account("文明办", PASSWORD, {SignInKind.STAFF_NAME: "office"}, now=now)
        prefix = region_prefix(district.county)
        accounts.grant(COMMAND_LINE, office.id, Role.OFFICE, ScopeKind.REGION, prefix, now=now)
    seen = threading.Event()

    def wait(*asked: Any) -> Any:
        seen.wait(PATIENCE / 1000)
        return further(*asked)

    monkeypatch.setattr("volunteer_hub.statistics.facts_routes.further", wait)
    monkeypatch.setattr(effort, "MOST_AT_ONCE", -1)
    with open_browser() as browser:
        page = signed_in(phone(browser, java_script_enabled=False), served[1], "office")
        page.goto(f"{served[1]}/office/figures/overview", wait_until="commit", timeout=PATIENCE)
        notice = page.get_by_text("正在统计…")
        expect(notice).to_be_visible(timeout=PATIENCE)
        seen.set()
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
        expect(notice).to_be_hidden()
        page.context.close()
