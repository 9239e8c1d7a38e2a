"""Who may issue what to whom, and what a unit must say of itself first."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff
from tests.makers.certificates import (
    NOW,
    PERIOD,
    SERVED,
    address,
    make_certificate,
    make_desk,
    make_done,
    make_ready,
    make_request,
)
from tests.makers.regions import make_district
from tests.makers.services import make_service
from tests.makers.stations import make_station
from tests.makers.teams import make_team
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.certificates import issuing_desk, queries, service, services, units, verifying
from volunteer_hub.certificates.models import Certificate, CertificateRequest, CertificateState, RequestState
from volunteer_hub.certificates.service import Asked
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.units import UnitKind
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.notices.models import Notice
from volunteer_hub.stations.models import StationKind
from volunteer_hub.volunteers.models import Volunteer


def refusal(code: str) -> Any:
    return pytest.raises(DomainError, match=code)


def test_numbers_begin_with_one_in_each_unit_and_year_and_name_both(app: Flask) -> None:
    desk = make_desk()
    first = make_certificate(desk)
    second = make_certificate(desk, make_request(desk, period=Period(SERVED, SERVED)))
    with_year = NOW.replace(year=2027)
    third = make_certificate(desk, make_request(desk), now=with_year)
    stem = f"220403S{desk.station.id:04d}"
    assert [one.number for one in (first, second, third)] == [
        f"{stem}-2026-00001",
        f"{stem}-2026-00002",
        f"{stem}-2027-00001",
    ]


def test_nobody_issues_to_himself(app: Flask) -> None:
    desk = make_desk()
    request = make_request(desk)
    with transaction():
        db.session.get_one(Volunteer, desk.volunteer.id).account_id = desk.manager.id
    with refusal("own_certificate"):
        make_certificate(desk, request)
    with refusal("own_certificate"), transaction():
        service.refuse(desk.actor, EVERYTHING, request.id, reason="不想", now=NOW)


def test_who_asked_on_somebodys_behalf_does_not_issue(app: Flask) -> None:
    """A guardian who also manages the station."""
    desk = make_desk()
    asked = Asked(UnitKind.STATION, desk.station.id, PERIOD, "升学", False, False)
    guardian = Actor(desk.volunteer.account_id, "王站长", by_account_id=desk.manager.id)
    with transaction():
        request = service.ask(guardian, desk.volunteer, asked, now=NOW)
    assert request.asked_by == desk.manager.id
    with refusal("own_request"):
        make_certificate(desk, request)


def test_the_database_itself_refuses_ones_own_certificate(app: Flask) -> None:
    desk = make_desk()
    certificate = make_certificate(desk)
    copied = {column.name: getattr(certificate, column.name) for column in Certificate.__table__.columns}
    own = {**copied, "id": None, "serial": 2, "number": "x", "token": "y", "holder_account_id": desk.manager.id}
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Certificate(**own))


def test_nothing_is_issued_before_it_is_said_who_answers_for_it(app: Flask) -> None:
    desk = make_desk(ready=False)
    request = make_request(desk)
    with refusal("unit_incomplete"):
        make_certificate(desk, request)
    make_ready(desk)
    assert make_certificate(desk, request).serial == 1


def test_only_what_the_unit_recorded_is_certified(app: Flask) -> None:
    """A centre certifies what the stations below it recorded; a station certifies nobody else's."""
    desk = make_desk()
    places = make_district()
    centre = make_station(places.county, StationKind.CENTRE, name="西安区中心")
    post = make_station(places.neighbour, parent=centre, name="安康站")
    make_done(post, desk.volunteer, minutes=45)
    make_service(desk.volunteer, minutes=600, service_on=SERVED)
    offers = {offer.name: offer.minutes for offer in units.list_offers(services.list_done(desk.volunteer.id, PERIOD))}
    assert offers == {desk.station.name: 120, "安康站": 45, "西安区中心": 45}
    assert make_certificate(desk).minutes == 120


def test_a_team_certifies_what_was_served_for_it(app: Flask) -> None:
    desk = make_desk()
    team = make_team(desk.station.region_code, name="仙城医疗队")
    make_service(desk.volunteer, minutes=75, service_on=SERVED, team=team)
    asked = Asked(UnitKind.TEAM, team.id, PERIOD, "评优", False, False)
    with transaction():
        request = service.ask(Actor(desk.volunteer.account_id, "李秀兰"), desk.volunteer, asked, now=NOW)
        unit = queries.get_unit(EVERYTHING, request.unit_id)
        units.change(desk.actor, unit, person_in_charge="周队长", contact="0437-5550101", now=NOW)
    certificate = make_certificate(desk, request)
    assert (certificate.minutes, certificate.number) == (75, f"220403T{team.id:04d}-2026-00001")


@pytest.mark.parametrize(
    ("period", "code"),
    [
        (Period(SERVED, SERVED.replace(day=1)), "period_backwards"),
        (Period(SERVED, NOW.date().replace(year=2027)), "period_ahead"),
        (Period(SERVED.replace(day=6), SERVED.replace(day=9)), "nothing_recorded"),
    ],
)
def test_a_request_names_days_that_were_served(app: Flask, period: Period, code: str) -> None:
    desk = make_desk()
    with refusal(code):
        make_request(desk, period=period)


def test_the_same_request_waits_once(app: Flask) -> None:
    desk = make_desk()
    make_request(desk)
    with refusal("asked_already"):
        make_request(desk)


def test_a_refusal_is_told_with_its_reason_and_ends_the_request(app: Flask) -> None:
    desk = make_desk()
    request = make_request(desk)
    with transaction():
        service.refuse(desk.actor, desk.scope, request.id, reason="时长还在公示", now=NOW)
    told = db.session.scalars(select(Notice).where(Notice.account_id == desk.volunteer.account_id)).one()
    assert told.params["reason"] == "时长还在公示"
    with refusal("already_decided"):
        make_certificate(desk, request)
    assert db.session.scalars(select(Certificate)).all() == []


def test_one_takes_back_ones_own_request_and_nobody_elses(app: Flask) -> None:
    desk = make_desk()
    request, other = make_request(desk), make_volunteer(desk.station.region_code, "王明")
    with pytest.raises(NotFound), transaction():
        service.withdraw(Actor(other.account_id, "王明"), [other.id], request.id, now=NOW)
    with transaction():
        service.withdraw(Actor(desk.volunteer.account_id, "李秀兰"), [desk.volunteer.id], request.id, now=NOW)
    assert db.session.get_one(CertificateRequest, request.id).state is RequestState.WITHDRAWN
    with refusal("already_decided"):
        make_certificate(desk, request)


def test_another_station_neither_sees_nor_issues_it(app: Flask) -> None:
    desk = make_desk()
    request = make_request(desk)
    elsewhere = Scope(stations=("/999/",), regions=("220403003",))
    assert queries.page_requests(elsewhere, waiting=True, number=1).total == 0
    with pytest.raises(NotFound):
        make_certificate(desk, request, scope=elsewhere)
    assert make_certificate(desk, request, scope=desk.scope).serial == 1


def test_who_revokes_says_why_and_once(app: Flask) -> None:
    desk = make_desk()
    certificate = make_certificate(desk)
    with transaction():
        service.revoke(desk.actor, desk.scope, certificate.id, reason="冒名参加", now=NOW)
    page = app.test_client().get(f"/certificates/{certificate.token}").text
    assert "已撤销" in page
    assert "冒名参加" not in page
    with refusal("already_ended"), transaction():
        service.revoke(desk.actor, desk.scope, certificate.id, reason="再来", now=NOW)
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == certificate.number)).all()
    assert acts == ["certificates.issue", "certificates.revoke"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE certificates SET minutes = minutes + 60",
        "UPDATE certificates SET covered = '[]'",
        "UPDATE certificates SET paper_sha256 = 'x'",
        "UPDATE certificates SET content = 'another'",
        "UPDATE certificates SET content = NULL",
        "UPDATE certificates SET number = 'another'",
        "DELETE FROM certificates",
    ],
)
def test_what_was_issued_cannot_be_changed_behind_our_back(app: Flask, change: str) -> None:
    make_certificate(make_desk())
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(change))


def test_a_certificate_that_ended_does_not_come_back(app: Flask) -> None:
    desk = make_desk()
    certificate = make_certificate(desk)
    with transaction():
        service.revoke(desk.actor, EVERYTHING, certificate.id, reason="冒名参加", now=NOW)
    back = "UPDATE certificates SET state = 'valid', ended_at = NULL, ended_by = NULL, end_reason = NULL"
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(back))


def test_leaving_destroys_what_it_says_and_keeps_that_it_was(app: Flask) -> None:
    desk = make_desk()
    certificate, waiting = make_certificate(desk), make_request(desk, period=Period(SERVED, SERVED))
    with transaction():
        assert service.erase(desk.volunteer.id, now=NOW) == 1
    with transaction():
        assert service.erase(desk.volunteer.id, now=NOW) == 0
    kept = db.session.get_one(Certificate, certificate.id)
    assert (kept.content, kept.paper, kept.minutes, kept.number) == (None, None, 120, certificate.number)
    assert kept.state is CertificateState.VALID
    assert verifying.verify(kept).verdict is verifying.Verdict.ERASED
    asked = db.session.get_one(CertificateRequest, waiting.id)
    assert (asked.state, asked.purpose) == (RequestState.WITHDRAWN, "")
    page = app.test_client().get(f"/certificates/{certificate.token}")
    assert page.status_code == 200
    assert "已注销" in page.text
    assert "李" not in page.text
    with pytest.raises(NotFound):
        service.open_paper(kept)


def test_a_second_office_worker_issues_what_an_office_worker_asked_for(app: Flask) -> None:
    desk = make_desk()
    request = make_request(desk)
    office = make_staff(Role.OFFICE, ScopeKind.REGION, "220403", name="赵科长")
    issued = issuing_desk.issue(
        Actor(office.id, "赵科长"), Scope(regions=("220403",)), request.id, address=address, site="志愿中枢", now=NOW
    )
    content = verifying.verify(issued).content
    assert content is not None
    assert content.handler == "赵科长"
