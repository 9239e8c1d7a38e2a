"""Which registrations are shown as perhaps one person's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from tests.makers.checkin import START, make_door
from tests.makers.merging import LIMITS, make_officer
from tests.makers.regions import make_district
from tests.makers.volunteers import make_registration, make_volunteer
from volunteer_hub.checkin.models import WalkIn
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.merging import candidates, service
from volunteer_hub.merging.alike import are_alike
from volunteer_hub.merging.candidates import Sign
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import DocumentKind, Volunteer

HOME = "220403002001"
BIRTH = date(1990, 2, 3)


@pytest.fixture
def district(app: Flask) -> None:
    make_district()


def _with_passport(name: str, birth_on: date, *, mobile: str | None = None) -> Volunteer:
    given = make_registration(
        HOME, name, document_kind=DocumentKind.PASSPORT, document_number="E1234567", birth_on=birth_on, mobile=mobile
    )
    with transaction():
        return volunteers.register(COMMAND_LINE, given, now=START)


def _found(scope: Scope = EVERYTHING) -> list[tuple[set[int], set[Sign]]]:
    return [({one.kept.id, one.merged.id}, set(one.signs)) for one in candidates.list_candidates(scope)]


def test_a_passport_and_an_identity_card_of_one_name_and_birth(district: None) -> None:
    one, other = make_volunteer(HOME, "阿依努尔", birth_on=BIRTH), _with_passport("阿依努尔", BIRTH)
    assert _found() == [({one.id, other.id}, {Sign.SAME_NAME, Sign.SAME_BIRTH, Sign.OTHER_DOCUMENT})]


def test_one_mobile_and_a_name_with_a_wrong_character(district: None) -> None:
    one = make_volunteer(HOME, "王建国", birth_on=BIRTH, mobile="13800001111")
    other = _with_passport("王健国", BIRTH, mobile="13800001111")
    assert _found() == [
        ({one.id, other.id}, {Sign.SAME_MOBILE, Sign.ALIKE_NAME, Sign.SAME_BIRTH, Sign.OTHER_DOCUMENT})
    ]


def test_a_family_on_one_mobile_is_not_one_person(district: None) -> None:
    make_volunteer(HOME, "王建国", birth_on=BIRTH, mobile="13800001111")
    make_volunteer(HOME, "王小红", birth_on=date(2015, 6, 1), mobile="13800001111")
    make_volunteer(HOME, "王建国", birth_on=date(1955, 1, 1), mobile="13800001111")
    assert _found() == []


def test_people_of_other_districts_are_not_shown(district: None) -> None:
    make_volunteer(HOME, "阿依努尔", birth_on=BIRTH)
    _with_passport("阿依努尔", BIRTH)
    assert _found(Scope(regions=("110101",))) == []
    assert len(_found(Scope(regions=("220403",)))) == 1


def test_who_was_told_apart_is_not_shown_again(district: None) -> None:
    one, other = make_volunteer(HOME, "阿依努尔", birth_on=BIRTH), _with_passport("阿依努尔", BIRTH)
    with transaction():
        service.tell_apart(make_officer(), EVERYTHING, one.id, other.id, "两个人，见过本人", now=START)
    assert _found() == []


def test_the_surer_registration_is_offered_to_be_kept(district: None) -> None:
    make_volunteer(HOME, "阿依努尔", birth_on=BIRTH)
    other = _with_passport("阿依努尔", BIRTH)
    with transaction():
        volunteers.raise_assurance(make_officer(), other, 2, "护照原件", now=START + timedelta(days=1))
    assert candidates.list_candidates(EVERYTHING)[0].kept.id == other.id
    assert LIMITS.alone_hours == 50


def test_a_walk_in_entered_by_two_phones_is_one_pair(app: Flask) -> None:
    door = make_door()
    with transaction():
        db.session.add_all(
            WalkIn(
                shift_id=door.shift.id,
                label=label,
                name=name,
                mobile="13911112222",
                in_at=START,
                created_by=door.operator.id,
            )
            for label, name in (("红衣服", "刘 洋"), ("红外套", "刘洋"), ("戴帽子", "孙梅"))
        )
    found = candidates.list_walk_in_pairs(EVERYTHING, now=START + timedelta(days=1))
    assert [one.labels for one in found] == [("红衣服", "红外套")]
    assert candidates.list_walk_in_pairs(Scope(regions=("110101",)), now=START) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("王建国", "王健国", True),
        ("买买提·吐尔逊", "买买提吐尔逊", True),
        ("John Smith", "john  smith", True),
        ("欧阳文", "欧阳文明", True),
        ("王芳", "王刚", False),
        ("王芳", "王芳芳", True),
        ("王建国", "李建民", False),
        ("", "", True),
    ],
)
def test_names_that_may_be_one(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other) is alike
