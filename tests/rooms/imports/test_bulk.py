"""Registering in bulk gives what registering one by one gives: the same rows, numbers, accounts and consents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from tests.makers.regions import make_district
from tests.makers.volunteers import VISITOR, make_registration
from volunteer_hub.accounts.models import Account, SignInName
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, table_of, transaction
from volunteer_hub.core.dialect import change_many
from volunteer_hub.volunteers import registration, service
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import Consent, DocumentKind, Guardian, NumberSeries, Sex, Standing, Volunteer
from volunteer_hub.volunteers.registering_many import Entrant, register_many

TABLES = (Account, SignInName, Volunteer, Standing, Guardian, Consent, NumberSeries)
PLACES = ("220403002001", "220403002002", "220403003001")
KINDS = (DocumentKind.RESIDENT_ID, DocumentKind.PASSPORT)

people = st.lists(
    st.fixed_dictionaries(
        {
            "place": st.sampled_from(PLACES),
            "age": st.integers(6, 90),
            "sex": st.sampled_from(Sex),
            "kind": st.sampled_from(KINDS),
            "name": st.sampled_from(["李秀兰", "阿依古丽·买买提", "𠮷田 太郎", "O'Neil"]),
            "skills": st.sampled_from([(), ("medical", "law"), ("it",)]).map(
                lambda keys: tuple(k for k in keys if k != "law")
            ),
            "mobile": st.sampled_from([None, "13900000001"]),
        }
    ),
    min_size=1,
    max_size=12,
)


def registrations(drawn: list[dict[str, Any]], today: date) -> list[registration.Registration]:
    made = []
    for serial, one in enumerate(drawn):
        born = today - timedelta(days=one["age"] * 366 + 1)
        made.append(
            make_registration(
                one["place"],
                one["name"],
                document_kind=one["kind"],
                document_number=f"E{serial:08d}" if one["kind"] is DocumentKind.PASSPORT else None,
                birth_on=born,
                sex=one["sex"],
                mobile=one["mobile"],
                skills=one["skills"],
            )
        )
    return made


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of what a registration writes."""
    db.session.flush()
    held: dict[str, list[dict[str, Any]]] = {}
    for model in TABLES:
        keys = [
            column.key
            for column in inspect(model).column_attrs
            if column.key != "id" or model in (Volunteer, Account)
        ]
        rows = db.session.execute(select(*(getattr(model, key) for key in keys)))
        held[model.__name__] = [dict(zip(keys, row, strict=True)) for row in rows]
    return held


def relative(held: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Count ids from the first: what an engine gave out before does not matter."""
    first = {name: min((row["id"] for row in held[name]), default=0) for name in ("Volunteer", "Account")}
    shifts = {"account_id": first["Account"], "volunteer_id": first["Volunteer"]}
    return {
        name: sorted((_shifted(row, shifts, first.get(name, 0)) for row in rows), key=repr)
        for name, rows in held.items()
    }


def _shifted(row: dict[str, Any], shifts: dict[str, int], own: int) -> dict[str, Any]:
    shifted = {key: value - shifts[key] if key in shifts and value else value for key, value in row.items()}
    return {**shifted, "id": row["id"] - own} if "id" in row else shifted


def test_bulk_registration_equals_one_by_one(app: Flask) -> None:
    make_district()
    now = clock.now()
    today = clock.civil_date(now)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(people)
    def holds(drawn: list[dict[str, Any]]) -> None:
        given_ones = registrations(drawn, today)
        for one in given_ones:
            service.register(VISITOR, one, now=now)
        single = relative(everything())
        db.session.rollback()
        register_many([Entrant(one, registration.check(one, Ages(), today)) for one in given_ones], now=now)
        bulk = relative(everything())
        db.session.rollback()
        assert bulk == single

    holds()


def test_no_numbers_are_given_out_for_nobody(app: Flask) -> None:
    make_district()
    assert register_many([], now=clock.now()) == []
    assert db.session.query(NumberSeries).count() == 0


def test_what_is_refused_of_many_rows_is_an_integrity_error_that_shows_no_row(app: Flask) -> None:
    """Red when the driver's own error gets out: an import would not try again, and the log would hold names."""
    make_district()
    number = make_registration(PLACES[0], "欧阳某某")
    today = clock.today()
    twice = [Entrant(number, registration.check(number, Ages(), today))] * 2
    with pytest.raises(IntegrityError) as refused, transaction():
        register_many(twice, now=clock.now())
    assert "欧阳某某" not in str(refused.value)
    assert db.session.query(Volunteer).count() == 0


def test_many_rows_are_changed_as_one_by_one(app: Flask) -> None:
    make_district()
    with transaction():
        ids = [
            register_many([Entrant(one, registration.check(one, Ages(), clock.today()))], now=clock.now())[0]
            for one in (make_registration(PLACES[0]), make_registration(PLACES[1]))
        ]
        rows = [(ids[0], "13900000001", ["medical"], None), (ids[1], "13900000002", [], clock.now())]
        change_many(db.session, table_of(Volunteer), ("id", "mobile", "skills", "withdrawn_at"), rows)
        change_many(db.session, table_of(Volunteer), ("id", "mobile"), [])
    kept = db.session.query(Volunteer).order_by(Volunteer.id).all()
    assert [(one.id, one.mobile, one.skills, one.withdrawn_at) for one in kept] == rows
