"""A nonce is kept once because the database says so; without that it is not, and the verifier sees it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import MultipleResultsFound

from tests.makers.checkin import START, Door, make_door, make_person
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import snapshot
from volunteer_hub.ledger.verify import verify
from volunteer_hub.volunteers.models import Volunteer

DEVICES = 8
ROUNDS = 20


def _send_at_once(app: Flask, door: Door, volunteer: Volunteer) -> None:
    """Send one scan from many threads under one nonce.

    Its code is nobody's: nobody's turn is waited for, it is refused, and no guard but the nonce is asked.
    """
    barrier, nonce = threading.Barrier(DEVICES), secrets.token_hex(16)

    def send() -> None:
        with app.app_context():
            barrier.wait(timeout=60)
            with suppress(MultipleResultsFound):  # who comes after two were kept reads both
                door.scan(volunteer, Direction.IN, START, nonce=nonce, code="not one of ours")

    threads = [threading.Thread(target=send) for _ in range(DEVICES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)


def _doubled() -> int:
    with snapshot(db.engine) as connection:
        return {finding.says: finding.wrong for finding in verify(connection).findings}["a nonce is kept once"]


@pytest.fixture
def without_the_guard(app: Flask, engine: str) -> Iterator[None]:
    """Take UNIQUE(nonce) away for one test. SQLite's cannot be dropped: the table is made again without it."""
    with db.engine.begin() as connection:
        if engine == "postgresql":
            connection.execute(text("ALTER TABLE scans DROP CONSTRAINT uq_scans_nonce"))
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'scans'")).scalar_one()
            connection.execute(text("DROP TABLE scans"))
            connection.execute(text(made.replace("CONSTRAINT uq_scans_nonce UNIQUE (nonce)", "CHECK (true)")))
    yield
    if engine == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("TRUNCATE scans CASCADE"))
            connection.execute(text("ALTER TABLE scans ADD CONSTRAINT uq_scans_nonce UNIQUE (nonce)"))


def test_one_nonce_from_many_devices_at_once_is_kept_once(app: Flask) -> None:
    door, volunteer = make_door(), make_person()
    db.session.rollback()
    for _ in range(ROUNDS // 4):
        _send_at_once(app, door, volunteer)
    assert _doubled() == 0


@pytest.mark.usefixtures("without_the_guard")
def test_control_without_the_unique_nonce_it_is_kept_twice_and_the_verifier_says_so(app: Flask, engine: str) -> None:
    """The negative control: on PostgreSQL the race is lost within a few rounds.

    SQLite has one writer, which reads after it got its turn, so there the race cannot happen; the control
    then shows that the unique nonce is the second of two guards.
    """
    door, volunteer = make_door(), make_person()
    db.session.rollback()
    for _ in range(ROUNDS):
        _send_at_once(app, door, volunteer)
        if _doubled():
            break
    assert (_doubled() > 0) == (engine == "postgresql")
