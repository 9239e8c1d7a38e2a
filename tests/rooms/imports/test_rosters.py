"""A roster from the file to people in the register, and back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.imports import (
    ROSTER_HEADINGS,
    carry_out,
    dry_run,
    make_csv,
    make_office,
    make_people,
    make_xlsx,
    take_back,
)
from tests.makers.regions import make_district
from volunteer_hub.accounts.models import Account, SignInName
from volunteer_hub.core.db import db
from volunteer_hub.imports.models import Import, ImportState, Outcome
from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.models import STILL, Consent, DocumentKind, Standing, Volunteer


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def counted(found: Import) -> tuple[int, ...]:
    return tuple(found.counts.get(outcome.value, 0) for outcome in Outcome)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_roster_becomes_people_and_goes_back(app: Flask, encoding: str) -> None:
    make_district()
    office, people = make_office(), make_people(3)
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *people], encoding))
    assert (found.state, counted(found)) == (ImportState.READY, (3, 0, 0, 0))
    assert count(Volunteer) == 0
    done = carry_out(office, found)
    assert (done.state, done.counts["registered"]) == (ImportState.DONE, 3)
    held = db.session.scalars(select(Volunteer).order_by(Volunteer.id)).all()
    assert [person.name for person in held] == [row[0] for row in people]
    assert [person.document_number for person in held] == [row[1] for row in people]
    assert {standing.region_code for standing in db.session.scalars(select(Standing))} == {"220403002001"}
    assert {consent.version for consent in db.session.scalars(select(Consent))} == {"paper"}
    undone = take_back(office, done)
    assert (undone.state, undone.counts["undone"], undone.counts.get("kept")) == (ImportState.UNDONE, 3, None)
    assert db.session.scalar(select(func.count()).where(Standing.until == STILL)) == 0
    assert queries.find_by_document(DocumentKind.RESIDENT_ID, people[0][1]) is None
    assert {row.name for row in db.session.scalars(select(Volunteer))} == {"—"}
    assert count(SignInName) == 1
    assert db.session.scalars(select(Account.display_name).where(Account.id != office.account_id)).all() == ["—"] * 3


def test_the_same_file_twice_changes_nothing(app: Flask) -> None:
    make_district()
    office, data = make_office(), make_xlsx([ROSTER_HEADINGS, *make_people(4)])
    carry_out(office, dry_run(office, data))
    again = dry_run(office, data)
    assert counted(again) == (0, 4, 0, 0)
    assert count(Volunteer) == 4
