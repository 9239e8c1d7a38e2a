"""Large files are made in the background, once, and only for whoever asked."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.makers.accounts import make_staff, sign_in
from tests.makers.exports import actor_of, make_export, make_ready_export, work
from tests.makers.ledger import make_crowd
from tests.makers.races import overlap
from tests.makers.regions import District, make_district
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.exchange import catalogue, export_jobs, exports
from volunteer_hub.exchange.kinds import Need
from volunteer_hub.exchange.models import ExportJob, ExportPiece, ExportState, Writing
from volunteer_hub.notices.models import Notice

PAGE = "/office/exports"
PEOPLE = 40


def furnish() -> tuple[District, Account]:
    places = make_district()
    make_crowd([places.community, places.neighbour], PEOPLE, 25)
    return places, make_staff(Role.OFFICE, ScopeKind.REGION, "220403")


def state_of(export_id: int) -> ExportJob:
    db.session.rollback()
    return db.session.get_one(ExportJob, export_id, populate_existing=True)


def pieces_of(export_id: int) -> int:
    statement = select(func.count()).select_from(ExportPiece).where(ExportPiece.export_id == export_id)
    return db.session.scalar(statement) or 0


def people_in(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    heading = next(number for number, row in enumerate(rows) if row[:1] == ["姓名"])
    return [row for row in rows[heading + 1 :] if len(row) == len(rows[heading])]


def test_a_file_is_asked_for_made_told_of_and_fetched(client: FlaskClient) -> None:
    places, office = furnish()
    sign_in(client, office)
    asked = client.post(PAGE, data={"kind": "people", "region": places.county, "writing": "csv"})
    assert asked.status_code == 302
    job = db.session.scalars(select(ExportJob)).one()
    assert job.state is ExportState.WAITING
    assert "排队中" in client.get(PAGE).text
    assert work() == 1
    made = state_of(job.id)
    assert (made.state, made.rows_done, made.rows_about) == (ExportState.READY, PEOPLE, PEOPLE)
    answer = client.get(f"{PAGE}/{job.id}/file")
    assert answer.status_code == 200
    assert len(answer.data) == made.size
    assert len(people_in(answer.data)) == PEOPLE
    assert [notice.params["name"] for notice in db.session.scalars(select(Notice))] == [made.name]
    trail = db.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("exchange.")))
    assert [(row.action, row.object_id) for row in trail] == [
        ("exchange.export", str(job.id)),
        ("exchange.download", str(job.id)),
    ]


@pytest.mark.parametrize("writing", list(Writing))
def test_the_file_in_the_background_is_the_file_at_once(client: FlaskClient, writing: Writing) -> None:
    places, office = furnish()
    export_id = make_ready_export(office, places.county, writing=writing)
    answer = sign_in(client, office).get(f"{PAGE}/{export_id}/file")
    if writing is Writing.XLSX:
        page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        assert sum(1 for row in page.iter_rows(values_only=True) if row[3] and "*" in str(row[3])) == PEOPLE
    elif writing is Writing.PDF:
        assert answer.data.startswith(b"%PDF")
    else:
        encoding = "gb18030" if writing is Writing.GB18030 else "utf-8-sig"
        assert len(people_in(answer.data, encoding)) == PEOPLE


def test_only_who_asked_may_fetch_even_with_the_link(client: FlaskClient) -> None:
    places, office = furnish()
    export_id = make_ready_export(office, places.county)
    for other in (make_staff(Role.OFFICE, ScopeKind.REGION, "220403"), make_staff(Role.ADMINISTRATOR)):
        browser = sign_in(client, other)
        assert browser.get(f"{PAGE}/{export_id}/file").status_code == 404
        assert browser.post(f"{PAGE}/{export_id}/cancel").status_code == 404
        assert "名单.csv" not in browser.get(PAGE).text
        assert browser.get(f"{PAGE}/progress.json").get_json() == {"files": []}
    assert state_of(export_id).state is ExportState.READY


def test_a_file_is_gone_when_its_time_is_over(client: FlaskClient) -> None:
    places, office = furnish()
    export_id = make_ready_export(office, places.county)
    expires = state_of(export_id).expires_at
    assert expires is not None
    with time_machine.travel(expires + timedelta(seconds=1), tick=False):
        assert sign_in(client, office).get(f"{PAGE}/{export_id}/file").status_code == 404
        export_jobs.erase_expired()
        assert pieces_of(export_id) == 0
        assert state_of(export_id).state is ExportState.ERASED
        assert "已删除" in client.get(PAGE).text


def test_nothing_is_erased_before_its_time(client: FlaskClient) -> None:
    places, office = furnish()
    export_id = make_ready_export(office, places.county)
    assert timedelta(hours=24) <= exports.KEPT <= timedelta(hours=72)
    with time_machine.travel(clock.now() + exports.KEPT - timedelta(minutes=1), tick=False):
        export_jobs.erase_expired()
        assert sign_in(client, office).get(f"{PAGE}/{export_id}/file").status_code == 200


def test_who_gives_a_file_up_gets_none_and_its_worker_stops(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled while it is being made: the worker finds out at its next report."""
    places, office = furnish()
    export_id = make_export(office, places.county)
    tell = export_jobs._Teller.tell

    def cancelled_first(self: export_jobs._Teller, rows: int) -> None:
        with client.application.app_context(), transaction():
            exports.cancel(actor_of(office), export_id, now=clock.now())
        tell(self, rows)

    monkeypatch.setattr(export_jobs._Teller, "tell", cancelled_first)
    assert work() == 1
    assert state_of(export_id).state is ExportState.CANCELLED
    export_jobs.erase_expired()
    assert pieces_of(export_id) == 0


def test_a_double_click_asks_once_and_more_than_three_are_refused_kindly(client: FlaskClient) -> None:
    places, office = furnish()
    sign_in(client, office)
    asked = {"kind": "people", "region": places.county, "writing": "csv", "as_of": "2022-12-31"}
    for _ in range(2):
        assert client.post(PAGE, data=asked).status_code == 302
    assert db.session.scalar(select(func.count()).select_from(ExportJob)) == 1
    for region in (places.street, places.community):
        client.post(PAGE, data={**asked, "region": region})
    refused = client.post(PAGE, data={**asked, "region": places.neighbour})
    assert refused.status_code == 422
    assert "您已有 3 个文件在排队" in refused.text
    assert f'value="{places.neighbour}" selected' in refused.text


def test_whoever_lost_the_right_meanwhile_gets_no_file(client: FlaskClient) -> None:
    places, office = furnish()
    export_id = make_export(office, places.county)
    with transaction():
        db.session.execute(update(RoleGrant).values(revoked_at=clock.now()))
    work()
    job = state_of(export_id)
    assert (job.state, job.failure) == (ExportState.FAILED, "not_found")
    assert pieces_of(export_id) == 0


def test_whoever_lost_the_right_after_it_was_made_may_not_fetch_it(client: FlaskClient) -> None:
    places, office = furnish()
    export_id = make_ready_export(office, places.county)
    sign_in(client, office)
    with transaction():
        db.session.execute(update(RoleGrant).values(scope_value="220403004"))
    assert client.get(f"{PAGE}/{export_id}/file").status_code == 404


def test_a_file_outside_the_scope_cannot_be_asked_for(client: FlaskClient) -> None:
    places, _ = furnish()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.street))
    answer = client.post(PAGE, data={"kind": "people", "region": places.county, "writing": "csv"})
    assert answer.status_code == 404
    assert db.session.scalars(select(ExportJob)).all() == []


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (OSError(28, "No space left on device"), "no_space"),
        (export_jobs.TooManyRows("rows"), "too_many_rows"),
        (export_jobs.file_writing.TooBig(), "too_big"),
        (RuntimeError("a bug"), "broken"),
    ],
)
def test_what_cannot_be_made_says_why_and_can_be_tried_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception, failure: str
) -> None:
    places, office = furnish()
    export_id = make_export(office, places.county)
    with monkeypatch.context() as patch:
        patch.setattr(export_jobs.file_writing, "write", lambda *_, **__: (_ for _ in ()).throw(error))
        work()
    assert state_of(export_id).failure == failure
    page = sign_in(client, office).get(PAGE).text
    assert "没有生成" in page
    assert "%(" not in page
    assert client.post(f"{PAGE}/{export_id}/again").status_code == 302
    assert work() == 1
    assert state_of(export_id).state is ExportState.READY


def test_a_file_larger_than_is_kept_is_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    places, office = furnish()
    export_id = make_export(office, places.county)
    monkeypatch.setattr(export_jobs, "MOST_BYTES", 1000)
    work()
    assert state_of(export_id).failure == "too_big"
    assert pieces_of(export_id) == 0


def test_the_pieces_are_sealed_and_open_at_their_own_place_only(client: FlaskClient) -> None:
    places, office = furnish()
    export_id = make_ready_export(office, places.county)
    piece = db.session.scalars(select(ExportPiece)).one()
    assert "欧".encode() not in piece.content
    assert "志愿者编号".encode() not in piece.content
    with transaction():
        db.session.execute(update(ExportPiece).values(attempt=7))
        db.session.execute(update(ExportJob).values(attempt=7))
    with pytest.raises(InvalidTag):
        _ = sign_in(client, office).get(f"{PAGE}/{export_id}/file").data


def test_each_kind_of_file_is_offered_and_can_be_made(client: FlaskClient) -> None:
    """Whatever the catalogue offers is offered here, and comes out as a file."""
    places, office = furnish()
    sign_in(client, office)
    for kind in (kind for kind in catalogue.KINDS if Need.SHIFT not in kind.needs):
        assert f'value="{kind.key}"' in client.get(PAGE).text
        assert client.post(PAGE, data={"kind": kind.key, "region": places.street}).status_code == 302
        assert work() == 1
        db.session.rollback()
        job = db.session.scalars(select(ExportJob).order_by(ExportJob.id.desc())).first()
        assert (kind.key, job.state) == (kind.key, ExportState.READY)


def test_a_file_cancelled_while_a_worker_takes_it_is_cancelled_and_the_worker_stops(app: Flask) -> None:
    """Red on PostgreSQL if `cancel` decides by what it read before the worker's transaction ended."""
    places, office = furnish()
    export_id = make_export(office, places.county)
    who = actor_of(office)
    done = overlap(
        app,
        lambda: exports.claim("worker", now=clock.now()),
        lambda: exports.cancel(who, export_id, now=clock.now()),
    )
    assert done == ["done", "done"]
    job = state_of(export_id)
    assert (job.state, job.held_until) == (ExportState.CANCELLED, None)
