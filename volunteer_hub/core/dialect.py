"""The only file that knows which engine runs: connection settings, upserts, the append-only guard."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    UnaryExpression,
    bindparam,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import InstrumentedAttribute, Session, scoped_session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.operators import custom_op

from volunteer_hub.core.loading import Loader, PostgresLoader, SqliteLoader, as_stored

_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key")

AnySession = Session | scoped_session[Any]

#: Seconds a writer waits for another on SQLite.
SQLITE_PATIENCE = 15
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # What is erased is overwritten in the file, whatever the library was built to do.
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={SQLITE_PATIENCE * 1000}",
    "PRAGMA trusted_schema=OFF",
)


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options for a database URL: a bounded pool, and limits on PostgreSQL's waiting.

    Errors do not print the values of a statement: they go into the log, where no personal data belongs.
    """
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": SQLITE_PATIENCE, "check_same_thread": False}}
    return {
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_pre_ping": False,
        "pool_recycle": 1800,
        "connect_args": {
            "connect_timeout": 5,
            "options": "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
        },
    }


def prepare(engine: Engine) -> None:
    """Attach the engine's listeners: SQLite's pragmas and explicit BEGIN, so that savepoints work."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        turn = _WritersTurn()
        event.listen(engine, "begin", turn.begin)
        event.listen(engine, "commit", turn.end)
        event.listen(engine, "rollback", turn.end)


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


class _WritersTurn:
    """Lets this process's writers wait for one another here, where the next is woken at once.

    Before SQLite's own lock they would sleep and look again, ever longer, and whoever comes last may be
    first: bench/README.md. Other processes still meet there, and so does who waited too long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: Connection | None = None

    def begin(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("BEGIN")
            return
        if self._lock.acquire(timeout=SQLITE_PATIENCE):
            self._holder = connection
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self.end(connection)
            raise

    def end(self, connection: Connection) -> None:
        if self._holder is connection:
            self._holder = None
            self._lock.release()


def sees_every_commit(session: AnySession) -> bool:
    """Tell whether each statement of a transaction sees what others have committed by then.

    PostgreSQL does under READ COMMITTED. SQLite reads one snapshot, and upgrading such a reader to a
    writer fails at once under contention, whatever the busy timeout.
    """
    return name(session) == "postgresql"


def name(session: AnySession) -> str:
    """Return `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def sqlite_file(engine: Engine) -> Path | None:
    """Return the file of an SQLite database, or None for one on a server."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def upsert(session: AnySession, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can take `on_conflict_do_update` / `on_conflict_do_nothing` on this engine."""
    return sqlite.insert(table) if name(session) == "sqlite" else postgresql.insert(table)


def take_turn(session: AnySession, key: str) -> None:
    """Make concurrent writers that name the same key wait for one another until the transaction ends.

    SQLite has one writer at a time anyway; PostgreSQL takes a transaction-scoped advisory lock.
    """
    if name(session) == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def take_turns(session: AnySession, keys: Iterable[str]) -> None:
    """Take several turns at once, in one order for everybody, so that two who need the same ones never deadlock."""
    wanted = sorted(set(keys))
    if wanted and name(session) == "postgresql":
        session.connection().execute(_TURNS, {"keys": wanted})


def new_keys(session: AnySession, table: Table, count: int) -> list[int]:
    """Return so many unused values for the table's `id`, ascending, for rows inserted in bulk.

    The caller holds the write transaction: on SQLite that keeps others from the same values; PostgreSQL
    takes them from the sequence, which gives no value twice.
    """
    if name(session) == "sqlite":
        last = session.scalar(select(func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = func.pg_get_serial_sequence(table.name, "id")
    return list(session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))))


def loader(session: AnySession) -> Loader:
    """Return this engine's way of filling tables with millions of rows, in the session's transaction."""
    connection = session.connection()
    if name(session) == "postgresql":
        return PostgresLoader(connection)
    return SqliteLoader(connection, wide=("PRAGMA cache_size=-200000",), usual=("PRAGMA cache_size=-2000",))


def write_many(session: AnySession, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows of values as Python holds them by the engine's own way for many (`core/loading.py`).

    Nothing is returned, and no default of the tables' declarations is filled in. Raises IntegrityError.
    """
    connection = session.connection()
    loader(session).copy(table, columns, as_stored(connection.dialect, table, columns, rows))


def change_many(session: AnySession, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set columns of many rows, values as Python holds them; the first column is the `id`. Raises IntegrityError."""
    if rows:
        connection = session.connection()
        loader(session).change(table, columns, as_stored(connection.dialect, table, columns, rows))


def among(session: AnySession, column: InstrumentedAttribute[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of many texts, with one parameter however many they are."""
    wanted = list(values)
    if name(session) == "postgresql":
        return column == func.any(bindparam(None, wanted, type_=postgresql.ARRAY(Text)))
    return column.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))


def by_scan(session: AnySession, column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return a column for a condition that a large part of the table meets.

    SQLite would walk an index on it and fetch every row from wherever it lies, at several times the cost of
    reading the table from end to end; a plus in front keeps it from that. PostgreSQL weighs it by itself.
    """
    if name(session) != "sqlite":
        return column.expression
    return UnaryExpression(column.expression, operator=custom_op("+"), type_=column.type)


def settle(engine: Engine) -> None:
    """Let the engine take stock after a bulk load: statistics for its plans, and SQLite's log back into the file."""
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    if engine.dialect.name == "sqlite":
        # A checkpoint is refused inside a transaction, and our connections begin one by themselves.
        outside = engine.raw_connection()
        outside.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        outside.close()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading, whose every statement sees the database as it stood at the first.

    SQLite's transactions are like that by themselves.
    """
    postgresql = engine.dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgresql else {}
    with engine.connect() as connection:
        yield connection.execution_options(**options)


@contextmanager
def one_at_a_time(engine: Engine, key: str) -> Iterator[None]:
    """Let one process on any machine into the block at a time, however long it takes.

    For migrations of several web machines that start together. SQLite belongs to one machine, on which
    the file's own lock serialises writers.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:key, 0))"), {"key": key})
        try:
            yield
        finally:
            connection.invalidate()


@contextmanager
def append_only_lifted(session: AnySession, tables: Iterable[str]) -> Iterator[None]:
    """Lift the append-only triggers of these tables inside the caller's transaction, and put them back.

    For removing the demonstration district and nothing else: an error inside rolls the lifting back
    with everything else, because both engines treat it as part of the transaction.
    """
    names = list(tables)
    if name(session) == "postgresql":
        for table in names:
            session.execute(text(f"ALTER TABLE {_identifier(table)} DISABLE TRIGGER USER"))
        yield
        for table in names:
            session.execute(text(f"ALTER TABLE {_identifier(table)} ENABLE TRIGGER USER"))
        return
    kept: list[str] = []
    for table in names:
        rows = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
            {"table": table},
        ).all()
        for trigger, sql in rows:
            session.execute(text(f"DROP TRIGGER {_identifier(trigger)}"))
            kept.append(sql)
    yield
    connection = session.connection()
    for sql in kept:
        connection.exec_driver_sql(sql)


def _identifier(word: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", word):
        raise ValueError(f"not a table or trigger name: {word!r}")
    return word
