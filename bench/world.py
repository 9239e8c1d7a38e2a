"""A district at the door for the benchmarks: one shift, many people signed up, one device token."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

os.environ.setdefault("VOLUNTEER_HUB_ENV", "testing")
os.environ.setdefault("SECRET_KEY", "the benchmarks' own key: not a secret, forty characters")
os.environ.setdefault("INSTANCE_DIR", tempfile.mkdtemp(prefix="vhbench"))

import flask_migrate
from flask import Flask
from sqlalchemy import create_engine, insert, text

from config import Settings
from tests import postgres
from tests.makers.accounts import make_staff
from tests.makers.checkin import make_door
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Role, TokenKind
from volunteer_hub.activities.models import SignUp, SignUpState
from volunteer_hub.app import create_app
from volunteer_hub.checkin import codes
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger import service as ledger
from volunteer_hub.volunteers.models import STILL, DocumentKind, Standing, Volunteer


@dataclass(frozen=True)
class World:
    """What a run needs to know: the database, the shift, the people and the device's secret."""

    uri: str
    shift_id: int
    people: tuple[int, ...]
    token: str
    #: The secret of a program that may see the Office's statistics and take them out as files.
    office: str

    def item(self, person: int, direction: str, nonce: str, at: datetime) -> dict[str, object]:
        """Return one scan as a phone sends it; coming in was two minutes ago, since a code serves once."""
        if direction == "in":
            at -= timedelta(minutes=2)
        return {
            "nonce": nonce,
            "code": codes.personal_code(person, at),
            "direction": direction,
            "shift_id": self.shift_id,
            "scanned_at": at.isoformat(),
            "entry_point": "manager_scan",
        }


class Place:
    """Where databases are made and copied: a folder for SQLite, a private server for PostgreSQL."""

    def __init__(self, engine: str, home: str) -> None:
        self.engine = engine
        self.home = home

    def empty(self, name: str) -> str:
        """Return the address of a new, empty database."""
        if self.engine == "sqlite":
            return f"sqlite:///{Path(self.home) / name}.sqlite3"
        self._administer(f"CREATE DATABASE {name}")
        return self.home.replace("/postgres?", f"/{name}?")

    def copy(self, source: str, name: str) -> str:
        """Return the address of a copy; nobody may be connected to the source."""
        if self.engine == "sqlite":
            target = f"sqlite:///{Path(self.home) / name}.sqlite3"
            shutil.copy(source.removeprefix("sqlite:///"), target.removeprefix("sqlite:///"))
            return target
        template = source.split("/")[3].split("?", maxsplit=1)[0]
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.home.replace("/postgres?", f"/{name}?")

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.home, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def place(engine: str) -> Iterator[Place]:
    """Make a place for databases; PostgreSQL with fsync on, as in production."""
    if engine == "sqlite":
        home = tempfile.mkdtemp(prefix="vhbench")
        try:
            yield Place(engine, home)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    else:
        with postgres.server(fsync=True) as address:
            yield Place(engine, address)


def application(uri: str) -> Flask:
    """Return the application as production runs it, but for the settings a test needs."""
    settings = Settings()
    settings.SQLALCHEMY_DATABASE_URI = uri
    settings.MIGRATION_LOG = False
    return create_app(settings)


def build(uri: str, people: int) -> World:
    """Fill a new database with a running shift and so many people signed up for it."""
    app = application(uri)
    with app.app_context():
        flask_migrate.upgrade()
        now = clock.now()
        door = make_door(starts_at=now - timedelta(minutes=30), ends_at=now + timedelta(hours=5))
        token = door.issue_token(now)
        office = _office(now)
        with transaction():
            ledger.policy_for(door.station.region_code, now, now=now)
            keys = range(1, people + 1)
            registered = now - timedelta(days=90)
            db.session.execute(insert(Volunteer), [_volunteer(key, registered) for key in keys])
            db.session.execute(
                insert(Standing),
                [
                    {
                        "volunteer_id": key,
                        "region_code": door.station.region_code,
                        "assurance": 2,
                        "since": registered,
                        "until": STILL,
                    }
                    for key in keys
                ],
            )
            db.session.execute(
                insert(SignUp),
                [
                    {
                        "shift_id": door.shift.id,
                        "volunteer_id": key,
                        "state": SignUpState.ACCEPTED,
                        "asked_at": registered,
                        "changed_at": registered,
                    }
                    for key in keys
                ],
            )
        world = World(uri, door.shift.id, tuple(keys), token, office)
        db.session.remove()
        if uri.startswith("sqlite"):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        db.engine.dispose()
    return world


def _office(now: datetime) -> str:
    account = make_staff(Role.OFFICE)
    with transaction():
        return accounts.issue_token(COMMAND_LINE, account.id, TokenKind.PROGRAM, "报表", now=now)[1]


def _volunteer(key: int, registered: datetime) -> dict[str, object]:
    return {
        "id": key,
        "number": f"V2204032603{key:06d}K",
        "name": f"李{key}",
        "document_kind": DocumentKind.PASSPORT,
        "document_number": f"E{key:08d}",
        "document_index": f"h{key}",
        "mobile": "13800000000",
        "mobile_index": "h",
        "skills": [],
        "categories": [],
        "is_party_member": False,
        "registered_at": registered,
        "is_demonstration": False,
    }
