"""The pages of an import: upload, dry run, confirm, the file of what was left out, undo; and who may open them."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.imports import COUNTY, HOURS_HEADINGS, ROSTER_HEADINGS, get, make_csv, make_people, make_xlsx
from tests.makers.regions import make_district
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.db import db
from volunteer_hub.imports import headings, jobs
from volunteer_hub.imports.models import Import, ImportKind, ImportState
from volunteer_hub.imports.reading import read
from volunteer_hub.volunteers.models import Volunteer


def office_browser(client: FlaskClient, region: str = COUNTY) -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, region))


def send(client: FlaskClient, data: bytes, **more: str) -> int:
    fields = {
        "kind": "roster",
        "area_code": COUNTY,
        "basis": "paper",
        "consent_on": "2025-06-01",
        "holder": "仙城社区居委会",
        **more,
    }
    answer = client.post("/office/imports", data={**fields, "file": (io.BytesIO(data), "花名册.csv")})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return int(answer.location.rpartition("/")[2])


def seen(page: str) -> dict[str, str]:
    """Return what the form of a page says of the dry run it shows."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, page
    return {"seen": found[1]}


def test_an_office_takes_a_roster_through_its_pages(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    people = make_people(2)
    import_id = send(client, make_csv([ROSTER_HEADINGS, *people, ["=cmd|' /C calc'!A0", "1", "2", "3"]]))
    page = client.get(f"/office/imports/{import_id}")
    assert page.headers["Refresh"] == "3"
    assert "正在读取文件" in page.text
    jobs.run_imports()
    page = client.get(f"/office/imports/{import_id}")
    assert "Refresh" not in page.headers
    assert "确认导入 2 行" in page.text
    assert all(secret not in page.text for row in people for secret in row[:3])
    left_out = client.get(f"/office/imports/{import_id}/left-out.xlsx")
    rows = [cells for _, cells in read(left_out.data).rows()]
    assert rows[0][:3] == ["行号", "结果", "原因"]
    assert rows[1][0] == ["n", "4"]
    assert rows[1][3] == "=cmd|' /C calc'!A0"
    assert client.post(f"/office/imports/{import_id}/confirm", data=seen(page.text)).status_code == 302
    jobs.run_imports()
    assert "整批撤销" in client.get(f"/office/imports/{import_id}").text
    assert client.post(f"/office/imports/{import_id}/undo", data={"reason": ""}).status_code == 422
    client.post(f"/office/imports/{import_id}/undo", data={"reason": "导错了"})
    jobs.run_imports()
    assert get(import_id).state is ImportState.UNDONE
    assert "已撤销" in client.get(f"/office/imports/{import_id}").text


def test_columns_are_corrected_on_the_page(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    import_id = send(client, make_csv([("谁", "号码甲", "号码乙", "哪里"), *make_people(1)]))
    jobs.run_imports()
    assert "核对列" in client.get(f"/office/imports/{import_id}").text
    address = f"/office/imports/{import_id}/columns"
    assert client.post(address, data={"column_name": "0"}).status_code == 422
    twice = {"column_name": "0", "column_document_number": "0", "column_mobile": "2"}
    assert client.post(address, data=twice).status_code == 422
    right = {"column_name": "0", "column_document_number": "1", "column_mobile": "2", "column_region": "3"}
    assert client.post(address, data=right).status_code == 302
    jobs.run_imports()
    assert get(import_id).counts["new"] == 1


def test_a_broken_file_ends_on_a_page_that_says_why(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    import_id = send(client, b"PK\x03\x04 nothing")
    jobs.run_imports()
    assert "文件已损坏或不完整" in client.get(f"/office/imports/{import_id}").text


def test_what_is_missing_or_out_of_reach_in_an_upload_is_said_at_its_field(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    wrong_places = ({"region_code": "110101001001"}, {"region_code": "2204"}, {"area_code": "110101000000"})
    for missing in ({"consent_on": ""}, {"consent_on": "2999-01-01"}, {"holder": ""}, {"basis": ""}, *wrong_places):
        fields = {"kind": "roster", "area_code": COUNTY, "basis": "paper", "consent_on": "2025-06-01", "holder": "x"}
        file = (io.BytesIO(b"a,b"), "a.csv")
        assert client.post("/office/imports", data={**fields, **missing, "file": file}).status_code == 422
    assert db.session.query(Import).count() == 0


def test_the_office_of_another_district_sees_nothing_of_an_import(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    import_id = send(client, make_csv([ROSTER_HEADINGS, *make_people(1)]))
    jobs.run_imports()
    stranger = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, "110101"))
    for door in ("", "/left-out.xlsx"):
        assert stranger.get(f"/office/imports/{import_id}{door}").status_code == 404
    for door in ("confirm", "cancel", "columns", "undo"):
        assert stranger.post(f"/office/imports/{import_id}/{door}", data={"reason": "x"}).status_code == 404
    file = (io.BytesIO(b"a,b"), "a.csv")
    sent = stranger.post("/office/imports", data={"kind": "hours", "area_code": COUNTY, "file": file})
    assert sent.status_code == 422
    manager = sign_in(app.test_client(), make_staff(Role.STATION_MANAGER, ScopeKind.REGION, COUNTY))
    assert manager.get("/office/imports").status_code == 403
    assert db.session.query(Volunteer).count() == 0


def body(kind: str, data: bytes) -> dict[str, Any]:
    """Return a form with a file as a browser sends it; the test client would leave a temporary file behind."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("kind", kind), ("area_code", COUNTY))
    ]
    file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return {
        "data": "".join([*parts, file]).encode() + data + b"\r\n--x--\r\n",
        "content_type": "multipart/form-data; boundary=x",
    }


def test_an_upload_may_be_larger_than_other_forms_but_not_boundless(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    assert client.post("/office/imports", **body("hours", b"a,b\n" * 2_000_000)).status_code == 302
    assert client.post("/office/imports", **body("hours", b"a,b\n" * 11_000_000)).status_code == 413
    assert app.test_client().post("/office/imports", **body("hours", b"a,b\n" * 2_000_000)).status_code in {302, 413}
    assert db.session.query(Import).count() == 1


def test_the_templates_are_read_by_our_own_guess(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    for kind, door in ((ImportKind.ROSTER, "roster"), (ImportKind.HOURS, "hours")):
        file = client.get(f"/office/imports/{door}-template.xlsx")
        rows = [cells for _, cells in read(file.data).rows()]
        assert set(headings.guess(kind, rows).mapping) == set(headings.FIELDS[kind])


def test_what_is_sent_twice_at_once_is_confirmed_once(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    import_id = send(client, make_xlsx([HOURS_HEADINGS]), kind="hours")
    jobs.run_imports()
    client.post(f"/office/imports/{import_id}/confirm")
    assert get(import_id).state is ImportState.FAILED


def test_only_the_dry_run_that_was_seen_can_be_confirmed(app: Flask, client: FlaskClient) -> None:
    """Red without the comparison in `service.confirm`: one person would be registered who was never shown."""
    make_district()
    office_browser(client)
    first, second = make_people(2)
    import_id = send(client, make_csv([ROSTER_HEADINGS, first, second]))
    jobs.run_imports()
    address = f"/office/imports/{import_id}"
    old = seen(client.get(address).text)
    # Meanwhile somebody has it checked anew, against a register that is another by now.
    other = send(client, make_csv([ROSTER_HEADINGS, first]))
    jobs.run_imports()
    client.post(f"/office/imports/{other}/confirm", data=seen(client.get(f"/office/imports/{other}").text))
    jobs.run_imports()
    columns = {"column_name": "0", "column_document_number": "1", "column_mobile": "2", "column_region": "3"}
    client.post(f"{address}/columns", data=columns)
    jobs.run_imports()
    for stale in (old, {}):
        answer = client.post(f"{address}/confirm", data=stale, follow_redirects=True)
        assert "后来重新预检过" in answer.text
        assert get(import_id).state is ImportState.READY
    now_seen = seen(answer.text)
    assert now_seen != old
    client.post(f"{address}/confirm", data=now_seen)
    jobs.run_imports()
    assert (get(import_id).state, get(import_id).counts["registered"]) == (ImportState.DONE, 1)
    assert db.session.query(Volunteer).count() == 2


def test_the_same_dry_run_has_the_same_mark(app: Flask, client: FlaskClient) -> None:
    make_district()
    office_browser(client)
    import_id = send(client, make_csv([ROSTER_HEADINGS, *make_people(2)]))
    jobs.run_imports()
    address = f"/office/imports/{import_id}"
    old = seen(client.get(address).text)
    columns = {"column_name": "0", "column_document_number": "1", "column_mobile": "2", "column_region": "3"}
    client.post(f"{address}/columns", data=columns)
    assert get(import_id).result_digest is None
    jobs.run_imports()
    assert seen(client.get(address).text) == old
