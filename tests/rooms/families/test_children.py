"""A guardian registers a child from the own account: the guardian consents, and the child has no password."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.families import make_child, years_ago
from tests.makers.regions import District
from tests.makers.volunteers import make_document
from tests.rooms.families.test_acting import link_of
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.families.models import CareKind, CareLink, Proof
from volunteer_hub.volunteers.models import Consent, Guardian, Volunteer


def mark(page: str) -> str:
    return page.split('name="shown" value="')[1].split('"', maxsplit=1)[0]


def test_a_guardian_registers_a_child_from_the_own_account(phone: FlaskClient, mother: Volunteer) -> None:
    page = phone.get("/me/family/children/new").text
    assert mother.mobile in page
    answer = phone.post(
        "/me/family/children/new",
        data={
            "name": "李小明",
            "document_kind": "resident_id",
            "document_number": make_document(years_ago(11)),
            "mobile": mother.mobile,
            "region_code": "220403002001",
            "agrees": "y",
            "guardian_agrees": "y",
            "guardian_agrees_to_child_data": "y",
            "shown": mark(page),
        },
    )
    assert answer.status_code == 302, answer.text
    db.session.rollback()
    child = db.session.scalars(select(Volunteer).where(Volunteer.name == "李小明")).one()
    guardian = db.session.scalars(select(Guardian).where(Guardian.volunteer_id == child.id)).one()
    assert (guardian.name, guardian.mobile) == (mother.name, mother.mobile)
    assert db.session.get_one(Account, child.account_id).password_hash is None
    consents = db.session.scalars(select(Consent).where(Consent.volunteer_id == child.id))
    assert {row.kind: row.given_by for row in consents} == {
        "registration": "guardian",
        "minor": "guardian",
        "child_data": "guardian",
    }
    link = link_of(child)
    assert (link.kind, link.proof, link.carer_account_id) == (
        CareKind.GUARDIAN,
        Proof.REGISTRATION,
        mother.account_id,
    )
    assert "李小明" in phone.get("/me/family").text


@pytest.mark.parametrize(("years", "code"), [(30, "not_a_child"), (3, "too_young")])
def test_only_a_child_is_registered_by_its_guardian(
    district: District, mother: Volunteer, years: int, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        make_child(mother, district.community, birth_on=years_ago(years))
    assert refused.value.code == code
    db.session.rollback()
    assert db.session.scalars(select(CareLink)).all() == []


def test_a_child_needs_its_guardians_ticks(phone: FlaskClient, mother: Volunteer) -> None:
    page = phone.get("/me/family/children/new").text
    answer = phone.post(
        "/me/family/children/new",
        data={
            "name": "李小明",
            "document_kind": "resident_id",
            "document_number": make_document(years_ago(11)),
            "mobile": mother.mobile,
            "region_code": "220403002001",
            "agrees": "y",
            "shown": mark(page),
        },
    )
    assert answer.status_code == 422
    assert "请监护人阅读并同意" in answer.text
    assert "请监护人另外同意处理孩子的个人信息" in answer.text


def test_an_account_registers_no_more_children_a_day_than_a_browser_may(
    phone: FlaskClient, mother: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(phone.application.config, "REGISTRATIONS_PER_DEVICE", 1)
    shown = mark(phone.get("/me/family/children/new").text)
    answers = [
        phone.post(
            "/me/family/children/new",
            data={
                "name": f"李小{number}",
                "document_kind": "resident_id",
                "document_number": make_document(years_ago(15)),
                "mobile": mother.mobile,
                "region_code": "220403002001",
                "agrees": "y",
                "guardian_agrees": "y",
                "shown": shown,
            },
        )
        for number in "一二"
    ]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "注册太频繁" in answers[1].text
