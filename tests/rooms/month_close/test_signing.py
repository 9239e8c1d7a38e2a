"""Two people sign the same figures; what they signed is kept as it was, for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.ledger import make_entry, make_resident
from tests.makers.month_close import (
    CLOSED,
    COUNTY,
    HOUR,
    PREPARED,
    acting,
    make_closed,
    make_draft,
    make_signer,
    sign_first,
    sign_second,
)
from tests.makers.races import overlap
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, Role, RoleGrant, ScopeKind
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.month_close import checking, composing, content, queries, sealing, service
from volunteer_hub.month_close.models import ClosedDocument, CloseState, MonthClose
from volunteer_hub.month_close.sealing import Signature
from volunteer_hub.notices.models import Notice
from volunteer_hub.statistics import definitions, targets_service
from volunteer_hub.statistics.targets_service import Aim


def test_two_people_close_a_month_and_leave_a_document_with_its_sums(people: tuple[Account, Account, int]) -> None:
    first, second, _ = people
    kept = make_closed(first, second)
    said = json.loads(kept.document)
    assert kept.sha256 == hashlib.sha256(kept.document).hexdigest()
    assert kept.pdf_sha256 == hashlib.sha256(kept.pdf).hexdigest()
    assert kept.pdf.startswith(b"%PDF")
    assert content.canonical(said) == kept.document
    assert [each["name"] for each in said["signatures"]] == ["王主任", "李副主任"]
    close = db.session.get_one(MonthClose, kept.close_id)
    assert close.state is CloseState.CLOSED
    assert said["digest"] == close.digest == hashlib.sha256(close.content).hexdigest()


def test_the_document_says_what_the_figures_are_made_of(people: tuple[Account, Account, int]) -> None:
    said = json.loads(make_closed(*people[:2]).document)["content"]
    assert (said["region"]["name"], said["month"], said["version"]) == ("西安区", "2022-06", 1)
    assert said["as_of"] == "2022-07-06T00:00:00.000000Z"
    assert said["data_version"] == {"ledger": 1, "standings": 4}
    assert [(each["period"], each["classes"], each["since"]) for each in said["tables"]] == [
        ("month", "ABCD", "2022-06-01"),
        ("month", "AB", "2022-06-01"),
        ("year", "ABCD", "2022-01-01"),
        ("year", "AB", "2022-01-01"),
        ("ever", "ABCD", None),
        ("ever", "AB", None),
    ]
    whole, *parts = said["tables"][0]["cells"]
    assert whole["population"] == {"value": 100, "base": "census", "year": 2020, "source": "第七次全国人口普查"}
    assert whole["figures"]["registration_ratio"] == {"numerator": 4, "denominator": 100, "value": "0.0400"}
    assert (whole["figures"]["with_hours"], whole["figures"]["minutes"]) == (1, 120)
    assert [part["name"] for part in parts] == ["仙城街道", "东山街道"]
    assert {each["key"] for each in said["meanings"]["figures"]} == set(definitions.BY_KEY)
    assert len(said["meanings"]["sha256"]) == 64


def test_the_document_says_how_far_the_targets_are_that_held(people: tuple[Account, Account, int]) -> None:
    with transaction():
        for figure, threshold in (("registration_ratio", 13), ("hours_per_registered", 25)):
            aim = Aim(figure, 2022, Decimal(threshold), "测评体系 2022 年版")
            targets_service.set_target(acting(people[0]), COUNTY, aim, now=PREPARED - HOUR)
    said = json.loads(make_closed(*people[:2]).document)["content"]
    # 13 of 100 people, of whom 4 are registered; 4 × 25 hours, of which 120 minutes were served.
    assert [(each["figure"], each["hundredths"], each["missing"]) for each in said["targets"]] == [
        ("registration_ratio", 1300, 9),
        ("hours_per_registered", 2500, 4 * 25 * 60 - 120),
    ]
    assert {each["source"] for each in said["targets"]} == {"测评体系 2022 年版"}


def test_the_same_account_never_signs_twice_whatever_its_roles(people: tuple[Account, Account, int]) -> None:
    """Red without the check in `review`, where the database then refuses; see the next test."""
    first, _, _ = people
    with transaction():
        accounts.grant(COMMAND_LINE, first.id, Role.ADMINISTRATOR, ScopeKind.EVERYTHING, "", now=PREPARED)
    close = make_draft()
    assert sign_first(first, close).given
    with pytest.raises(DomainError) as refusal:
        sign_second(first, close)
    assert refusal.value.code == "same_person"
    db.session.rollback()
    assert db.session.get_one(MonthClose, close.id).state is CloseState.FILED


def test_the_database_refuses_one_person_for_both_signatures(people: tuple[Account, Account, int]) -> None:
    """Red without the CHECK `two_people`."""
    first, _, _ = people
    close = make_draft()
    sign_first(first, close)
    with pytest.raises(IntegrityError, match="two_people"), transaction():
        db.session.execute(
            update(MonthClose).values(state=CloseState.CLOSED, reviewed_by=first.id, closed_at=CLOSED + HOUR)
        )


def test_of_two_first_signers_at_once_one_signs(app: Flask, people: tuple[Account, Account, int]) -> None:
    """Red if `in_turn` does not read again after its turn has come."""
    first, second, _ = people
    close = make_draft()
    checked, shown = checking.check(close, now=CLOSED), close.digest

    def sign(account: Account) -> Callable[[], object]:
        who = acting(account)
        return lambda: service.file(who, close.id, EVERYTHING, checked, shown=shown, now=CLOSED)

    assert sorted(overlap(app, sign(first), sign(second))) == ["done", "not_a_draft"]
    assert db.session.get_one(MonthClose, close.id).filed_by == first.id


def test_of_two_second_signers_at_once_one_closes(app: Flask, people: tuple[Account, Account, int]) -> None:
    """Red if `in_turn` does not read again after its turn has come."""
    first, second, _ = people
    third, close = make_signer("赵科长"), make_draft()
    sign_first(first, close)
    db.session.expire_all()
    checked, shown = checking.check(close, now=CLOSED), close.digest
    filed = Signature("filed", first.id, first.display_name, CLOSED)

    def sign(account: Account) -> Callable[[], object]:
        reviewed = Signature("reviewed", account.id, account.display_name, CLOSED)
        sealed, who = sealing.seal(close, filed, reviewed), acting(account)
        return lambda: service.review(who, close.id, EVERYTHING, checked, sealed, shown=shown, now=CLOSED)

    assert sorted(overlap(app, sign(second), sign(third))) == ["done", "not_filed"]
    assert len(db.session.scalars(select(ClosedDocument)).all()) == 1


def test_a_signer_of_another_division_finds_no_month_here(people: tuple[Account, Account, int]) -> None:
    close = make_draft()
    checked = checking.check(close, now=CLOSED)
    with pytest.raises(NotFound), transaction():
        service.file(acting(people[0]), close.id, Scope(regions=("110101",)), checked, shown=close.digest, now=CLOSED)


def test_an_entry_between_the_signatures_takes_the_first_back_and_says_what_changed(
    people: tuple[Account, Account, int],
) -> None:
    """Red if `check` does not count what arrived."""
    first, second, person = people
    close = make_draft()
    assert sign_first(first, close, now=CLOSED).given
    make_entry(person, 60, recorded_at=CLOSED + timedelta(minutes=5))
    assert not sign_second(second, close, now=CLOSED + HOUR).given
    fresh = db.session.get_one(MonthClose, close.id)
    assert (fresh.state, fresh.filed_by) == (CloseState.DRAFT, None)
    assert fresh.as_of == CLOSED + HOUR - composing.SETTLED
    assert fresh.changes is not None
    assert fresh.changes["entries"] == 1
    minutes = [each for each in fresh.changes["differences"] if each["key"] == "minutes"]
    assert (minutes[0]["was"], minutes[0]["now"], minutes[0]["difference"]) == (120, 180, 60)
    told = db.session.scalars(select(Notice).where(Notice.account_id == first.id)).all()
    assert [notice.subject for notice in told if "失效" in notice.subject]
    assert sign_first(first, close, now=CLOSED + 2 * HOUR).given
    assert sign_second(second, close, now=CLOSED + 3 * HOUR).given


def test_an_entry_that_arrives_while_the_second_signs_is_not_closed_over(
    people: tuple[Account, Account, int],
) -> None:
    """Red if `_stands` does not count inside the transaction."""
    first, second, person = people
    close = make_draft()
    sign_first(first, close)
    db.session.expire_all()
    checked = checking.check(close, now=CLOSED)
    filed = Signature("filed", first.id, first.display_name, CLOSED)
    sealed = sealing.seal(close, filed, Signature("reviewed", second.id, second.display_name, CLOSED))
    make_entry(person, 60, recorded_at=CLOSED + timedelta(minutes=1))
    with pytest.raises(DomainError) as refusal, transaction():
        service.review(acting(second), close.id, EVERYTHING, checked, sealed, shown=close.digest, now=CLOSED)
    assert refusal.value.code == "moved_on"
    assert db.session.scalars(select(ClosedDocument)).all() == []


def test_what_came_within_the_last_minute_waits_until_it_is_settled(people: tuple[Account, Account, int]) -> None:
    """Red if figures could be signed as of the moment itself: somebody's entry may still be on its way then."""
    first, _, person = people
    close = make_draft()
    make_entry(person, 60, recorded_at=CLOSED - timedelta(seconds=5))
    assert not sign_first(first, close, now=CLOSED).given
    assert not sign_first(first, close, now=CLOSED + timedelta(seconds=10)).given
    assert not sign_first(first, close, now=CLOSED + timedelta(seconds=59)).given
    assert sign_first(first, close, now=CLOSED + timedelta(seconds=60)).given


def test_registrations_after_the_cut_off_do_not_upset_the_signatures(people: tuple[Account, Account, int]) -> None:
    first, second, _ = people
    close = make_draft()
    make_resident("220403002001", since=CLOSED)
    assert sign_first(first, close, now=CLOSED + HOUR).given
    assert sign_second(second, close, now=CLOSED + 2 * HOUR).given


def test_service_of_the_new_month_does_not_upset_the_signatures(people: tuple[Account, Account, int]) -> None:
    first, second, person = people
    close = make_draft()
    make_entry(person, 60, service_on=CLOSED.date(), recorded_at=CLOSED)
    assert sign_first(first, close, now=CLOSED + HOUR).given
    assert sign_second(second, close, now=CLOSED + 2 * HOUR).given


def test_who_signs_figures_other_than_the_latest_is_asked_to_look_again(people: tuple[Account, Account, int]) -> None:
    close = make_draft()
    checked = checking.check(close, now=CLOSED)
    with pytest.raises(DomainError) as refusal, transaction():
        service.file(acting(people[0]), close.id, EVERYTHING, checked, shown="0" * 64, now=CLOSED)
    assert refusal.value.code == "other_figures"


def test_a_document_prepared_before_something_else_was_signed_is_not_kept(
    people: tuple[Account, Account, int],
) -> None:
    """Red if `review` does not compare with the last document: the unique sequence would then refuse it unkindly."""
    first, second, _ = people
    close = make_draft()
    sign_first(first, close)
    db.session.expire_all()
    checked = checking.check(close, now=CLOSED)
    filed = Signature("filed", first.id, first.display_name, CLOSED)
    sealed = sealing.seal(close, filed, Signature("reviewed", second.id, second.display_name, CLOSED))
    for stale in (
        replace(sealed, previous_sha256="0" * 64),
        replace(sealed, digest="0" * 64),
        replace(sealed, signers=(second.id, first.id)),
    ):
        with pytest.raises(DomainError) as refusal, transaction():
            service.review(acting(second), close.id, EVERYTHING, checked, stale, shown=close.digest, now=CLOSED)
        assert refusal.value.code == "moved_on"


def test_those_who_may_sign_are_told_that_the_first_has(people: tuple[Account, Account, int]) -> None:
    first, second, _ = people
    close = make_draft()
    sign_first(first, close)
    sign_second(second, close)
    subjects = {
        account.id: [
            each.subject for each in db.session.scalars(select(Notice).where(Notice.account_id == account.id))
        ]
        for account in (first, second)
    }
    assert any("请另一人审核" in subject for subject in subjects[second.id])
    assert any("已月结" in subject for subject in subjects[first.id])
    assert not any("请另一人审核" in subject for subject in subjects[first.id])
    assert queries.list_signers(COUNTY, CLOSED) == sorted((first.id, second.id))


def test_a_role_lost_while_the_figures_were_looked_at_signs_nothing(people: tuple[Account, Account, int]) -> None:
    """Red if `in_turn` relies on the scope that was read before the figures were composed."""
    first, second, _ = people
    close = make_draft()
    sign_first(first, close)
    db.session.expire_all()
    checked = checking.check(close, now=CLOSED)
    filed = Signature("filed", first.id, first.display_name, CLOSED)
    sealed = sealing.seal(close, filed, Signature("reviewed", second.id, second.display_name, CLOSED))
    with transaction():
        db.session.execute(
            update(RoleGrant).where(RoleGrant.account_id == second.id).values(revoked_at=CLOSED - HOUR)
        )
    with pytest.raises(NotFound), transaction():
        service.review(acting(second), close.id, EVERYTHING, checked, sealed, shown=close.digest, now=CLOSED)
    assert db.session.scalars(select(ClosedDocument)).all() == []
