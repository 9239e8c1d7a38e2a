"""Registering through the form, one's own record, and the record nobody else may see."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.makers.accounts import make_account, sign_in
from tests.makers.regions import make_district
from tests.makers.volunteers import make_document, make_mobile, make_volunteer
from volunteer_hub.core.db import db
from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.models import Volunteer

PASSWORD = "一句足够长的密码"


def filled_in(client: FlaskClient, **changed: Any) -> dict[str, Any]:
    """Return a registration form as a browser would send it, with the mark of the texts it was shown."""
    page = client.get("/register").text
    mark = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert mark is not None
    sent = {
        "name": "李秀兰",
        "document_kind": "resident_id",
        "document_number": make_document(),
        "mobile": make_mobile(),
        "password": PASSWORD,
        "region_code": make_district().community,
        "skills": ["medical"],
        "agrees": "y",
        "shown": mark[1],
    }
    return {key: value for key, value in (sent | changed).items() if value is not None}


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Volunteer)) or 0


def test_who_registers_is_signed_in_and_shown_a_number(client: FlaskClient) -> None:
    answer = client.post("/register", data=filled_in(client))
    assert answer.status_code == 302
    assert answer.location == "/registered"
    volunteer = db.session.scalars(select(Volunteer)).one()
    assert volunteer.skills == ["medical"]
    assert volunteer.number in client.get("/registered").text
    digests = {consent.text_digest for consent in queries.list_consents(volunteer.id)}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)


def test_the_form_keeps_what_was_typed_but_not_the_password(client: FlaskClient) -> None:
    answer = client.post("/register", data=filled_in(client, mobile="123", name="欧阳秀兰"))
    assert answer.status_code == 422
    assert 'value="欧阳秀兰"' in answer.text
    assert 'value="123"' in answer.text
    assert PASSWORD not in answer.text
    assert people() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"document_number": "220403198503050000"}, "document_number"),
        ({"document_kind": "passport", "document_number": "E12345678"}, "birth_on"),
        ({"mobile": "12345"}, "mobile"),
        ({"region_code": None}, "region_code"),
        ({"region_code": "220403000000"}, "region_code"),
        ({"password": "short"}, "password"),
        ({"password": "12345678"}, "password"),
        ({"agrees": None}, "agrees"),
        ({"shown": "0" * 64}, "agrees"),
    ],
)
def test_a_refusal_stands_at_its_field(client: FlaskClient, changed: dict[str, Any], field: str) -> None:
    answer = client.post("/register", data=filled_in(client, **changed))
    assert answer.status_code == 422
    assert wrong_fields(answer.text) == {field}
    assert people() == 0


def wrong_fields(page: str) -> set[str]:
    """Return the fields beside which an error stands."""
    return set(re.findall(r'id="([\w-]+)-note" class="field-note">\s*<p class="field-error"', page))


def test_everything_missing_of_a_guardian_is_said_at_once(client: FlaskClient) -> None:
    child = make_document(date(2014, 5, 1))
    answer = client.post("/register", data=filled_in(client, document_number=child))
    assert answer.status_code == 422
    assert wrong_fields(answer.text) == {
        "guardian_name",
        "guardian_mobile",
        "guardian_agrees",
        "guardian_agrees_to_child_data",
    }
    assert people() == 0
    guardian = {
        "guardian_name": "李建国",
        "guardian_mobile": "13800000001",
        "guardian_agrees": "y",
        "guardian_agrees_to_child_data": "y",
    }
    assert client.post("/register", data=filled_in(client, document_number=child, **guardian)).status_code == 302


def test_a_duplicate_gets_one_answer_whoever_holds_it(client: FlaskClient) -> None:
    place = make_district()
    numbers = [make_document(), make_document(date(2009, 1, 1))]
    for name, number in zip(("张伟", "王芳"), numbers, strict=True):
        make_volunteer(place.community, name, document_number=number, birth_on=date(2009, 1, 1))
    guardian = {"guardian_name": "李建国", "guardian_mobile": "13800000001", "guardian_agrees": "y"}
    answers = [
        client.post("/register", data=filled_in(client, document_number=number, **guardian)) for number in numbers
    ]
    sentences = [re.findall(r'class="field-error" role="alert">([^<]*)', answer.text) for answer in answers]
    assert sentences[0] == sentences[1] == ["该证件已登记。如果是您本人，请直接登录；忘记密码请到就近站点办理。"]
    assert not any(name in answer.text for answer in answers for name in ("张伟", "王芳"))


def test_a_minor_of_another_document_is_asked_for_a_guardian(client: FlaskClient) -> None:
    changed = {"document_kind": "passport", "document_number": "E7654321", "birth_on": "2010-06-01"}
    assert "guardian_name" in wrong_fields(client.post("/register", data=filled_in(client, **changed)).text)


def test_a_child_too_young_is_refused(client: FlaskClient) -> None:
    guardian = {
        "guardian_name": "李建国",
        "guardian_mobile": "13800000001",
        "guardian_agrees": "y",
        "guardian_agrees_to_child_data": "y",
    }
    data = filled_in(client, document_number=make_document(date(2026, 1, 1)), **guardian)
    assert wrong_fields(client.post("/register", data=data).text) == {"document_number"}


def test_the_record_masks_the_document_until_its_owner_asks(client: FlaskClient) -> None:
    volunteer = make_volunteer(make_district().community)
    sign_in(client, volunteer)
    page = client.get("/me/profile").text
    assert volunteer.number in page
    assert volunteer.document_number not in page
    assert volunteer.document_number in client.post("/me/profile/document").text
    assert volunteer.document_number not in client.get("/me/profile").text


def test_one_changes_residence_oneself_but_the_mobile_needs_a_second_proof(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    sign_in(client, volunteer)
    sent = {"mobile": "+86 137 0043 7000", "region_code": place.far_community, "categories": ["aid"]}
    assert client.post("/me/profile", data=sent).status_code == 302
    changed = db.session.get(Volunteer, volunteer.id, populate_existing=True)
    assert changed is not None
    assert (changed.mobile, changed.categories) == (volunteer.mobile, ["aid"])
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    assert standing.region_code == place.far_community


def test_a_refused_change_changes_nothing(client: FlaskClient) -> None:
    place = make_district()
    volunteer = make_volunteer(place.community)
    sign_in(client, volunteer)
    sent = {"mobile": "13700437000", "region_code": place.street}
    answer = client.post("/me/profile", data=sent)
    assert answer.status_code == 422
    assert wrong_fields(answer.text) == {"region_code"}
    unchanged = db.session.get(Volunteer, volunteer.id, populate_existing=True)
    assert unchanged is not None
    assert unchanged.mobile != "13700437000"


def test_one_withdraws_only_on_purpose(client: FlaskClient) -> None:
    volunteer = make_volunteer(make_district().community)
    sign_in(client, volunteer)
    assert client.post("/me/withdraw").status_code == 422
    assert queries.current_standing(volunteer.id) is not None
    assert client.post("/me/withdraw", data={"sure": "y"}).status_code == 302
    assert queries.current_standing(volunteer.id) is None
    assert client.get("/me/profile").status_code == 200


def test_a_record_is_nobody_elses(client: FlaskClient) -> None:
    assert client.get("/me/profile").status_code == 302
    sign_in(client, make_account())
    assert client.get("/me/profile").status_code == 404
    assert client.get("/registered").status_code == 404


def test_the_texts_can_be_read_again(client: FlaskClient) -> None:
    assert client.get("/consents/registration/v1").status_code == 200
    assert client.get("/consents/minor/v1").status_code == 200
    assert client.get("/consents/registration/v0").status_code == 404
