"""A county with two streets, and an office that looks at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_crowd
from tests.makers.regions import District, make_district, make_population
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.db import db


def office(client: FlaskClient, region: str) -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, region))


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def make_two_streets() -> District:
    """Forty people in one street, ten of them with hours; twenty in the other, fifteen of them with hours."""
    places = make_district()
    make_population(places.county, 300)
    make_population(places.street, 200)
    make_population(places.other_street, 100)
    make_crowd([places.community, places.neighbour], 40, 10)
    make_crowd([places.far_community], 20, 15)
    return places


def count_statements(act: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len([one for one in seen if one.startswith(("SELECT", "WITH"))])
