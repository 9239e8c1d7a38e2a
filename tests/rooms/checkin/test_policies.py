"""The Office sets its area's rules from a day on, after seeing what they would have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.checkin import DISTRICT, Door, make_door, make_signed_up
from tests.makers.merging import serve
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.policy_trying import try_policy
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HourPolicy, HoursEntry
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.queries import find_policy

HOUR = timedelta(hours=1)


@pytest.fixture
def door(client: FlaskClient) -> Door:
    """A door at which somebody stayed 100 minutes and somebody else 20, yesterday."""
    begins = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1, hours=2)
    door = make_door(starts_at=begins, ends_at=begins + 2 * HOUR)
    serve(door, make_signed_up(door), begins, begins + timedelta(minutes=100))
    serve(door, make_signed_up(door), begins, begins + timedelta(minutes=20))
    return door


def _typed(**changed: Any) -> dict[str, Any]:
    rules = {key: value for key, value in Policy().as_rules().items() if value is not False}
    tomorrow = clock.today() + timedelta(days=1)
    return {"area": "220403", "effective_on": tomorrow.isoformat(), **rules, **changed}


def _office(client: FlaskClient, prefix: str = "220403") -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, prefix))


def test_a_trial_says_what_would_change_and_changes_nothing(door: Door) -> None:
    trial = try_policy("220403", Policy(rounding=30, least_minutes=30), now=clock.now())
    assert (trial.stays, trial.before, trial.after) == (2, 120, 90)
    assert (trial.people, trial.less, trial.more) == (2, 2, 0)
    assert sorted(one.after for one in trial.differences) == [0, 90]
    same = try_policy("220403", Policy(), now=clock.now())
    assert (same.before, same.after, same.differences) == (120, 120, ())
    assert try_policy("110101", Policy(least_minutes=60), now=clock.now()).stays == 0


def test_trying_on_the_page_keeps_what_was_typed_and_saves_nothing(client: FlaskClient, door: Door) -> None:
    versions = len(db.session.scalars(select(HourPolicy)).all())
    page = _office(client).post("/office/policies/new", data=_typed(rounding="30", **{"try": "1"}))
    assert page.status_code == 200
    assert 'value="30"' in page.text
    assert len(db.session.scalars(select(HourPolicy)).all()) == versions


def test_a_new_version_holds_from_its_day_on_and_is_in_the_trail(client: FlaskClient, door: Door) -> None:
    before = {entry.policy_id for entry in db.session.scalars(select(HoursEntry))}
    answer = _office(client).post("/office/policies/new", data=_typed(day_cap="480"))
    assert answer.status_code == 302
    now = clock.now()
    present, later = (find_policy(DISTRICT, at, now=now) for at in (now, now + timedelta(days=2)))
    assert present is not None
    assert later is not None
    assert (present.policy.day_cap, later.policy.day_cap) == (720, 480)
    assert {entry.policy_id for entry in db.session.scalars(select(HoursEntry))} == before
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.add_policy")).one()
    assert (entry.region_code, entry.details["day_cap"]) == (DISTRICT, 480)
    assert "720 → 480" in client.get("/office/policies").text


def test_no_version_begins_in_the_past_or_out_of_bounds(client: FlaskClient, door: Door) -> None:
    browser = _office(client)
    for wrong in ({"effective_on": clock.today().isoformat()}, {"day_cap": "1441"}, {"least_share": "101"}):
        assert browser.post("/office/policies/new", data=_typed(**wrong)).status_code == 422


def test_an_office_sets_no_rules_for_its_neighbours(client: FlaskClient, door: Door) -> None:
    browser = _office(client, "110101")
    assert browser.post("/office/policies/new", data=_typed()).status_code == 422
    assert browser.post("/office/policies/new", data=_typed(area="")).status_code == 422
    assert db.session.scalar(select(HourPolicy).where(HourPolicy.region_prefix == "220403")) is None
