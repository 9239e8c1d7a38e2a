"""What is answered when more is asked than can be done."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from volunteer_hub.core.db import db
from volunteer_hub.web.admission import ALWAYS, BATCH, URGENCIES, urgency_of
from volunteer_hub.web.places import PATIENCE, Places, Urgency

SCANS = {"items": [{"nonce": "n" * 20, "code": "X", "direction": "in", "shift_id": 1}]}


@pytest.fixture
def door(app: Flask) -> Iterator[Places]:
    """The application's places, empty, with nobody willing to wait."""
    places: Places = app.extensions["places"]
    places.patience = 0
    yield places
    places.patience = PATIENCE
    for urgency, number in places.counts()["working"].items():
        for _ in range(number):
            places.leave(urgency)


def fill(door: Places, *urgencies: Urgency) -> None:
    for urgency in urgencies:
        while door.enter(urgency):
            pass


def working(door: Places) -> int:
    return sum(door.counts()["working"].values())


@pytest.mark.parametrize(
    ("endpoint", "size", "urgency"),
    [
        ("checkin_api.scans", 500, Urgency.CHECK_IN),
        ("checkin_api.scans", BATCH + 1, Urgency.SYNC),
        ("checkin_admin.type_code", 0, Urgency.CHECK_IN),
        ("checkin.confirm", 0, Urgency.CHECK_IN),
        ("accounts.sign_in", 0, Urgency.SIGN_IN),
        ("activities.index", 0, Urgency.PAGE),
        ("checkin_admin.scan_log", 0, Urgency.PAGE),
        (None, 0, Urgency.PAGE),
        ("exchange.people_csv", 0, Urgency.EXPORT),
        ("static", 0, None),
        ("home.healthz", 0, None),
        ("home.readyz", 0, None),
    ],
)
def test_each_request_has_its_urgency(endpoint: str | None, size: int, urgency: Urgency | None) -> None:
    assert urgency_of(endpoint, size) is urgency


def test_the_table_names_only_what_there_is(app: Flask) -> None:
    for name in [*URGENCIES, *ALWAYS]:
        assert name in app.view_functions or name in app.blueprints, name


def test_what_finds_no_place_is_told_when_to_come_again(door: Places, client: FlaskClient) -> None:
    """Red when the guard is taken out of `create_app`: every one of these is then answered as usual."""
    fill(door, Urgency.EXPORT, Urgency.PAGE, Urgency.SIGN_IN)
    for address in ("/activities", "/sign-in", "/office/statistics.csv", "/no-such-page"):
        answer = client.get(address)
        assert answer.status_code == 503, address
        assert 2 <= int(answer.headers["Retry-After"]) <= 15
        assert answer.headers["Refresh"] == answer.headers["Retry-After"]
    assert client.post("/api/v1/scans", json=SCANS).status_code == 401


def test_exports_and_pages_are_sent_away_while_check_ins_go_on(door: Places, client: FlaskClient) -> None:
    for _ in range(6):
        assert door.enter(Urgency.CHECK_IN)
    assert client.get("/office/statistics.csv").status_code == 503
    assert client.get("/activities").status_code == 503
    assert client.get("/sign-in").status_code == 200
    assert client.post("/api/v1/scans", json=SCANS).status_code == 401


def test_check_ins_are_sent_away_only_when_check_ins_fill_every_place(door: Places, client: FlaskClient) -> None:
    fill(door, Urgency.CHECK_IN)
    answer = client.post("/api/v1/scans", json=SCANS)
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "overloaded"
    assert 2 <= int(answer.headers["Retry-After"]) <= 15


def test_health_and_files_need_no_place(door: Places, client: FlaskClient) -> None:
    fill(door, *Urgency)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code in (200, 503)  # an empty database has no version to tell
    style = client.get("/static/css/tokens.css")
    assert style.status_code == 200
    style.close()


def test_the_page_of_refusal_speaks_the_askers_language_and_asks_the_database_nothing(
    door: Places, client: FlaskClient
) -> None:
    fill(door, Urgency.PAGE)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        chinese = client.get("/activities", headers={"Accept-Language": "zh-CN"})
        english = client.get("/activities", headers={"Accept-Language": "en"})
        posted = client.post("/notices/read", headers={"Accept-Language": "zh-CN"})
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert "请稍等几秒再试" in chinese.text
    assert "本页会自动重试" in chinese.text
    assert "try again in a few seconds" in english.text
    assert posted.status_code == 503
    assert "Refresh" not in posted.headers
    assert "还没有提交" in posted.text
    assert "script-src 'self'" in chinese.headers["Content-Security-Policy"]
    assert asked == []


def test_those_sent_away_together_do_not_come_back_together(door: Places, client: FlaskClient) -> None:
    fill(door, Urgency.PAGE)
    seconds = {client.get("/activities").headers["Retry-After"] for _ in range(60)}
    assert len(seconds) > 5


@pytest.mark.parametrize("address", ["/activities", "/no-such-page", "/api/v1/scans", "/me"])
def test_every_answer_gives_its_place_back(door: Places, client: FlaskClient, address: str) -> None:
    client.get(address)
    assert working(door) == 0


def test_an_error_gives_its_place_back(
    door: Places, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("on purpose")

    monkeypatch.setitem(app.view_functions, "home.index", fail)
    assert client.get("/").status_code == 500
    assert working(door) == 0


def test_only_so_many_pages_are_worked_on_at_once(door: Places, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve ask together for a page that takes long. Red without the guard: all twelve are then inside."""
    inside, most, gate, lock = 0, 0, threading.Event(), threading.Lock()

    def slow() -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        gate.wait(60)
        with lock:
            inside -= 1
        return "done"

    monkeypatch.setitem(app.view_functions, "home.index", slow)
    codes: list[int] = []

    def ask() -> None:
        codes.append(app.test_client().get("/").status_code)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(codes) + inside < 12:
        assert time.monotonic() < until
        time.sleep(0.01)
    gate.set()
    for thread in threads:
        thread.join(60)
    assert most == 4
    assert sorted(codes) == [200] * 4 + [503] * 8
    assert working(door) == 0
