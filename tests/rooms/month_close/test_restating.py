"""What comes after a close changes no figure of it: it is restated, with the entries behind it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.month_close import (
    CLOSED,
    COUNTY,
    HOUR,
    JULY,
    JUNE,
    make_closed,
    make_draft,
    make_served,
    make_signer,
)
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.month_close import asking, content, late, queries, restating
from volunteer_hub.month_close.comparing import Difference
from volunteer_hub.month_close.content import Period
from volunteer_hub.month_close.late import Kept
from volunteer_hub.month_close.models import ClosedDocument
from volunteer_hub.month_close.restating import Restated
from volunteer_hub.statistics import definitions

LATER = CLOSED + timedelta(days=3)
AUGUST = CLOSED + timedelta(days=30)


@pytest.fixture
def closed(app: Flask) -> tuple[ClosedDocument, int]:
    """June of the district, closed, and the volunteer with 120 minutes in it."""
    _, person = make_served()
    return make_closed(make_signer("王主任"), make_signer("李副主任")), person


def found(key: str, *, code: str = COUNTY, classes: str = "ABCD", period: Period = Period.MONTH) -> Restated | None:
    """Return one figure's restatement, if it has any."""
    wanted = (key, code, classes, period)
    rows = restating.list_restated(COUNTY, EVERYTHING, now=AUGUST)
    return next((row for row in rows if (row.key, row.code, row.classes, row.period) == wanted), None)


def test_nothing_is_restated_while_nothing_came(closed: tuple[ClosedDocument, int]) -> None:
    assert restating.list_restated(COUNTY, EVERYTHING, now=AUGUST) == []


def test_a_late_entry_is_restated_with_what_it_was_is_and_differs_by(closed: tuple[ClosedDocument, int]) -> None:
    kept, _ = closed
    other = make_resident("220403003001", since=CLOSED - timedelta(days=40))
    entry = make_entry(other.id, 90, hours_class=HoursClass.C, recorded_at=LATER)
    minutes, with_hours = found("minutes"), found("with_hours")
    assert minutes is not None
    assert (minutes.close_id, minutes.month, minutes.version) == (kept.close_id, JUNE, 1)
    assert (minutes.was, minutes.now, minutes.difference) == (120, 210, 90)
    assert with_hours is not None
    assert (with_hours.was, with_hours.now) == (1, 2)
    assert [(each.id, each.minutes, each.reason) for each in minutes.entries] == [(entry, 90, "漏签到，照片为证")]
    street = found("minutes", code="220403003000")
    assert street is not None
    assert (street.was, street.now) == (0, 90)
    assert found("minutes", code="220403002000") is None
    assert found("minutes", classes="AB") is None


def test_a_reversal_is_restated_and_who_took_it_back_is_named(closed: tuple[ClosedDocument, int]) -> None:
    make_reversal(1, at=LATER, reason="录错人")
    minutes, ratio, participants = found("minutes"), found("hours_ratio"), found("participants")
    assert minutes is not None
    assert (minutes.was, minutes.now, minutes.difference) == (120, 0, -120)
    assert ratio is not None
    assert (str(ratio.was), str(ratio.now), str(ratio.difference)) == ("0.2500", "0.0000", "-0.2500")
    assert participants is not None
    assert (participants.was, participants.now) == (1, 0)
    assert [(each.minutes, each.reason) for each in minutes.entries] == [(-120, "录错人")]


def test_who_registers_after_the_close_restates_nothing(closed: tuple[ClosedDocument, int]) -> None:
    newcomer = make_resident("220403002001", since=LATER)
    make_entry(newcomer.id, 60, recorded_at=LATER + HOUR)
    assert restating.list_restated(COUNTY, EVERYTHING, now=AUGUST) == []


def test_a_register_row_that_reaches_back_before_the_close_is_restated(closed: tuple[ClosedDocument, int]) -> None:
    make_resident("220403002001", since=CLOSED - timedelta(days=5))
    registered = found("registered")
    assert registered is not None
    assert (registered.was, registered.now, registered.entries) == (4, 5, ())


def test_service_of_another_month_restates_the_sums_of_the_last_close_only(
    closed: tuple[ClosedDocument, int],
) -> None:
    make_entry(closed[1], 30, service_on=JUNE - timedelta(days=10), recorded_at=LATER)
    assert found("minutes") is None
    for period in (Period.YEAR, Period.EVER):
        row = found("minutes", period=period)
        assert row is not None
        assert row.difference == 30


def test_the_restated_figure_is_what_the_statistics_would_have_said(closed: tuple[ClosedDocument, int]) -> None:
    """The difference is computed from the late entries alone; here against a question about everybody."""
    kept, person = closed
    neighbour = make_resident("220403002002", since=CLOSED - timedelta(days=40))
    far = make_resident("220403003001", since=CLOSED - timedelta(days=40), assurance=0)
    made = [
        make_entry(who, minutes, hours_class=kind, service_on=JUNE + timedelta(days=day), recorded_at=LATER)
        for who, minutes, kind, day in (
            (person, 45, HoursClass.A, 3),
            (neighbour.id, 61, HoursClass.C, 0),
            (neighbour.id, 10, HoursClass.B, 12),
            (far.id, 33, HoursClass.D, 29),
        )
    ]
    make_reversal(made[1], at=LATER + HOUR)
    close = queries.get_close(kept.close_id, EVERYTHING)
    now_known = asking.tables(COUNTY, JUNE, AUGUST)
    signed = Kept(close).said["tables"]
    for period in Period:
        expected = {
            (each["period"], each["classes"], cell["code"], key): content.value(figure)
            for each in now_known
            if each["period"] == period
            for cell in each["cells"]
            for key, figure in cell["figures"].items()
        }
        was = {
            (each["period"], each["classes"], cell["code"], key): content.value(figure)
            for each in signed
            for cell in each["cells"]
            for key, figure in cell["figures"].items()
        }
        differing: dict[tuple[str, str, str, str], Difference] = {
            (each.period, each.classes, each.code, each.key): each
            for each in restating.restate(Kept(close), period, now=AUGUST)
        }
        for where, figure in expected.items():
            assert (differing[where].now if where in differing else was[where]) == figure, where


def test_the_next_months_document_carries_the_restatement_and_its_entries(closed: tuple[ClosedDocument, int]) -> None:
    kept, person = closed
    entry = make_entry(person, 60, hours_class=HoursClass.C, recorded_at=LATER)
    next_ = make_closed(make_signer("孙科长"), make_signer("周科员"), month=JULY, now=AUGUST)
    said = json.loads(next_.document)
    assert said["previous"] == {"sha256": kept.sha256, "pdf_sha256": kept.pdf_sha256}
    restated = {each["period"]: each for each in said["content"]["restatements"]}
    assert set(restated) == {"month", "year", "ever"}
    june = restated["month"]
    assert (june["month"], june["version"]) == ("2022-06", 1)
    minutes = next(each for each in june["differences"] if (each["key"], each["classes"]) == ("minutes", "ABCD"))
    assert (minutes["was"], minutes["now"], minutes["difference"]) == (120, 180, 60)
    listed = june["entries"]["listed"]
    assert [(each["id"], each["class"], each["reason"]) for each in listed] == [(entry, "C", "漏签到，照片为证")]
    assert "张三丰" not in next_.document.decode()


def test_figures_whose_meaning_has_changed_are_not_restated(
    closed: tuple[ClosedDocument, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_entry(closed[1], 60, recorded_at=LATER)
    assert found("minutes") is not None
    reworded = tuple(replace(figure, rule="换个说法") for figure in definitions.FIGURES)
    monkeypatch.setattr(content, "FIGURES", reworded)
    assert found("minutes") is not None
    monkeypatch.setattr(content, "FIGURES", tuple(replace(figure, version=2) for figure in reworded))
    assert found("minutes") is None


def test_who_recorded_a_late_entry_is_named(closed: tuple[ClosedDocument, int]) -> None:
    clerk: Account = make_signer("录入员")
    make_entry(closed[1], 60, recorded_at=LATER, recorded_by=clerk.id)
    minutes = found("minutes")
    assert minutes is not None
    assert [each.recorder for each in minutes.entries] == ["录入员"]


def test_more_entries_than_are_listed_are_still_counted(
    closed: tuple[ClosedDocument, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late, "LISTED", 1)
    for day in (2, 3, 4):
        make_entry(closed[1], 10, service_on=JUNE + timedelta(days=day), recorded_at=LATER)
    entries = late.list_entries(Kept(queries.get_close(closed[0].close_id, EVERYTHING)), Period.MONTH, now=AUGUST)
    assert (entries.count, entries.minutes, len(entries.listed)) == (3, 30, 1)


def test_nobody_reads_the_restatements_of_a_division_outside_the_scope(closed: tuple[ClosedDocument, int]) -> None:
    with pytest.raises(NotFound):
        restating.list_restated(COUNTY, Scope(regions=("110101",)), now=AUGUST)


def test_the_ledger_takes_entries_for_a_closed_month_and_dates_them_now(closed: tuple[ClosedDocument, int]) -> None:
    entry = db.session.get_one(HoursEntry, make_entry(closed[1], 60, recorded_at=LATER))
    assert (entry.service_on, entry.recorded_at) == (JUNE, LATER)
    make_draft(month=JULY, now=AUGUST)
