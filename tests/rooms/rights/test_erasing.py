"""Leaving for good: nothing says who it was, nobody's figures move, and what is kept still adds up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.makers.ledger import make_entry
from tests.makers.regions import make_population
from tests.makers.rights import LATER, NAME, Known, make_known
from tests.makers.volunteers import make_volunteer
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.verify import verify
from volunteer_hub.rights import leaving
from volunteer_hub.statistics import folding, queries
from volunteer_hub.statistics import verify as statistics_verify
from volunteer_hub.statistics.facts import facts
from volunteer_hub.statistics.facts_question import By, FactsQuestion
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers.models import Volunteer

DISTRICT = "220403000000"


def leave(known: Known, *, now: datetime = LATER) -> None:
    """Let somebody leave and be erased at once."""
    with transaction():
        volunteer = db.session.get_one(Volunteer, known.volunteer.id)
        leaving.ask(known.actor, volunteer, days=7, urgent=True, now=now)
    db.session.rollback()


def everything() -> dict[str, list[str]]:
    """Return every value of every table as text, decrypted where the key opens it."""
    found: dict[str, list[str]] = {}
    for table in db.metadata.sorted_tables:
        rows = db.session.execute(select(table)).all()
        found[table.name] = [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for row in rows
            for value in row
        ]
    return found


def where_it_stands(words: tuple[str, ...]) -> list[str]:
    """Return in which tables any of the words still stands."""
    return sorted(
        {table for table, values in everything().items() for value in values for word in words if word in value}
    )


def test_nothing_says_who_it_was(app: Flask) -> None:
    """Every column of every table, decrypted: name, document, mobile, number and address are in none."""
    known = make_known()
    before = where_it_stands(known.betrayals)
    assert {"volunteers", "scans", "make_ups", "audit_entries", "objections", "walk_ins", "notices"} - {
        *before,
        "scans",
    } == set()
    leave(known)
    assert where_it_stands(known.betrayals) == []


def test_the_document_can_be_registered_anew_as_somebody_else(app: Flask) -> None:
    known = make_known()
    leave(known)
    anew = make_volunteer(
        "220403002001", NAME, document_number=known.document, mobile=known.mobile, registered_at=LATER
    )
    assert anew.id != known.volunteer.id
    assert anew.number != known.number
