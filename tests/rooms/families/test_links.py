"""How links come about and end: by registration, a code, a card, or at a desk; and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.families import AGES, actor_of, make_elder, make_link, years_ago
from tests.makers.races import overlap
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from tests.rooms.families.test_acting import link_of, rows
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.checkin.codes import card_code
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.families import codes, linking, queries, service
from volunteer_hub.families.models import CareCode, CareKind, CareLink, Proof
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers import cards
from volunteer_hub.volunteers import service as register
from volunteer_hub.volunteers.models import Guardian, Volunteer


def make_code(elder: Volunteer) -> str:
    with transaction():
        return codes.make(actor_of(elder), elder, CareKind.RELATIVE, now=clock.now(), ages=AGES)


def redeem(carer: Volunteer, code: str, *, later: timedelta = timedelta()) -> CareLink:
    with transaction():
        return codes.redeem(actor_of(carer), carer, code, now=clock.now() + later, ages=AGES)


def test_an_elder_gives_a_code_away_and_a_relative_types_it(
    app: Flask, phone: FlaskClient, mother: Volunteer, elder: Volunteer
) -> None:
    elders = sign_in(app.test_client(), elder)
    page = elders.post("/me/family/code", data={"kind": "relative"}).text
    code = page.split('class="care-code num">')[1].split("<")[0]
    assert phone.post("/me/family/join", data={"code": f" {code} "}).status_code == 302
    assert "赵桂兰" in phone.get("/me/family").text
    link = link_of(elder)
    assert (link.kind, link.proof, link.confirmed_by) == (CareKind.RELATIVE, Proof.CODE, elder.account_id)
    assert "王芳" in elders.get("/me/family").text
    told = db.session.scalars(select(Notice).where(Notice.account_id == elder.account_id)).one()
    assert told.params == {"carer": "王芳", "name": "赵桂兰"}
    (entry,) = rows("families.establish")
    assert entry.details["carer"] == mother.account_id
    assert elders.post(f"/me/family/{link.id}/end").status_code == 302
    assert "赵桂兰" not in phone.get("/me/family").text


@pytest.mark.parametrize("typed", ["00000000", "abc", ""])
def test_a_wrong_code_links_nobody(phone: FlaskClient, elder: Volunteer, typed: str) -> None:
    make_code(elder)
    answer = phone.post("/me/family/join", data={"code": typed})
    assert answer.status_code == 422
    assert db.session.scalars(select(CareLink)).all() == []


def test_a_code_is_good_for_ten_minutes_once_and_until_the_next(mother: Volunteer, elder: Volunteer) -> None:
    late = make_code(elder)
    with pytest.raises(DomainError, match="code_wrong"):
        redeem(mother, late, later=timedelta(minutes=10))
    first, second = make_code(elder), make_code(elder)
    with pytest.raises(DomainError, match="code_wrong"):
        redeem(mother, first)
    redeem(mother, second)
    with pytest.raises(DomainError, match="code_wrong"):
        redeem(mother, second)


def test_codes_are_not_kept_in_clear(elder: Volunteer) -> None:
    code = make_code(elder)
    assert code not in db.session.scalars(select(CareCode)).one().code_index


def test_a_refused_link_leaves_the_code_good(district: District, mother: Volunteer, elder: Volunteer) -> None:
    code = make_code(elder)
    with pytest.raises(DomainError, match="care_of_oneself"):
        redeem(elder, code)
    redeem(mother, code)


def test_of_two_who_type_one_code_one_is_linked(app: Flask, district: District, elder: Volunteer) -> None:
    """Red when `used_at IS NULL` is taken out of the UPDATE in `codes.redeem`."""
    first, second = (make_volunteer(district.community, name) for name in ("王芳", "李强"))
    code = make_code(elder)
    ids = (first.id, second.id)

    def type_it(volunteer_id: int) -> None:
        carer = db.session.get_one(Volunteer, volunteer_id)
        codes.redeem(actor_of(carer), carer, code, now=clock.now(), ages=AGES)

    assert overlap(app, lambda: type_it(ids[0]), lambda: type_it(ids[1])) == ["done", "code_wrong"]
    assert [link.carer_account_id for link in db.session.scalars(select(CareLink))] == [first.account_id]


def test_of_two_links_between_the_same_two_at_once_one_is_made(
    app: Flask, mother: Volunteer, elder: Volunteer
) -> None:
    """Red when the unique index `uq_care_links_open` and the turn in `linking.establish` are both taken away."""
    ids = (mother.id, elder.id)

    def link() -> None:
        carer, cared = (db.session.get_one(Volunteer, identity) for identity in ids)
        linking.establish(actor_of(carer), carer, cared, CareKind.RELATIVE, Proof.CODE, now=clock.now(), ages=AGES)

    assert overlap(app, link, link) == ["done", "already_carer"]


def test_who_is_a_minor_gives_no_code_and_cares_for_nobody(
    district: District, child: Volunteer, elder: Volunteer
) -> None:
    with pytest.raises(DomainError, match="code_for_a_minor"):
        make_code(child)
    with pytest.raises(DomainError, match="carer_is_a_minor"):
        redeem(child, make_code(elder))


def test_guardians_are_of_minors_and_relatives_of_adults(
    district: District, mother: Volunteer, child: Volunteer, elder: Volunteer
) -> None:
    father = make_volunteer(district.community, "李强")
    for cared, kind in ((child, CareKind.RELATIVE), (elder, CareKind.GUARDIAN)):
        with pytest.raises(DomainError, match="kind_does_not_fit"):
            make_link(father, cared, kind)
    make_link(father, child, CareKind.GUARDIAN)
    with pytest.raises(DomainError, match="already_carer"):
        make_link(father, child, CareKind.GUARDIAN)


def test_who_comes_of_age_may_let_the_same_parent_act_again(
    district: District, mother: Volunteer, child: Volunteer
) -> None:
    """The guardian's link has stopped holding by itself, and is closed when the new one is made."""
    with transaction():
        db.session.get_one(Volunteer, child.id).birth_on = years_ago(20)
    grown = db.session.get_one(Volunteer, child.id)
    assert queries.list_cared_for(mother.account_id or 0, clock.now(), AGES) == []
    redeem(mother, make_code(grown))
    (cared,) = queries.list_cared_for(mother.account_id or 0, clock.now(), AGES)
    assert cared.link.kind is CareKind.RELATIVE


def test_one_account_looks_after_ten_people_at_most(district: District, mother: Volunteer) -> None:
    for number in range(linking.MOST):
        make_link(mother, make_elder(district.community, f"老人{number}"))
    with pytest.raises(DomainError, match="too_many_cared_for"):
        make_link(mother, make_elder(district.community))


def test_a_desk_links_two_with_the_documents_in_hand(
    app: Flask, district: District, mother: Volunteer, elder: Volunteer
) -> None:
    desk = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, district.county))
    address = f"/office/volunteers/{elder.id}/carers"
    sent = {"number": mother.number.lower(), "kind": "relative", "evidence": "双方身份证，老人在场同意"}
    assert desk.post(address, data={**sent, "number": "V000"}).status_code == 422
    assert desk.post(address, data={**sent, "evidence": " "}).status_code == 422
    assert desk.post(address, data={**sent, "kind": "guardian"}).status_code == 422
    assert desk.post(address, data=sent).status_code == 302
    link = link_of(elder)
    assert (link.proof, link.evidence) == (Proof.DESK, "双方身份证，老人在场同意")
    assert "双方身份证" in desk.get(address).text
    end = f"{address}/{link.id}/end"
    assert desk.post(end, data={f"end-{link.id}-reason": ""}).status_code == 422
    assert desk.post(end, data={f"end-{link.id}-reason": "老人要求"}).status_code == 302
    assert [row.reason for row in rows("families.end")] == ["老人要求"]
    assert desk.post(end, data={f"end-{link.id}-reason": "老人要求"}).status_code == 404


def test_staff_do_not_link_their_own_family(district: District, mother: Volunteer, elder: Volunteer) -> None:
    with transaction():
        accounts.grant(COMMAND_LINE, mother.account_id or 0, Role.OFFICE, ScopeKind.EVERYTHING, "", now=clock.now())
    with pytest.raises(DomainError, match="own_family"), transaction():
        service.establish_at_desk(
            actor_of(mother), mother, elder, CareKind.RELATIVE, "身份证", now=clock.now(), ages=AGES
        )


def test_a_desk_elsewhere_finds_nobody(app: Flask, district: District, elder: Volunteer) -> None:
    far = sign_in(app.test_client(), make_staff(Role.OFFICE, ScopeKind.REGION, "110101"))
    assert far.get(f"/office/volunteers/{elder.id}/carers").status_code == 404


def test_a_childs_card_links_the_guardian_its_registration_names(
    app: Flask, district: District, mother: Volunteer
) -> None:
    """The name and a proved mobile of the register, and the live card in hand; any one missing refuses."""
    child = make_volunteer(district.community, "小明", birth_on=years_ago(11))
    with transaction():
        guardian = db.session.scalars(select(Guardian).where(Guardian.volunteer_id == child.id)).one()
        guardian.name, guardian.mobile = mother.name, mother.mobile
        card = cards.issue(COMMAND_LINE, child, now=clock.now())
    phone = sign_in(app.test_client(), mother)
    typed = {"card": card_code(card.id)}
    assert phone.post("/me/family/card", data=typed).status_code == 422
    with transaction():
        register.raise_assurance(COMMAND_LINE, db.session.get_one(Volunteer, mother.id), 2, "身份证", now=clock.now())
    other = sign_in(app.test_client(), make_volunteer(district.community, "路人", at_desk=True))
    assert other.post("/me/family/card", data=typed).status_code == 422
    assert phone.post("/me/family/card", data={"card": card_code(card.id)[:-1] + "0"}).status_code == 422
    assert phone.post("/me/family/card", data=typed).status_code == 302
    assert (link_of(child).kind, link_of(child).proof) == (CareKind.GUARDIAN, Proof.CARD)


def test_a_replaced_card_links_nobody(app: Flask, district: District) -> None:
    father = make_volunteer(district.community, "李建国", mobile="13800000001", at_desk=True)
    child = make_volunteer(district.community, "小明", birth_on=years_ago(11))
    with transaction():
        old = cards.issue(COMMAND_LINE, child, now=clock.now())
        cards.issue(COMMAND_LINE, child, now=clock.now())
    phone = sign_in(app.test_client(), father)
    assert phone.post("/me/family/card", data={"card": card_code(old.id)}).status_code == 422


def test_a_minor_does_not_end_a_guardians_link_and_the_guardian_does(
    app: Flask, phone: FlaskClient, child: Volunteer
) -> None:
    own = sign_in(app.test_client(), child)
    assert "王芳" in own.get("/me/family").text
    assert own.post(f"/me/family/{link_of(child).id}/end").status_code == 404
    assert phone.post(f"/me/family/{link_of(child).id}/end").status_code == 302
    assert "小明" not in phone.get("/me/family").text


def test_carers_of_an_account_are_those_whose_links_hold(
    mother: Volunteer, child: Volunteer, elder: Volunteer
) -> None:
    (carer,) = queries.carers_of(child.account_id or 0, clock.now(), AGES)
    assert (carer.account_id, carer.link.kind, carer.name) == (mother.account_id, CareKind.GUARDIAN, "王芳")
    assert queries.carers_of(elder.account_id or 0, clock.now(), AGES) == []
    with transaction():
        service.end(actor_of(mother), link_of(child).id, now=clock.now())
    assert queries.carers_of(child.account_id or 0, clock.now(), AGES) == []
