"""A closed month stays what it was signed as, whatever happens to anything it was made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tests.makers.accounts import sign_in
from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.month_close import (
    CLOSED,
    COUNTY,
    HOUR,
    JUNE,
    PREPARED,
    make_closed,
    make_draft,
    make_served,
    make_signer,
)
from tests.makers.regions import make_population, make_settings
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import TIMETABLE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.month_close import composing, content, service
from volunteer_hub.month_close.models import MonthClose
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import definitions


def test_a_closed_month_is_byte_identical_whatever_happens_afterwards(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, person = make_served()
    first, second = make_signer("王主任"), make_signer("李副主任")
    kept = make_closed(first, second)
    document, pdf, close_id = kept.document, kept.pdf, kept.close_id
    address = f"/office/months/{close_id}/report"
    browser = sign_in(client, first)
    page = browser.get(f"/office/months/{close_id}").text
    made = make_entry(person, 60, recorded_at=CLOSED + HOUR)
    make_reversal(made, at=CLOSED + 2 * HOUR)
    make_reversal(1, at=CLOSED + 2 * HOUR)
    make_resident(places.community, since=PREPARED - timedelta(days=60))
    make_population(places.county, 90, year=2021)
    make_settings(places.county, counted_assurance=3)
    with transaction():
        db.session.execute(update(Region).where(Region.code == COUNTY).values(name="新区", full_name="新区"))
        db.session.execute(update(Account).values(display_name="改名"))
    changed = tuple(replace(figure, rule="另一条规则") for figure in definitions.FIGURES)
    monkeypatch.setattr(content, "FIGURES", changed)
    for language in ("zh", "en"):
        browser.post(f"/language/{language}")
        headers = {"Accept-Language": language}
        assert browser.get(f"{address}.json", headers=headers).data == document
        assert browser.get(f"{address}.pdf", headers=headers).data == pdf
    assert "西安区" in page
    assert "西安区" in browser.get(f"/office/months/{close_id}").text
    taken = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "month_close.download")).all()
    assert [each.details["kind"] for each in taken] == ["json", "pdf", "json", "pdf"]


@pytest.mark.parametrize("table", ["month_closes", "month_close_documents"])
def test_the_database_keeps_a_closed_month_as_it_is(people: tuple[Account, Account, int], table: str) -> None:
    """Red without the triggers."""
    make_closed(*people[:2])
    where = "id" if table == "month_closes" else "close_id"
    for statement in (
        f"UPDATE {table} SET closed_at = closed_at",
        f"DELETE FROM {table} WHERE {where} > 0",
    ):
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))


def test_an_open_month_is_at_most_one_draft(people: tuple[Account, Account, int]) -> None:
    """Red without the partial unique index: a second version beside an open first."""
    make_draft()
    beside = composing.compose(COUNTY, JUNE, version=2, as_of=PREPARED)
    with transaction():
        assert service.prepare(beside, now=PREPARED, actor=TIMETABLE) is None
    assert len(db.session.scalars(select(MonthClose)).all()) == 1
