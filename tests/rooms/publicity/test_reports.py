"""Anybody may report the public record; somebody above the station looks into it, once, with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from tests.conftest import make_app
from tests.makers.accounts import make_staff, sign_in
from tests.makers.checkin import DISTRICT, END, Door, make_door
from tests.makers.races import overlap
from tests.makers.reviews import make_served
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.publicity import published
from volunteer_hub.publicity import queries as report_queries
from volunteer_hub.publicity import service as report_service
from volunteer_hub.publicity.models import Finding, HoursReport
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.limits import limiter

AFTER = END + timedelta(minutes=61)
VISITOR = Actor(None, "visitor")


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    """Stand after the check-out window."""
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def limited(app: Flask) -> Iterator[FlaskClient]:
    """A browser of an application that counts knocks, on the same database; the tests' own does not."""
    try:
        strict = make_app(app.config["SQLALCHEMY_DATABASE_URI"], RATELIMIT_ENABLED=True)
        yield strict.test_client()
        with strict.app_context():
            db.engine.dispose()
    finally:
        limiter.enabled = False


@pytest.fixture
def door(client: FlaskClient) -> Door:
    door = make_door()
    for _ in range(3):
        make_served(door)
    return door


@pytest.fixture
def office(door: Door) -> Account:
    return make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT, name="文明办")


def _report(door: Door, reason: str = "当天没有到场", *, by: Actor = VISITOR, whole: bool = False) -> HoursReport:
    record = published.get_record(door.shift.activity_id, AFTER)
    with transaction():
        line = None if whole else record.lines[0]
        return report_service.report(by, record, line, reason=reason, contact="", now=AFTER)


def _decide(account: Account, report: HoursReport, finding: Finding, reason: str = "查过了") -> None:
    with transaction():
        file = report_queries.get_report(EVERYTHING, report.id)
        report_service.decide(_actor(account), file, finding, reason=reason, now=AFTER)


def _actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name)


def test_a_visitor_reports_a_row_without_signing_in(door: Door, client: FlaskClient) -> None:
    record = published.get_record(door.shift.activity_id, AFTER)
    address = f"/activities/{door.shift.activity_id}/hours/report"
    page = client.get(f"{address}?row={record.lines[1].key}")
    assert "张**" in page.text
    answer = client.post(
        f"{address}?row={record.lines[1].key}", data={"reason": "当天没有到场", "contact": "13800001111"}
    )
    assert answer.status_code == 302
    kept = db.session.scalars(select(HoursReport)).one()
    assert (kept.volunteer_id, kept.reason, kept.reported_by) == (record.lines[1].volunteer_id, "当天没有到场", None)
    assert kept.contact == "13800001111"
    assert db.session.scalars(text("SELECT contact FROM hours_reports")).one().startswith("a1:")


def test_the_whole_record_can_be_reported(door: Door, client: FlaskClient) -> None:
    answer = client.post(f"/activities/{door.shift.activity_id}/hours/report", data={"reason": "活动没有办过"})
    assert answer.status_code == 302
    assert db.session.scalars(select(HoursReport.volunteer_id)).one() is None


@pytest.mark.parametrize("reason", ["", "   ", "长" * 101])
def test_a_reason_of_at_most_a_hundred_characters_is_demanded(door: Door, client: FlaskClient, reason: str) -> None:
    answer = client.post(f"/activities/{door.shift.activity_id}/hours/report", data={"reason": reason})
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(HoursReport)) == 0


def test_a_row_that_is_not_there_cannot_be_reported(door: Door, client: FlaskClient) -> None:
    stranger = published.row_key(door.shift.activity_id, 999)
    address = f"/activities/{door.shift.activity_id}/hours/report?row={stranger}"
    assert client.post(address, data={"reason": "x"}).status_code == 404


def test_the_eleventh_report_from_one_address_in_an_hour_waits(door: Door, limited: FlaskClient) -> None:
    address = f"/activities/{door.shift.activity_id}/hours/report"
    given = [limited.post(address, data={"reason": "不对"}).status_code for _ in range(11)]
    assert given == [302] * 10 + [429]
    assert limited.get(address).status_code == 200


def test_the_office_of_the_district_decides_once_with_a_reason_and_the_trail_keeps_it(
    door: Door, office: Account
) -> None:
    made = _report(door)
    _decide(office, made, Finding.FOUNDED, "本人承认没有参加")
    kept = db.session.scalars(select(HoursReport)).one()
    assert (kept.finding, kept.decided_by, kept.finding_reason) == (Finding.FOUNDED, office.id, "本人承认没有参加")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reviews.report_founded")).one()
    assert (entry.object_id, entry.reason, entry.region_code) == (str(made.id), "本人承认没有参加", DISTRICT)
    with pytest.raises(DomainError, match="already_decided"):
        _decide(office, made, Finding.UNFOUNDED)


def test_a_founded_report_changes_no_hours_by_itself(door: Door, office: Account) -> None:
    made = _report(door)
    before = db.session.scalars(select(HoursBalance.minutes)).all()
    _decide(office, made, Finding.FOUNDED)
    assert db.session.scalars(select(HoursBalance.minutes)).all() == before


def test_two_deciders_at_once_leave_one_decision(app: Flask, door: Door, office: Account) -> None:
    """Red if the compare-and-set in `decide` is taken away and the trigger with it: the second would overwrite."""
    made, other = _report(door), make_staff(Role.OFFICE, ScopeKind.REGION, DISTRICT, name="副主任")
    one, two, report_id = _actor(office), _actor(other), made.id

    def decide(actor: Actor, finding: Finding) -> None:
        file = report_queries.get_report(EVERYTHING, report_id)
        report_service.decide(actor, file, finding, reason="查过了", now=AFTER)

    given = overlap(app, lambda: decide(one, Finding.FOUNDED), lambda: decide(two, Finding.UNFOUNDED))
    assert given == ["done", "already_decided"]


def test_nobody_decides_about_his_own_report_or_his_own_hours(door: Door, office: Account) -> None:
    made = _report(door, by=_actor(office))
    about = _report(door)
    with transaction():
        db.session.get_one(Volunteer, about.volunteer_id).account_id = office.id
    for report in (made, about):
        with pytest.raises(Denied):
            _decide(office, report, Finding.UNFOUNDED)


def test_requester_and_decider_are_two_people_by_constraint(door: Door, office: Account) -> None:
    made = _report(door, by=_actor(office))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            update(HoursReport)
            .where(HoursReport.id == made.id)
            .values(finding=Finding.UNFOUNDED, finding_reason="x", decided_at=AFTER, decided_by=office.id)
        )


def test_a_report_is_kept_for_ever_and_as_it_was(door: Door, office: Account) -> None:
    made = _report(door)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(delete(HoursReport))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(HoursReport).values(reason="没什么"))
    _decide(office, made, Finding.FOUNDED)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(HoursReport).values(finding=Finding.UNFOUNDED))


def test_the_stations_own_manager_neither_sees_nor_decides(door: Door, client: FlaskClient) -> None:
    made = _report(door)
    with pytest.raises(NotFound):
        report_queries.get_report(Scope(stations=(door.station.path,)), made.id)
    sign_in(client, door.operator)
    page = client.get("/manage/hours-reports")
    assert page.status_code == 200
    assert "由上级文明办处理" in page.text
    assert made.reason not in page.text
    assert client.get(f"/manage/hours-reports/{made.id}").status_code == 404


def test_another_districts_office_finds_nothing(door: Door) -> None:
    made = _report(door)
    assert report_queries.page_reports(Scope(regions=("110101",)), decided=False, number=1).total == 0
    assert report_queries.page_reports(Scope(regions=("2204",)), decided=False, number=1).total == 1
    with pytest.raises(NotFound):
        report_queries.get_report(Scope(regions=("110101",)), made.id)


def test_the_queue_from_the_list_to_the_decision(door: Door, office: Account, client: FlaskClient) -> None:
    made = _report(door)
    sign_in(client, office)
    assert "当天没有到场" in client.get("/manage/hours-reports").text
    address = f"/manage/hours-reports/{made.id}"
    assert client.post(address, data={"finding": "founded", "reason": ""}).status_code == 422
    assert client.post(address, data={"finding": "founded", "reason": "核对签到表，没有到场"}).status_code == 302
    shown = client.get(address).text
    assert "属实" in shown
    assert "请提出更正" in shown
    assert f"/manage/shifts/{door.shift.id}/hours" in shown
    assert "当天没有到场" not in client.get("/manage/hours-reports").text
    assert "当天没有到场" in client.get("/manage/hours-reports?decided=1").text
