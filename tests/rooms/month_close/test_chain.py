"""Closed documents are chained, and `flask month-close verify` finds whatever was altered behind the triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from tests.makers.month_close import (
    CLOSED,
    COUNTY,
    HOUR,
    JULY,
    JUNE,
    acting,
    make_anew,
    make_closed,
    make_draft,
    make_served,
    make_signer,
    sign_first,
    sign_second,
)
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.dialect import append_only_lifted, snapshot
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.month_close import content, queries, reopening
from volunteer_hub.month_close.models import ClosedDocument, CloseState, MonthClose, Reopening
from volunteer_hub.month_close.verify import Report, verify

AUGUST = CLOSED.replace(month=8)
TABLES = ("month_closes", "month_close_documents")


@pytest.fixture
def signers(app: Flask) -> tuple[Account, Account]:
    make_served()
    return make_signer("王主任"), make_signer("李副主任")


def verified() -> Report:
    db.session.rollback()
    with snapshot(db.engine) as connection:
        return verify(connection)


def test_each_document_holds_the_sums_of_the_one_before(signers: tuple[Account, Account]) -> None:
    first = make_closed(*signers)
    second = make_closed(*signers, month=JULY, now=AUGUST)
    street = make_closed(*signers, region="220403002000")
    assert (first.sequence, first.previous_sha256) == (1, None)
    assert (second.sequence, second.previous_sha256) == (2, first.sha256)
    assert (street.sequence, street.previous_sha256) == (1, None)
    assert verified() == Report(3, ())


def _longer() -> bytes:
    return db.session.scalars(select(ClosedDocument)).one().document + b" "


ALTERED: list[tuple[Callable[[], Any], str]] = [
    (lambda: update(ClosedDocument).values(document=_longer()), "not the one that was kept"),
    (lambda: update(ClosedDocument).values(pdf=b"%PDF-"), "the paper is not"),
    (lambda: update(MonthClose).values(content=b"{}"), "not the one that was signed"),
    (lambda: update(MonthClose).values(reviewed_by=99), "other signers"),
    (lambda: update(ClosedDocument).values(pdf=b"%PDF-", pdf_sha256=content.digest(b"%PDF-")), "the trail knows"),
]


@pytest.mark.parametrize("number", range(len(ALTERED)))
def test_what_is_altered_behind_the_triggers_is_found(
    app: Flask, signers: tuple[Account, Account], number: int
) -> None:
    make_closed(*signers)
    alter, says = ALTERED[number]
    with transaction(), append_only_lifted(db.session, TABLES):
        db.session.execute(alter())
    db.session.remove()
    assert any(says in fault.says for fault in verified().faults)
    outcome = app.test_cli_runner().invoke(args=["month-close", "verify"])
    assert outcome.exit_code == 1
    assert says in outcome.output


def test_a_document_that_is_gone_is_missed(signers: tuple[Account, Account]) -> None:
    first = make_closed(*signers)
    make_closed(*signers, month=JULY, now=AUGUST)
    with transaction(), append_only_lifted(db.session, TABLES):
        db.session.execute(delete(ClosedDocument).where(ClosedDocument.close_id == first.close_id))
    says = {fault.says for fault in verified().faults}
    assert "the month and its document do not go together" in says
    assert "a document before is missing" in says


def test_the_command_says_that_everything_holds(app: Flask, signers: tuple[Account, Account]) -> None:
    make_closed(*signers)
    outcome = app.test_cli_runner().invoke(args=["month-close", "verify"])
    assert (outcome.exit_code, outcome.output) == (0, "1 closed months, 0 faults\n")


def test_closing_anew_keeps_both_versions_and_chains_the_second(signers: tuple[Account, Account]) -> None:
    kept = make_closed(*signers)
    document = kept.document
    begun = make_anew(*signers, kept.close_id, now=CLOSED + HOUR)
    assert (begun.version, begun.month, begun.state) == (2, JUNE, CloseState.DRAFT)
    first = queries.get_close(kept.close_id, EVERYTHING)
    assert queries.in_force(first, at=CLOSED + HOUR)
    sign_first(signers[0], begun, now=CLOSED + 2 * HOUR)
    sign_second(signers[1], begun, now=CLOSED + 3 * HOUR)
    said = content.read(db.session.get_one(ClosedDocument, begun.id).document)
    assert said["content"]["supersedes"] == {"version": 1, "digest": first.digest, "reason": "人口数录错"}
    assert said["previous"]["sha256"] == kept.sha256
    assert db.session.get_one(ClosedDocument, kept.close_id).document == document
    assert [each.id for each in queries.current_closes(COUNTY, at=AUGUST)] == [begun.id]
    assert verified() == Report(2, ())


def test_closing_anew_needs_a_second_person(signers: tuple[Account, Account]) -> None:
    kept = make_closed(*signers)
    with pytest.raises(DomainError) as refusal:
        make_anew(signers[0], signers[0], kept.close_id, now=CLOSED + HOUR)
    assert refusal.value.code == "same_person"
    db.session.rollback()
    assert queries.find_waiting(kept.close_id) is not None


def test_closing_anew_is_asked_once_with_a_reason_and_of_the_version_in_force(
    signers: tuple[Account, Account],
) -> None:
    kept = make_closed(*signers)
    who = acting(signers[0])

    def ask(close_id: int, reason: str) -> str:
        try:
            with transaction():
                reopening.ask(who, close_id, EVERYTHING, reason=reason, now=CLOSED + HOUR)
        except DomainError as refusal:
            return refusal.code
        return "asked"

    open_one = make_draft(month=JULY, now=AUGUST)
    assert ask(kept.close_id, "  ") == "reason_missing"
    assert ask(open_one.id, "不对") == "not_in_force"
    assert ask(kept.close_id, "人口数录错") == "asked"
    assert ask(kept.close_id, "人口数录错") == "asked_already"


def test_a_declined_request_begins_nothing_and_is_kept(signers: tuple[Account, Account]) -> None:
    kept = make_closed(*signers)
    with transaction():
        reopening.ask(acting(signers[0]), kept.close_id, EVERYTHING, reason="人口数录错", now=CLOSED + HOUR)
    composed = reopening.compose_anew(queries.get_close(kept.close_id, EVERYTHING), now=CLOSED + HOUR)
    with transaction():
        begun = reopening.decide(
            acting(signers[1]), kept.close_id, EVERYTHING, grant=False, composed=composed, now=CLOSED + HOUR
        )
    assert begun is None
    asked = db.session.scalars(select(Reopening)).one()
    assert (asked.is_granted, asked.decided_by) == (False, signers[1].id)
    assert queries.list_closes(COUNTY)[0].version == 1
