"""What these tests do to people: sign them up, and let twenty hands press at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from flask import Flask

from volunteer_hub.activities import sign_ups
from volunteer_hub.activities.models import Shift, SignUpState
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.volunteers.models import Volunteer

T = TypeVar("T")
ACTOR = Actor(None, "测试")


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
