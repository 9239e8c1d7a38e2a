"""Answers that never arrive whole: the phone sends again under the same nonce, and the scan is there once."""

from __future__ import annotations

import json
import random
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import func, make_url, select
from werkzeug.serving import make_server

from tests.conftest import make_app
from tests.databases import database
from tests.faults.ackload import Client, JournalFile, Tally, lines, new_seed, settle
from tests.faults.faultproxy import Fault, FaultProxy, Kind
from tests.makers.checkin import Door, make_door, make_signed_up
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import snapshot
from volunteer_hub.ledger import journal as journals
from volunteer_hub.ledger.verify import verify

CUTS = 12


@pytest.fixture
def door(app: Flask) -> Door:
    now = clock.now()
    return make_door(starts_at=now - timedelta(minutes=30), ends_at=now + timedelta(hours=5))


@pytest.fixture
def proxy(app: Flask) -> Iterator[FaultProxy]:
    """The application behind a real server, and the proxy before it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    with FaultProxy(("127.0.0.1", server.server_port)) as between:
        yield between
    server.shutdown()
    serving.join(timeout=60)
    server.server_close()


def _arrival(door: Door) -> dict[str, object]:
    """Return the scan of somebody new at the door, as a phone sends it."""
    person, now = make_signed_up(door), clock.now()
    item: dict[str, object] = {
        "nonce": secrets.token_hex(16),
        "code": codes.personal_code(person.id, now),
        "direction": "in",
        "shift_id": door.shift.id,
        "scanned_at": now.isoformat(),
        "entry_point": "manager_scan",
    }
    db.session.rollback()
    return item


def _answer_length(proxy: FaultProxy, door: Door, token: str) -> int:
    """Return how many bytes the answer to one check-in has, headers and all."""
    before = proxy.passed
    client = Client(proxy.port, token)
    status, _ = client.post(json.dumps({"items": [_arrival(door)]}).encode())
    client.close()
    assert status == 200
    return proxy.passed - before


def test_an_answer_that_is_spoilt_is_asked_for_again_and_the_scan_is_there_once(
    door: Door, proxy: FaultProxy, tmp_path: Path
) -> None:
    """Red if the nonce were made anew for each try: the journal's nonce would then be missing (see the control)."""
    token = door.issue_token(clock.now())
    length = _answer_length(proxy, door, token)
    chance = random.Random(new_seed())
    cuts = [0, 1, length - 1, *(chance.randrange(2, length - 1) for _ in range(CUTS))]
    faults = [Fault(Kind.CUT, k) for k in cuts]
    faults += [Fault(Kind.RESET, 0), Fault(Kind.RESET, length // 2), Fault(Kind.HALF_CLOSE, length // 2)]
    faults += [Fault(Kind.BLACKHOLE), Fault(Kind.LATENCY, 0.2)]
    kept, tally = JournalFile(tmp_path / "journal"), Tally()
    for fault in faults:
        proxy.next = fault
        client = Client(proxy.port, token, timeout=1.0 if fault.kind is Kind.BLACKHOLE else 60)
        settle(client, kept, _arrival(door), tally, patience=120)
        client.close()
    kept.close()
    assert proxy.struck >= len(faults)
    assert tally.acknowledged == len(faults)
    assert sum(tally.statuses.values()) == 2 * len(faults) - 1, "all but the slow answer were asked for twice"
    assert tally.outcomes == {"accepted checked_in": len(faults)}
    with snapshot(db.engine) as connection:
        report = verify(connection, journals.read(lines(kept)))
    assert report.holds, report
    assert db.session.scalar(select(func.count()).select_from(Scan)) == len(faults) + 1
    assert db.session.scalar(select(func.count()).select_from(ServiceSession)) == len(faults) + 1


def test_control_a_client_that_sends_again_under_a_new_nonce_is_kept_twice(door: Door, proxy: FaultProxy) -> None:
    token = door.issue_token(clock.now())
    item = _arrival(door)
    proxy.next = Fault(Kind.CUT, 0)
    client = Client(proxy.port, token)
    with pytest.raises(OSError):
        client.post(json.dumps({"items": [item]}).encode())
    again = {**item, "nonce": secrets.token_hex(16)}
    assert client.post(json.dumps({"items": [again]}).encode())[0] == 200
    client.close()
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 2


def test_a_database_whose_answer_is_cut_anywhere_leaves_no_half_and_no_double(
    postgres_server: str, tmp_path: Path
) -> None:
    """PostgreSQL does the work and the line dies at byte k of what it says, at COMMIT too: then nobody knows.

    The application says 503 and the phone sends again. Whatever had become of the first try, the scan and
    its session are there once, and the answer is that of the first.
    """
    if not postgres_server:
        pytest.skip("no PostgreSQL")
    with database("postgresql", tmp_path, postgres_server) as uri:
        straight = make_url(uri)
        plain = {"sslmode": "disable", "gssencmode": "disable"}
        with FaultProxy(f"{straight.query['host']}/.s.PGSQL.5432") as proxy:
            through = straight.set(host="127.0.0.1", port=proxy.port, query=plain)
            app = make_app(through.render_as_string(hide_password=False))
            with app.app_context():
                met = _cut_everywhere(app, proxy)
                db.session.remove()
                db.engine.dispose()
    assert {status for status, _ in met} <= {200, 503}
    assert met[503, True] > 0, "at least once it was committed and nobody heard so"
    assert met[503, False] > 0


def _cut_everywhere(app: Flask, proxy: FaultProxy) -> Counter[tuple[int, bool]]:
    """Return how often the first try had which status, and was kept or not."""
    flask_migrate.upgrade()
    now = clock.now()
    door = make_door(starts_at=now - timedelta(minutes=30), ends_at=now + timedelta(hours=5))
    headers = {"Authorization": f"Bearer {door.issue_token(now)}"}
    client = app.test_client()

    def send(item: dict[str, object], fault: Fault) -> int:
        db.session.remove()
        db.engine.dispose()
        proxy.next = fault
        answer = client.post("/api/v1/scans", json={"items": [item]}, headers=headers)
        db.session.remove()
        db.engine.dispose()
        if answer.status_code == 200:
            assert answer.json["results"][0]["reason"] == "checked_in"
        return int(answer.status_code)

    for _ in range(2):  # the first also reads what is kept from then on
        item = _arrival(door)
        before = proxy.passed
        assert send(item, Fault()) == 200
        length = proxy.passed - before
    met: Counter[tuple[int, bool]] = Counter()
    for k in (*range(0, length - 60, length // 30), *range(length - 60, length, 4)):
        item = _arrival(door)
        status = send(item, Fault(Kind.CUT, k))
        kept = db.session.scalar(select(func.count()).where(Scan.nonce == item["nonce"]))
        met[status, bool(kept)] += 1
        assert send(item, Fault()) == 200
    with snapshot(db.engine) as connection:
        report = verify(connection)
    assert report.holds, report
    for table in (Scan, ServiceSession):
        assert db.session.scalar(select(func.count()).select_from(table)) == met.total() + 2
    return met
