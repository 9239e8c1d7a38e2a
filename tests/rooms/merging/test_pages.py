"""The Office's pages: from a pair found to a merge, a second person, and back."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import GRANTED, make_staff, sign_in
from tests.makers.ledger import make_entry
from tests.makers.regions import make_district
from tests.makers.volunteers import make_registration, make_volunteer
from volunteer_hub.accounts import queries as accounts_queries
from volunteer_hub.accounts import recovery
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.agenda import service as agenda
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.queries import get_balance
from volunteer_hub.merging.models import Merge, MergeState
from volunteer_hub.rights import leaving
from volunteer_hub.volunteers import mobile_changes
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import DocumentKind, Volunteer
from volunteer_hub.volunteers.queries import current_standing

HOME = "220403002001"
BIRTH = date(1990, 2, 3)
Pair = tuple[Volunteer, Volunteer]


@pytest.fixture
def pair(app: Flask) -> Pair:
    make_district()
    one = make_volunteer(HOME, "阿依努尔", birth_on=BIRTH, password="correct horse 1")
    given = make_registration(
        HOME,
        "阿依努尔",
        document_kind=DocumentKind.PASSPORT,
        document_number="E1234567",
        birth_on=BIRTH,
        mobile=one.mobile,
        password="another horse 2",
    )
    with transaction():
        other = volunteers.register(COMMAND_LINE, given, now=clock.now())
    return one, other


def _officer(name: str, region: str = "220403") -> Account:
    return make_staff(Role.OFFICE, ScopeKind.REGION, region, name=name)


def _post(client: FlaskClient, path: str, kept: Volunteer, merged: Volunteer, reason: str = "本人带证件到场") -> int:
    return client.post(path, data={"kept": kept.id, "merged": merged.id, "reason": reason}).status_code


def test_from_the_list_to_a_merge_and_back(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    make_entry(merged.id, 90)
    sign_in(client, _officer("赵科长"))
    page = client.get("/office/duplicates").get_data(as_text=True)
    assert f"kept={kept.id}" in page or f"kept={merged.id}" in page
    assert merged.number in page
    seen = client.get(f"/office/duplicates/compare?kept={kept.id}&merged={merged.id}").get_data(as_text=True)
    assert "E1234567" not in seen
    assert merged.mobile not in seen
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    assert get_balance(kept.id) == 90
    merge = db.session.query(Merge).one()
    done = client.get(f"/office/duplicates/{merge.id}").get_data(as_text=True)
    assert "已合并" in done
    answer = client.post(f"/office/duplicates/{merge.id}/undo", data={"reason": "弄错了"})
    assert answer.status_code == 302
    assert (get_balance(kept.id), get_balance(merged.id)) == (0, 90)
    for address in (f"/office/duplicates/{merge.id}", "/office/duplicates"):
        assert "已撤销合并" in client.get(address).get_data(as_text=True)


def test_many_hours_go_by_a_second_person(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    make_entry(merged.id, 60 * 60, hours_class=HoursClass.D)
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    merge = db.session.query(Merge).one()
    assert merge.state is MergeState.REQUESTED
    assert client.post(f"/office/duplicates/{merge.id}/approve").status_code == 403
    sign_in(client, _officer("钱科员"))
    page = client.get(f"/office/duplicates/{merge.id}").get_data(as_text=True)
    assert "批准合并" in page
    assert client.post(f"/office/duplicates/{merge.id}/approve").status_code == 302
    assert get_balance(kept.id) == 3600


def _sign_in(client: FlaskClient, number: str, password: str) -> int:
    return client.application.test_client().post("/sign-in", data={"name": number, "password": password}).status_code


def _hold_the_mobile(volunteer: Volunteer) -> None:
    with transaction():
        mobile_changes.prove(db.session.get_one(Volunteer, volunteer.id), now=clock.now())


def test_a_request_that_was_refused_is_still_shown(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    make_entry(merged.id, 60 * 60, hours_class=HoursClass.D)
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    merge = db.session.query(Merge).one()
    sign_in(client, _officer("钱科员"))
    assert client.post(f"/office/duplicates/{merge.id}/refuse", data={"reason": "不是同一人"}).status_code == 302
    for address in (f"/office/duplicates/{merge.id}", "/office/duplicates"):
        assert "未批准" in client.get(address).get_data(as_text=True)


def test_who_had_two_accounts_still_signs_in_with_either(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    _hold_the_mobile(merged)
    sign_in(client, _officer("赵科长"))
    _post(client, "/office/duplicates/merge", kept, merged)
    for number, password in ((kept.number, "correct horse 1"), (merged.number, "another horse 2")):
        browser = client.application.test_client()
        answer = browser.post("/sign-in", data={"name": number, "password": password})
        assert answer.status_code == 302
        assert kept.number in browser.get("/me").get_data(as_text=True)


def test_a_merge_lets_nobody_into_a_strangers_pages(client: FlaskClient, pair: Pair) -> None:
    """Another mobile, and nobody saw both documents: the second account is closed, not led on."""
    kept, merged = pair
    with transaction():
        db.session.get_one(Volunteer, merged.id).mobile_index = "another"
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    answer = client.application.test_client().post(
        "/sign-in", data={"name": merged.number, "password": "another horse 2"}
    )
    assert answer.status_code == 422


def test_a_mobile_that_was_only_typed_lets_nobody_in(client: FlaskClient, pair: Pair) -> None:
    """Anybody can register under somebody's name with that person's mobile and a made-up document."""
    kept, merged = pair
    with transaction():
        secret = agenda.open_feed(db.session.get_one(Volunteer, merged.id), now=clock.now())
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    assert _sign_in(client, merged.number, "another horse 2") == 422
    assert client.get(f"/calendars/{secret}.ics").status_code == 404


def test_the_calendar_of_who_signs_in_with_either_goes_on(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    _hold_the_mobile(merged)
    with transaction():
        secret = agenda.open_feed(db.session.get_one(Volunteer, merged.id), now=clock.now())
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    assert client.get(f"/calendars/{secret}.ics").status_code == 200


def test_a_merge_opens_no_office(client: FlaskClient, pair: Pair) -> None:
    """Who merges could make up the second registration, and know its password."""
    kept, merged = pair
    _hold_the_mobile(merged)
    with transaction():
        accounts.grant(COMMAND_LINE, kept.account_id or 0, Role.ADMINISTRATOR, ScopeKind.EVERYTHING, "", now=GRANTED)
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    assert _sign_in(client, merged.number, "another horse 2") == 422
    assert _sign_in(client, kept.number, "correct horse 1") == 302


def test_a_password_chosen_at_the_other_account_opens_nothing_after_an_undo(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    _hold_the_mobile(merged)
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    with transaction():
        account = accounts_queries.get_account(kept.account_id or 0)
        accounts.change_password(account, "correct horse 1", "a third horse 3", now=clock.now())
    assert _sign_in(client, merged.number, "a third horse 3") == 302
    merge = db.session.query(Merge).one()
    assert client.post(f"/office/duplicates/{merge.id}/undo", data={"reason": "两个人"}).status_code == 302
    assert _sign_in(client, merged.number, "a third horse 3") == 422
    assert _sign_in(client, kept.number, "a third horse 3") == 302


def test_a_slip_ends_the_old_password_of_what_leads_here(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    _hold_the_mobile(merged)
    officer = _officer("赵科长")
    sign_in(client, officer)
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    with transaction():
        now = clock.now()
        held = accounts_queries.list_grants(officer.id, now)
        account = accounts_queries.get_account(kept.account_id or 0)
        code, _ = recovery.give_code(Actor(officer.id, "赵科长"), held, account, now=now)
    with transaction():
        recovery.use_code(code, "a third horse 3", now=clock.now())
    assert _sign_in(client, merged.number, "another horse 2") == 422
    assert _sign_in(client, merged.number, "a third horse 3") == 302


def test_an_undo_brings_nobody_back_who_was_erased(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", kept, merged) == 302
    merge = db.session.query(Merge).one()
    with transaction():
        person = db.session.get_one(Volunteer, kept.id)
        leaving.ask(Actor(person.account_id, person.name), person, days=7, urgent=True, now=clock.now())
    assert client.post(f"/office/duplicates/{merge.id}/undo", data={"reason": "两个人"}).status_code == 422
    assert current_standing(merged.id) is None


def test_another_districts_office_finds_no_such_pair(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    sign_in(client, _officer("外地", "110101"))
    assert client.get(f"/office/duplicates/compare?kept={kept.id}&merged={merged.id}").status_code == 404
    assert _post(client, "/office/duplicates/merge", kept, merged) == 404
    typed = {"kept": kept.number, "merged": merged.number}
    assert client.post("/office/duplicates", data=typed).status_code == 422


def test_two_numbers_are_compared_as_typed(client: FlaskClient, pair: Pair) -> None:
    kept, merged = pair
    sign_in(client, _officer("赵科长"))
    answer = client.post("/office/duplicates", data={"kept": f" {kept.number.lower()} ", "merged": merged.number})
    assert answer.status_code == 302
    answer = client.post("/office/duplicates", data={"kept": "V1", "merged": merged.number})
    assert answer.status_code == 422


def test_without_a_reason_nothing_happens(client: FlaskClient, pair: Pair) -> None:
    sign_in(client, _officer("赵科长"))
    assert _post(client, "/office/duplicates/merge", *pair, reason=" ") == 422
    assert _post(client, "/office/duplicates/distinct", *pair, reason="") == 422
    assert _post(client, "/office/duplicates/distinct", *pair) == 302
    assert db.session.query(Merge).one().state is MergeState.DISTINCT
