"""The database handle, column types and `transaction()`: the only place that commits."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from volunteer_hub.core.dialect import sees_every_commit, snapshot

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: always aware and in UTC in Python, stored without zone (SQLite forgets zones)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants; store the UTC wall clock."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


#: 64-bit keys on PostgreSQL; SQLite only auto-numbers a plain INTEGER PRIMARY KEY.
BigKey = BigInteger().with_variant(Integer, "sqlite")
#: JSON that PostgreSQL can index.
Json = JSON().with_variant(JSONB(), "postgresql")

#: A SELECT of anything, and one row of it, for functions that pass them on.
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

PrimaryKey = Annotated[int, mapped_column(BigKey, primary_key=True)]


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for the few statements that bypass the ORM because measuring showed its cost."""
    return cast(Table, model.__table__)


def choice(kind: type[enum.StrEnum], length: int = 24) -> Enum:
    """Return a column type that stores a StrEnum by its value, as text with a CHECK."""
    return Enum(
        kind,
        values_callable=lambda members: [str(member) for member in members],
        native_enum=False,
        create_constraint=True,
        name=kind.__name__.lower(),
        length=length,
    )


class Base(DeclarativeBase):
    """Parent of every table; subclassed directly, since mypy cannot follow `db.Model`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, str: String(200), int: Integer, dict[str, Any]: Json},
    )


class HeldSession(Session):
    """A session that can be held to one connection for a while: `one_instant`."""

    held: Connection | None = None

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the connection it is held to, else the engine."""
        return self.held or super().get_bind(*args, **kwargs)


db = SQLAlchemy(model_class=Base, session_options={"class_": HeldSession, "expire_on_commit": False})


@contextmanager
def one_instant() -> Iterator[None]:
    """Let everything this context reads inside the block come from the database as it stands at the first reading.

    Whoever reads may close the session between batches as always. Nothing can be written inside; another
    application context has a session of its own and can.
    """
    session = cast(HeldSession, db.session())
    session.close()
    with snapshot(db.engine) as connection, connection.begin():
        session.held = connection
        try:
            yield
        finally:
            session.close()
            session.held = None


_last_words: list[Callable[[], None]] = []


def before_commit(add: Callable[[], None]) -> None:
    """Let something be written at the end of every transaction, and be committed or undone with it."""
    if add not in _last_words:
        _last_words.append(add)


@contextmanager
def transaction() -> Iterator[None]:
    """Open the one write transaction of a request, job or command; commit at the end, undo on any error.

    What was read earlier in the same request is forgotten, and must be read again before it is decided
    upon. SQLite begins anew, and IMMEDIATE; PostgreSQL goes on in the one transaction, which saves two
    round trips.
    """
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside transaction()")
    if cast(HeldSession, session()).held:
        raise RuntimeError("nothing is written inside one_instant()")
    if sees_every_commit(session):
        session.expire_all()
    else:
        session.rollback()
        session.connection(execution_options={"writes": True})
    try:
        yield
        for add in _last_words:
            add()
        session.commit()
    except BaseException:
        session.rollback()
        raise
