"""The trail as the auditor reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit import service
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import transaction

NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)


def act(action: str, *, region: str | None = "220403002001", at: datetime = NOON, reason: str | None = None) -> None:
    """Write one line by the timetable."""
    with transaction():
        service.record(TIMETABLE, action, "hours_entry", 7, now=at, region=region, reason=reason, minutes=60)


def auditor(client: FlaskClient, region: str = "220403") -> FlaskClient:
    return sign_in(client, make_staff(Role.AUDITOR, ScopeKind.REGION, region))


def test_a_line_says_who_did_what_to_what_and_why(client: FlaskClient) -> None:
    with transaction():
        service.record(
            Actor(9, "李科长", address="10.0.0.8"),
            "ledger.reverse",
            "hours_entry",
            41,
            now=NOON,
            region="220403002001",
            reason="录错人",
            minutes=60,
        )
    page = auditor(client).get("/audit").text
    for printed in ("冲正时长", "时长记录 41", "录错人", "李科长", "10.0.0.8", "2026-05-04 12:00:00", "minutes"):
        assert printed in page


def test_acts_are_found_by_room_by_act_and_by_civil_date(client: FlaskClient) -> None:
    act("ledger.reverse", at=NOON)
    act("ledger.add_policy", at=NOON + timedelta(days=1))
    act("statistics.open_person", at=NOON + timedelta(days=2))
    auditor(client)

    def count(query: str) -> str:
        return client.get(f"/audit?{query}").text.count("<time ")

    assert count("") == 3
    assert count("action=ledger.") == 2
    assert count("action=ledger.reverse") == 1
    assert count("from=2026-05-05") == 2
    assert count("from=2026-05-05&to=2026-05-05") == 1
    assert count("action=%25") == 0


def test_a_date_that_is_none_is_refused_and_kept(client: FlaskClient) -> None:
    answer = auditor(client).get("/audit?from=soon&action=ledger.")
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text


def test_an_auditor_reads_only_what_concerns_the_own_divisions(client: FlaskClient) -> None:
    act("ledger.reverse", region="220402001001", reason="别处")
    act("ledger.reverse", region=None, reason="全局")
    act("ledger.reverse", reason="本区")
    page = auditor(client).get("/audit").text
    assert "本区" in page
    assert "别处" not in page
    assert "全局" not in page
    everything = sign_in(client, make_staff(Role.AUDITOR)).get("/audit").text
    assert "别处" in everything
    assert "全局" in everything


def test_the_trail_is_paged(client: FlaskClient) -> None:
    for number in range(52):
        act("ledger.reverse", at=NOON + timedelta(minutes=number))
    auditor(client)
    assert client.get("/audit?action=ledger.").text.count("<time ") == 50
    assert client.get("/audit?action=ledger.&page=2").text.count("<time ") == 2


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMINISTRATOR, Role.STATION_MANAGER])
def test_nobody_but_an_auditor_reads_the_trail(client: FlaskClient, role: Role) -> None:
    assert client.get("/audit").status_code == 302
    sign_in(client, make_staff(role))
    assert client.get("/audit").status_code == 403
