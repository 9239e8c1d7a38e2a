"""Weaknesses that systems like ours had to publish, one by one: none of them here.

Sources: the security histories of Indico, pretix and Flask applications at large (2018-2026). Cells that
spreadsheets would execute have their own list, in tests/rooms/exchange.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.activities import make_shift
from tests.makers.checkin import END, START, make_door, make_signed_up
from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import make_district
from tests.makers.stations import make_station
from tests.makers.teams import make_team
from tests.security.payloads import ELSEWHERE, FOREIGN, NAMES, PLATES
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import FailedSignIn, Role, ScopeKind, SignInKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.stations.plate import Plate, draw

PASSWORD = "correct horse battery"
COUNTY = "220403000000"


@pytest.fixture
def person(app: Flask) -> dict[str, str]:
    account = make_account(password=PASSWORD)
    with transaction():
        accounts.change_sign_in_name(account.id, SignInKind.STAFF_NAME, "zhang")
    return {"name": "zhang", "password": PASSWORD}


@contextmanager
def configured(app: Flask, **chosen: Any) -> Iterator[None]:
    before = {name: app.config[name] for name in chosen}
    app.config.update(chosen)
    try:
        yield
    finally:
        app.config.update(before)


def test_signing_in_leads_nowhere_but_to_a_page_of_ours(app: Flask, person: dict[str, str]) -> None:
    led = {}
    with configured(app, WTF_CSRF_ENABLED=False):
        for target in ELSEWHERE:
            answer = app.test_client().post(f"/sign-in?next={quote(target)}", data=person)
            led[target] = answer.headers.get("Location")
            chosen = app.test_client().post("/language/en", data={"next": target})
            if chosen.headers.get("Location") != "/":
                led[target] = chosen.headers.get("Location")
    assert len(ELSEWHERE) >= 30
    assert {target: place for target, place in led.items() if place != "/"} == {}
    answer = app.test_client().post("/sign-in?next=/me?a=b%26c=1", data=person)
    assert answer.headers["Location"] == "/me?a=b&c=1"


def test_login_csrf_a_foreign_page_cannot_sign_its_visitor_in(app: Flask, person: dict[str, str]) -> None:
    """Indico, 2021-10: somebody who works on in a stranger's account hands over what is typed."""
    with configured(app, WTF_CSRF_ENABLED=True):
        client = app.test_client()
        assert client.post("/sign-in", data=person).status_code == 400
        page = client.get("/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        other = app.test_client()
        other.get("/sign-in")
        assert other.post("/sign-in", data={**person, "csrf_token": token[1]}).status_code == 400
        assert client.post("/sign-in", data={**person, "csrf_token": token[1]}).status_code == 302


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_foreign_page_cannot_scan_with_the_cookie_of_a_manager(app: Flask, kind: str) -> None:
    door = make_door()
    client = sign_in(app.test_client(), door.operator)
    with configured(app, WTF_CSRF_ENABLED=True):
        answer = client.post("/api/v1/scans", data=b'{"items": []}', content_type=kind)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "host", ["evil.example", "zhiyuan.example.gov.cn.evil.example", "zhiyuan.example.gov.cn@evil"]
)
def test_a_foreign_host_header_is_refused_and_printed_nowhere(app: Flask, host: str) -> None:
    """Indico, 2021-03: addresses in messages and codes were built from whatever the Host header said."""
    make_district()
    station = make_station("220403002001")
    client = sign_in(app.test_client(), make_staff(Role.ADMINISTRATOR))
    with configured(app, TRUSTED_HOSTS=["zhiyuan.example.gov.cn"]):
        for address in ("/", f"/manage/stations/{station.id}/plate.pdf", "/c/x", "/api/v1/openapi.json"):
            answer = client.get(address, headers={"Host": host})
            assert answer.status_code == 400, address
            assert b"evil" not in answer.data


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto"]
)
def test_headers_of_proxies_we_do_not_have_change_nothing(app: Flask, person: dict[str, str], name: str) -> None:
    """CVE-2023-44463: with a forged address per try the throttle would count nothing."""
    assert app.config["PROXY_HOPS"] == 0
    client, wrong = app.test_client(), {**person, "password": "wrong wrong"}
    for number in range(6):
        answer = client.post("/sign-in?next=/me", data=wrong, headers={name: f"203.0.113.{number}"})
        assert "203.0.113" not in answer.text
    places = db.session.scalar(select(func.count(FailedSignIn.address_index.distinct())))
    assert places == 1
    assert "尝试次数太多" in answer.text


def test_an_export_is_for_who_may_export_that_place_and_has_no_address_to_guess(app: Flask) -> None:
    """CVE-2026-9712: files lay under an address, for whoever had it. Here each is made for its asker."""
    places = make_district()
    resident = make_resident(places.community, name="欧阳文明")
    make_entry(resident.id)
    office = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, COUNTY))
    neighbour = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, "220402"))
    manager = sign_in(app.test_client(), make_staff(Role.STATION_MANAGER, ScopeKind.REGION, COUNTY))
    for name in ("statistics.xlsx", "statistics.csv", "statistics/people.xlsx", "statistics/people.csv"):
        address = f"/office/{name}?region={COUNTY}&having=registered"
        assert office.get(address).status_code == 200
        assert neighbour.get(address).status_code == 404
        assert manager.get(address).status_code == 403
        assert app.test_client().get(address).status_code == 302
    taken = db.session.scalar(select(func.count()).where(AuditEntry.action == "exchange.download"))
    assert taken == 4
    assert "文明" not in office.get(f"/office/statistics/people.csv?region={COUNTY}&having=registered").text


@pytest.mark.parametrize("name", NAMES)
@time_machine.travel(START, tick=False)
def test_a_name_is_printed_as_it_is_and_never_run(app: Flask, name: str) -> None:
    make_district()
    station, team = make_station("220403002001", name=name), make_team("220403002001", name=name)
    shift = make_shift(station, starts_at=START, ends_at=END, title=name)
    client = sign_in(app.test_client(), make_staff(Role.ADMINISTRATOR, name=name))
    addresses = ["/", "/stations", f"/stations/{station.id}", "/teams?q=x", f"/teams/{team.id}", "/activities"]
    addresses += [f"/activities/{shift.activity_id}", f"/manage/shifts/{shift.id}/scan", "/manage/stations"]
    addresses += [f"/manage/stations/{station.id}/code", "/admin/grants", "/audit", "/manage/activities"]
    shown = 0
    for address in addresses:
        page = client.get(address)
        assert page.status_code in (200, 403), address
        for forbidden in ("<script>alert", "<img src=x", "<svg onload", 'href="javascript'):
            assert forbidden not in page.text, address
        shown += name in _read(page.text)
    assert shown >= 6


def _read(page: str) -> str:
    """Return a page with its entities as a reader sees them."""
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        page = page.replace(entity, sign)
    return page


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
@pytest.mark.parametrize("name", PLATES)
def test_a_plate_prints_any_name_fetches_nothing_and_holds_no_script(tmp_path: Path, name: str) -> None:
    """Indico's LaTeX (2019, CVE-2026-33046) read files; HTML renderers fetch addresses. Here glyphs are drawn.

    Two words too long for one line, like two lines, kept the search for even lines going for ever.
    """
    drawn = draw(Plate(name, "站", name, "https://zhiyuan.example.gov.cn/stations/1", name, name, name, name))
    assert drawn.startswith(b"%PDF")
    for active in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
        assert active not in drawn
    (tmp_path / "plate.pdf").write_bytes(drawn)
    said = subprocess.run(["pdftotext", "-layout", tmp_path / "plate.pdf", "-"], capture_output=True, check=True)
    assert b"root:" not in said.stdout


@time_machine.travel(START, tick=False)
def test_foreign_codes_are_unknown_and_leave_no_trace_of_what_they_were(client: FlaskClient) -> None:
    door = make_door()
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    items = [
        {"nonce": f"foreign-code-{n:04d}", "code": code, "direction": "in", "shift_id": door.shift.id}
        for n, code in enumerate(FOREIGN)
    ]
    results = client.post("/api/v1/scans", json={"items": items}, headers=headers).json["results"]
    assert {result["reason"] for result in results} == {"code_unknown"}
    assert all(result["name"] is None for result in results)
    kept = list(db.session.scalars(select(Scan.code)))
    assert not any(code in FOREIGN for code in kept)


@time_machine.travel(START, tick=False)
def test_a_new_endpoint_for_one_shift_tells_nothing_of_another(client: FlaskClient) -> None:
    """CVE-2026-5600: an endpoint of one event returned the check-ins of all of them."""
    door, other = make_door(), make_door()
    stranger = make_signed_up(other)
    other.come(stranger, START - timedelta(minutes=1))
    headers = {"Authorization": f"Bearer {door.issue_token(START)}"}
    item = {"nonce": "n" * 16, "code": codes.personal_code(stranger.id, START), "direction": "out"}
    sent = {"items": [{**item, "shift_id": other.shift.id}]}
    result = client.post("/api/v1/scans", json=sent, headers=headers).json["results"][0]
    assert (result["outcome"], result["reason"]) == ("refused", "shift_unknown")
    assert db.session.scalars(select(ServiceSession)).one().out_at is None
    sign_in(client, door.operator)
    for page in (
        f"shifts/{other.shift.id}/scans",
        f"shifts/{other.shift.id}/presence.json",
        f"shifts/{other.shift.id}",
    ):
        assert client.get(f"/manage/{page}").status_code == 404


def test_answers_are_kept_by_nobody_between(client: FlaskClient) -> None:
    """Indico, 2023-05: without Vary: Cookie a proxy served one person's page to the next."""
    for address in ("/", "/sign-in", "/activities", "/stations"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert "Cookie" in headers["Vary"]
        assert "Access-Control-Allow-Origin" not in headers
