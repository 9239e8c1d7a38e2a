"""The people of these tests, and twenty hands at once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import TypeVar

from flask import Flask

from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Shift, SignUpState
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers.models import DocumentKind, Volunteer

T = TypeVar("T")
ACTOR = Actor(None, "测试")
REGISTERED = datetime(2025, 1, 1, tzinfo=UTC)
_serial = itertools.count(1)


def make_person(name: str = "张三", *, born_on: date | None = date(1990, 1, 1)) -> Volunteer:
    """Return a registered volunteer."""
    serial = next(_serial)
    with transaction():
        volunteer = Volunteer(
            number=f"V2204032501{serial:06d}A",
            name=name,
            document_kind=DocumentKind.PASSPORT,
            document_number=f"E{serial:08d}",
            document_index=crypto.blind_index("document", f"E{serial:08d}"),
            birth_on=born_on,
            mobile=f"139{serial:08d}",
            mobile_index=crypto.blind_index("mobile", f"139{serial:08d}"),
            registered_at=REGISTERED,
        )
        db.session.add(volunteer)
    return volunteer


def sign(shift: Shift, volunteer: Volunteer, now: datetime) -> SignUpState:
    """Sign a person up in a transaction; return where the sign-up stands."""
    with transaction():
        return sign_ups.sign_up(ACTOR, shift.id, volunteer, now=now, minimum_age=6).state


def attempt(shift_id: int, volunteer_id: int, now: datetime) -> str:
    """Sign up as one request would; return the state, or the code of the refusal."""
    try:
        with transaction():
            volunteer = db.session.get_one(Volunteer, volunteer_id)
            return sign_ups.sign_up(ACTOR, shift_id, volunteer, now=now, minimum_age=6).state.value
    except DomainError as refusal:
        return refusal.code


def all_at_once(app: Flask, acts: list[Callable[[], T]]) -> list[T]:
    """Run every act in a thread and application context of its own, started together; return what they answered."""
    db.session.remove()
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        with app.app_context():
            start.wait(60)
            try:
                return act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
