"""One's own data as pages: all of it, who looked, a copy, a correction, consents, leaving and staying."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.families import make_child
from tests.makers.regions import make_district
from tests.makers.rights import COMMUNITY, NAME, PASSWORD, make_known
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.families.models import CareLink
from volunteer_hub.rights import jobs
from volunteer_hub.rights.models import Erasure, RequestKind, RequestState, RightsRequest
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Consent, Volunteer

LEAVING = {"when": "later", "sure": "y", "password": PASSWORD}


def own(client: FlaskClient, **more: Any) -> Volunteer:
    """Return somebody who has signed in."""
    volunteer = make_volunteer(make_district().community, NAME, password=PASSWORD, **more)
    sign_in(client, volunteer)
    return volunteer


def fresh(volunteer: Volunteer) -> Volunteer:
    db.session.rollback()
    return db.session.get_one(Volunteer, volunteer.id, populate_existing=True)


def test_everything_held_is_listed_with_why_and_for_how_long(client: FlaskClient) -> None:
    own(client)
    page = client.get("/me/rights").text
    for word in ("身份与登记", "您的同意（《个人信息保护法》", "谁能看到", "保存多久", "不收集的：位置"):
        assert word in page


def test_an_account_without_a_volunteer_sees_what_is_held_of_it(client: FlaskClient) -> None:
    sign_in(client, make_account())
    assert client.get("/me/rights").status_code == 200


def test_a_copy_needs_the_password_again(client: FlaskClient) -> None:
    own(client)
    refused = client.post("/me/rights/copy", data={"form": "json", "password": "not this one"})
    assert (refused.status_code, "密码不对" in refused.text) == (422, True)
    for _ in range(5):
        client.post("/me/rights/copy", data={"form": "json", "password": "not this one"})
    throttled = client.post("/me/rights/copy", data={"form": "json", "password": PASSWORD})
    assert (throttled.status_code, "尝试次数太多" in throttled.text) == (422, True)


def test_the_copy_for_programs_says_its_format_and_holds_everything(client: FlaskClient) -> None:
    known = make_known()
    sign_in(client, known.volunteer)
    answer = client.post("/me/rights/copy", data={"form": "json", "password": PASSWORD})
    assert answer.headers["Cache-Control"] == "no-store"
    document = json.loads(answer.data)
    assert (document["format"], document["version"]) == ("volunteer-hub-personal-data", 1)
    assert set(document) == {"format", "version", "made_at", "groups", "identity_looks"}
    keys = {"key", "title", "what", "purpose", "legal_basis", "source", "seen_by", "kept", "tables"}
    assert all(set(group) == keys for group in document["groups"])
    tables = {name: rows for group in document["groups"] for name, rows in group["tables"].items()}
    assert tables["volunteers"][0]["document_number"] == known.document
    assert {"sessions", "scans", "hours_entries", "sign_ups", "make_ups", "consents", "cards"} <= set(tables)
    assert [look["reason"] for look in document["identity_looks"]] == [f"核对{NAME}的证件"]


def test_a_copy_holds_no_secret_and_no_number_of_anybody_else(client: FlaskClient) -> None:
    known = make_known()
    sign_in(client, known.volunteer)
    text = client.post("/me/rights/copy", data={"form": "json", "password": PASSWORD}).text
    for secret in ("password_hash", "token_digest", "document_index", "name_index", "argon2", "王站长"):
        assert secret not in text
    rows = [row for group in json.loads(text)["groups"] for rows in group["tables"].values() for row in rows]
    people = [row[key] for row in rows for key in row if key in ("recorded_by", "decided_by", "operator_account_id")]
    assert {str(who) for who in people} <= {"self", "other", "None", "—", NAME}


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook_and_executes_nothing(client: FlaskClient, tmp_path: Path) -> None:
    known = make_known()
    sign_in(client, known.volunteer)
    answer = client.post("/me/rights/copy", data={"form": "xlsx", "password": PASSWORD})
    book = tmp_path / "mine.xlsx"
    book.write_bytes(answer.data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", as_csv, "--outdir", tmp_path, book],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    sheets = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv")}
    assert any("总览" in name for name in sheets)
    assert any(known.document in text for text in sheets.values())


def test_taking_a_copy_is_in_the_trail_and_in_the_list_of_requests(client: FlaskClient) -> None:
    volunteer = own(client)
    client.post("/me/rights/copy", data={"form": "json", "password": PASSWORD})
    db.session.rollback()
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "rights.take_copy")).one()
    assert (row.object_id, row.details) == (str(volunteer.id), {"format": "json"})
    assert "复制我的信息" in client.get("/me/rights").text


def test_who_looked_is_told_by_office_and_reason_not_by_name(client: FlaskClient) -> None:
    known = make_known()
    sign_in(client, known.volunteer)
    page = client.get("/me/rights/looks").text
    assert f"核对{NAME}的证件" in page
    assert "阵地管理员" in page
    assert "城西社区文明实践站" in page
    assert "王站长" not in page


def test_a_correction_goes_to_the_office_with_a_clock_and_comes_back_answered(client: FlaskClient) -> None:
    volunteer = own(client)
    client.post("/me/rights/correction", data={"words": "舒写成了书"})
    again = client.post("/me/rights/correction", data={"words": "舒写成了书"})
    assert (again.status_code, "正在办理" in again.text) == (422, True)
    db.session.rollback()
    asked = db.session.scalars(select(RightsRequest)).one()
    assert timedelta(15) <= asked.due_on - clock.today() <= timedelta(40)
    assert asked.words is not None
    assert "舒".encode() not in asked.words
    desk = client.application.test_client()
    sign_in(desk, make_staff(Role.OFFICE, ScopeKind.REGION, "220403000000"))
    assert "更正身份信息" in desk.get("/office/rights").text
    assert "舒写成了书" not in desk.get(f"/office/rights/{asked.id}").text
    assert "舒写成了书" in desk.post(f"/office/rights/{asked.id}/open").text
    assert desk.post(f"/office/rights/{asked.id}/answer", data={"state": "refused", "answer": ""}).status_code == 422
    sent = desk.post(f"/office/rights/{asked.id}/answer", data={"state": "done", "answer": "已按身份证更正"})
    assert sent.status_code == 302
    assert "已按身份证更正" in client.get("/me/rights").text
    assert fresh(volunteer)
    stranger = client.application.test_client()
    sign_in(stranger, make_staff(Role.OFFICE, ScopeKind.REGION, "110101000000"))
    assert stranger.get(f"/office/rights/{asked.id}").status_code == 404


def test_who_agreed_to_the_first_text_only_is_asked_and_may_say_no(client: FlaskClient) -> None:
    volunteer = own(client)
    assert "告知书有了新版本" in client.get("/").text
    assert "告知书有了新版本" not in client.get("/").text
    assert "告知书有了新版本" in client.get("/me/rights").text
    client.post("/me/rights/consents/refuse")
    assert "告知书有了新版本" not in client.get("/me/rights").text
    held = [(one.version, one.withdrawn_at is None) for one in volunteers.list_consents(volunteer.id)]
    assert held == [("v1", True)]


def test_agreeing_anew_replaces_the_first_text_and_can_be_taken_back(client: FlaskClient) -> None:
    volunteer = own(client)
    page = client.get("/me/rights/consents").text
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert shown is not None
    assert client.post("/me/rights/consents/agree", data={"shown": "0" * 64}).status_code == 422
    client.post("/me/rights/consents/agree", data={"shown": shown[1]})
    db.session.rollback()
    assert [one.version for one in volunteers.list_consents(volunteer.id) if one.withdrawn_at is None] == ["v2"]
    assert "公示时长时写出我的姓氏" in client.get("/me/rights/consents").text
    client.post("/me/rights/consents/stop-naming")
    db.session.rollback()
    assert [one.version for one in volunteers.list_consents(volunteer.id) if one.withdrawn_at is None] == ["v1"]
    assert fresh(volunteer).withdrawn_at is None


def test_leaving_takes_out_of_the_register_now_and_erases_after_the_days(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    volunteer = own(client)
    assert client.post("/me/rights/leave", data={**LEAVING, "password": "wrong one"}).status_code == 422
    assert client.post("/me/rights/leave", data=LEAVING).status_code == 302
    assert volunteers.current_standing(volunteer.id) is None
    jobs.erase_due()
    assert fresh(volunteer).name == NAME
    then = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: then)
    jobs.erase_due()
    assert fresh(volunteer).name == "—"
    assert db.session.get(Erasure, volunteer.id) is not None
    request = db.session.scalars(select(RightsRequest).where(RightsRequest.kind == RequestKind.ERASURE)).one()
    assert request.state is RequestState.DONE
    assert client.get("/me/rights").status_code == 302


def test_who_changes_their_mind_is_back_where_they_were(client: FlaskClient) -> None:
    volunteer = own(client, at_desk=True)
    client.post("/me/rights/leave", data=LEAVING)
    page = client.get("/me/rights/leave").text
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert shown is not None
    assert client.post("/me/rights/stay", data={"shown": shown[1], "agrees": "y"}).status_code == 302
    standing = volunteers.current_standing(volunteer.id)
    assert standing is not None
    assert (standing.region_code, standing.assurance) == (COMMUNITY, 2)
    assert fresh(volunteer).withdrawn_at is None


def test_erasing_at_once_is_asked_twice_and_signs_out(client: FlaskClient) -> None:
    volunteer = own(client)
    once = client.post("/me/rights/leave", data={**LEAVING, "when": "now"})
    assert (once.status_code, fresh(volunteer).name) == (422, NAME)
    done = client.post("/me/rights/leave", data={**LEAVING, "when": "now", "sure_now": "y"})
    assert done.location == "/gone"
    assert fresh(volunteer).name == "—"
    assert client.get("/gone").status_code == 200
    assert client.get("/me/rights").status_code == 302


def test_who_works_here_gives_the_office_back_first(client: FlaskClient) -> None:
    volunteer = own(client)
    with transaction():
        accounts.grant(
            COMMAND_LINE, volunteer.account_id or 0, Role.OFFICE, ScopeKind.EVERYTHING, "", now=clock.now()
        )
    refused = client.post("/me/rights/leave", data=LEAVING)
    assert (refused.status_code, "工作角色" in refused.text) == (422, True)


def test_for_a_child_the_guardian_decides(client: FlaskClient) -> None:
    child = own(client, birth_on=date(clock.today().year - 12, 1, 1))
    page = client.get("/me/rights/leave").text
    assert "监护人姓名" in page
    alone = client.post("/me/rights/leave", data={**LEAVING, "guardian_name": "小朋友自己"})
    assert (alone.status_code, "由监护人决定" in alone.text) == (422, True)
    assert client.post("/me/rights/leave", data={**LEAVING, "guardian_name": "李建国"}).status_code == 302
    assert volunteers.current_standing(child.id) is None
    assert db.session.scalar(select(func.count()).select_from(Consent).where(Consent.withdrawn_at.is_(None))) == 0


def test_somebody_without_a_phone_leaves_at_the_desk(client: FlaskClient) -> None:
    volunteer = make_volunteer(make_district().community, NAME)
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, "220403000000"))
    address = f"/office/rights/people/{volunteer.id}/leave"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"sure": "y"}).status_code == 422
    assert client.post(address, data={"sure": "y", "evidence": "核对身份证原件"}).status_code == 302
    assert volunteers.current_standing(volunteer.id) is None
    db.session.rollback()
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "rights.leave_at_desk")).one()
    assert row.reason == "核对身份证原件"


def test_a_guardian_who_acts_for_a_child_asks_for_it_with_the_own_password(client: FlaskClient) -> None:
    guardian = own(client)
    child = make_child(guardian, COMMUNITY)
    link = db.session.scalars(select(CareLink).where(CareLink.volunteer_id == child.id)).one()
    assert client.post(f"/me/family/{link.id}/act").status_code == 302
    answer = client.get("/me/rights/leave")
    if "监护人正在代办" not in answer.text:
        pytest.fail("the page is not the child's")
    assert client.post("/me/rights/leave", data=LEAVING).status_code == 302
    assert volunteers.current_standing(child.id) is None
    assert volunteers.current_standing(guardian.id) is not None
    request = db.session.scalars(select(RightsRequest).where(RightsRequest.volunteer_id == child.id)).one()
    assert request.by_guardian
