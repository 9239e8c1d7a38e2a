"""Whole identity numbers leave when one asks with a reason and another approves: for a day, with a name on them."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.exports import actor_of, make_identity_export, work
from tests.makers.ledger import make_resident
from tests.makers.regions import District, make_district
from tests.rooms.exchange.test_jobs import people_in
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.exchange import export_jobs, identity_exports, identity_queries, identity_sheets
from volunteer_hub.exchange.models import (
    ExportJob,
    ExportState,
    IdentityExport,
    IdentityExportPeople,
    IdentityState,
)
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer

LIST = "/office/exports/identity"
COUNTY = "220403"


def furnish() -> tuple[District, Account, Account]:
    places = make_district()
    for home in (places.community, places.community, places.neighbour):
        make_resident(home)
    asker = make_staff(Role.OFFICE, ScopeKind.REGION, COUNTY, name="申请人")
    return places, asker, make_staff(Role.OFFICE, ScopeKind.REGION, COUNTY, name="批准人")


def approve(client: FlaskClient, approver: Account, identity_id: int) -> Any:
    return sign_in(client, approver).post(f"{LIST}/{identity_id}/approve")


def file_of(identity_id: int) -> str:
    db.session.rollback()
    job = db.session.scalars(select(ExportJob).where(ExportJob.identity_id == identity_id)).one()
    return f"/office/exports/{job.id}/file"


def asked(identity_id: int) -> IdentityExport:
    db.session.rollback()
    return db.session.get_one(IdentityExport, identity_id, populate_existing=True)


def test_from_the_reason_to_the_file_and_the_people_who_can_ask_about_it(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    sign_in(client, asker)
    form = {"region": places.county, "reason": "配合公安核对", "writing": "csv", "having": "registered"}
    assert client.post(f"{LIST}/new", data=form).status_code == 302
    identity_id = db.session.scalars(select(IdentityExport.id)).one()
    assert approve(client, approver, identity_id).status_code == 302
    assert work() == 1
    answer = sign_in(client, asker).get(file_of(identity_id))
    people = db.session.scalars(select(Volunteer).order_by(Volunteer.id)).all()
    rows = people_in(answer.data)
    assert [row[2].lstrip("'") for row in rows] == [person.document_number for person in people]
    assert asked(identity_id).people == len(people)
    for person in people:
        assert [row.asked.id for row in identity_queries.list_with_person(person.id, EVERYTHING)] == [identity_id]
    page = client.get(f"{LIST}/{identity_id}").text
    for said in ("配合公安核对", "申请人", "批准人", "下载记录"):
        assert said in page
    assert f"{identity_id} 号" in sign_in(client, approver).get(f"{LIST}?volunteer={people[0].number}").text
    trail = [row.action for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    wanted = ["exchange.identity_ask", "exchange.identity_approved", "exchange.export", "exchange.download"]
    assert [action for action in trail if action.startswith("exchange.")] == wanted
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 2


def test_whoever_asked_cannot_approve(client: FlaskClient) -> None:
    places, asker, _ = furnish()
    identity_id = make_identity_export(asker, places.county).id
    answer = approve(client, asker, identity_id)
    assert answer.status_code == 403
    assert "须由另一人批准" in answer.text
    assert asked(identity_id).state is IdentityState.PENDING


def test_the_database_itself_refuses_ones_own_approval(app: Flask) -> None:
    places, asker, _ = furnish()
    identity_id, account_id = make_identity_export(asker, places.county).id, asker.id
    now = clock.now()
    values = {"state": IdentityState.APPROVED, "decided_by": account_id, "decided_at": now, "until": now}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(IdentityExport).where(IdentityExport.id == identity_id).values(**values))


def test_an_approver_who_lost_the_role_meanwhile_cannot_approve(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    identity_id, approver_id = make_identity_export(asker, places.county).id, approver.id
    assert sign_in(client, approver).get(f"{LIST}/{identity_id}").status_code == 200
    with transaction():
        db.session.execute(
            update(RoleGrant).where(RoleGrant.account_id == approver_id).values(revoked_at=clock.now())
        )
    assert client.post(f"{LIST}/{identity_id}/approve").status_code == 403
    assert asked(identity_id).state is IdentityState.PENDING


def test_a_role_lost_between_the_page_and_the_decision_is_noticed(app: Flask) -> None:
    """Red when the service believes the scope it was shown: it reads the grants again in its transaction."""
    places, asker, approver = furnish()
    identity_id, actor = make_identity_export(asker, places.county).id, actor_of(approver)
    with transaction():
        db.session.execute(
            update(RoleGrant).where(RoleGrant.account_id == actor.account_id).values(scope_value="220402")
        )
    with pytest.raises(DomainError) as refused, transaction():
        identity_exports.approve(actor, identity_id, "身份信息", now=clock.now())
    assert refused.value.status == 404


def test_of_two_approvers_at_once_one_decides(app: Flask) -> None:
    """Red when the statement that decides does not name the pending state: two files would be made."""
    places, asker, approver = furnish()
    other = make_staff(Role.ADMINISTRATOR, name="第三人")
    identity_id = make_identity_export(asker, places.county).id
    actors, together, outcomes = [actor_of(approver), actor_of(other)], threading.Barrier(2), []

    def decide(number: int) -> None:
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    identity_exports.approve(actors[number], identity_id, "身份信息", now=clock.now())
                outcomes.append("approved")
            except DomainError as refused:
                outcomes.append(refused.code)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "decided"]
    assert db.session.scalar(select(func.count()).select_from(ExportJob)) == 1


def test_the_file_can_be_fetched_for_a_day_to_the_second(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    identity_id = make_identity_export(asker, places.county).id
    approve(client, approver, identity_id)
    work()
    until = asked(identity_id).until
    assert until == asked(identity_id).decided_at + timedelta(hours=24)
    address = file_of(identity_id)
    with time_machine.travel(until, tick=False):
        assert sign_in(client, asker).get(address).status_code == 200
    with time_machine.travel(until + timedelta(seconds=1), tick=False):
        assert sign_in(client, asker).get(address).status_code == 404
        export_jobs.erase_expired()
        assert "已过期" in client.get(LIST).text


def test_a_file_that_was_not_made_within_the_day_is_not_made(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    identity_id = make_identity_export(asker, places.county).id
    approve(client, approver, identity_id)
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        work()
    job = db.session.scalars(select(ExportJob)).one()
    assert (job.state, job.failure) == (ExportState.FAILED, "too_late")


def test_the_approver_and_everybody_else_find_no_file_behind_the_link(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    identity_id = make_identity_export(asker, places.county).id
    approve(client, approver, identity_id)
    work()
    address = file_of(identity_id)
    for account in (approver, make_staff(Role.ADMINISTRATOR)):
        assert sign_in(client, account).get(address).status_code == 404
    assert sign_in(client, asker).get(address).status_code == 200


def test_a_requester_who_may_open_no_numbers_any_more_gets_none(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    identity_id, asker_id = make_identity_export(asker, places.county).id, asker.id
    approve(client, approver, identity_id)
    with transaction():
        db.session.execute(delete(RoleGrant).where(RoleGrant.account_id == asker_id))
    work()
    assert db.session.scalars(select(ExportJob.failure)).all() == ["not_found"]
    assert db.session.scalars(select(IdentityExportPeople)).all() == []


def test_refused_withdrawn_and_forgotten_requests_stay_visible(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    refused, taken_back = (make_identity_export(asker, places.county).id for _ in range(2))
    forgotten = make_identity_export(asker, places.county, now=clock.now() - timedelta(days=8)).id
    assert sign_in(client, approver).post(f"{LIST}/{refused}/reject", data={"reason": ""}).status_code == 422
    assert client.post(f"{LIST}/{refused}/reject", data={"reason": "理由不足"}).status_code == 302
    late = client.post(f"{LIST}/{forgotten}/approve")
    assert (late.status_code, "已失效" in late.text) == (409, True)
    sign_in(client, asker)
    assert client.post(f"{LIST}/{taken_back}/withdraw").status_code == 302
    page = client.get(LIST).text
    for said in ("未批准", "已撤回", "已过期"):
        assert said in page
    assert "理由不足" in client.get(f"{LIST}/{refused}").text
    assert approve(client, approver, refused).status_code == 409


def test_nobody_can_rewrite_or_remove_a_request_or_its_people(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    identity_id = make_identity_export(asker, places.county).id
    approve(client, approver, identity_id)
    work()
    for statement in (
        "UPDATE identity_exports SET reason = 'another'",
        "UPDATE identity_exports SET state = 'rejected'",
        "UPDATE identity_exports SET people = 0",
        "DELETE FROM identity_exports",
        "UPDATE identity_export_people SET last_id = 0",
        "DELETE FROM identity_export_people",
    ):
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(text(statement))


def test_a_request_needs_a_reason_and_no_paper(client: FlaskClient) -> None:
    places, asker, _ = furnish()
    sign_in(client, asker)
    for form in ({"reason": " ", "writing": "csv"}, {"reason": "核对", "writing": "pdf"}):
        assert client.post(f"{LIST}/new", data={"region": places.county, **form}).status_code == 422
    assert db.session.scalars(select(IdentityExport)).all() == []


def test_every_copy_names_its_taker_on_every_page_and_in_every_row(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    sign_in(client, asker).post(f"{LIST}/new", data={"region": places.county, "reason": "核对", "writing": "xlsx"})
    identity_id = db.session.scalars(select(IdentityExport.id)).one()
    approve(client, approver, identity_id)
    work()
    page = openpyxl.load_workbook(io.BytesIO(sign_in(client, asker).get(file_of(identity_id)).data)).active
    for printed in (page.oddHeader.left.text, page.oddFooter.left.text, page["A2"].value):
        assert f"申请 {identity_id} 号，申请人 " in printed
    people = db.session.scalars(select(Volunteer)).all()
    rows = [row for row in page.iter_rows() if row[1].value and row[8].value and row[1].value.startswith("V")]
    assert len(rows) == len(people)
    for row in rows:
        assert row[8].value == identity_sheets.marker(identity_id, row[1].value)
        assert (row[2].data_type, row[2].number_format) == ("s", "@")
    assert len({row[8].value for row in rows}) == len(people)
    assert identity_sheets.marker(identity_id + 1, people[0].number) not in {row[8].value for row in rows}


def test_a_person_sees_who_took_the_number_out(client: FlaskClient) -> None:
    places, asker, approver = furnish()
    account = make_staff(Role.SCANNER, ScopeKind.REGION, COUNTY, name="本人")
    with transaction():
        person_id = db.session.scalars(select(func.min(Volunteer.id))).one()
        db.session.execute(update(Volunteer).where(Volunteer.id == person_id).values(account_id=account.id))
    identity_id = make_identity_export(asker, places.county, reason="配合核对").id
    assert "没有人导出过" in sign_in(client, account).get("/my/identity-exports").text
    approve(client, approver, identity_id)
    work()
    page = sign_in(client, account).get("/my/identity-exports").text
    for said in ("配合核对", "申请人", "批准人"):
        assert said in page


def test_people_are_kept_packed_and_all_of_them_are_found(app: Flask) -> None:
    places, asker, _ = furnish()
    identity_id = make_identity_export(asker, places.county).id
    people = identity_exports.array("q", range(7, 40_000, 3))
    with transaction():
        identity_exports.keep_people(identity_id, people)
    assert identity_queries.count_people(identity_id) == len(people)
    assert db.session.scalar(select(func.sum(func.length(IdentityExportPeople.packed)))) < 2 * len(people)
    for person, found in ((7, 1), (10, 1), (11, 0), (39_997, 1), (40_000, 0), (6, 0)):
        assert len(identity_queries.list_with_person(person, EVERYTHING)) == found
