"""Writes many rows, or fills tables with millions, inside one transaction, each engine in its own fastest way.

The one place that does either: `core.dialect.write_many` for rows beside others' work, `core.dialect.loader` for
filling. When filling, whatever a row would set off one by one (triggers, secondary indexes, the look-up of each
reference) is lifted from the tables and put back over all rows at once. What triggers would have summed up, the
caller writes itself. An error inside undoes everything: both engines keep such changes in the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError

#: One row in the form both engines read: numbers, None, and texts as they are stored
#: (`2026-03-05`, `2026-03-05 01:00:00.000000`, JSON); 0 and 1 for what is false or true.
Plain = Sequence[int | float | str | None]
#: Rows handed to SQLite's driver together.
AT_ONCE = 10_000


def as_stored(
    dialect: Dialect, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[Plain]:
    """Yield rows in the form the engine's driver takes: what a column's type does to a value (encryption, JSON,
    instants, words of a list) is done. No default of the tables' declarations is filled in."""
    at_work = [(place, bind) for place, name in enumerate(columns) if (bind := _binder(dialect, table.c[name]))]
    for row in rows:
        stored = list(row)
        for place, bind in at_work:
            stored[place] = bind(stored[place])
        yield stored


def _binder(dialect: Dialect, column: Column[Any]) -> Callable[[Any], Any] | None:
    """Return what a column's type does to a value; the instant of a whole batch is told once. Ciphertexts never are
    remembered: each has a nonce of its own."""
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(64)(bind) if bind and column.type.python_type is datetime else bind


class Loader(Protocol):
    """What filling needs of an engine."""

    def reserve(self, table: Table, count: int) -> range:
        """Return so many unused values for the `id` of a lightened table, one after another."""

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Plain]) -> None:
        """Insert rows. Constraints of a row hold at once; what was lifted holds at the end."""

    def change(self, table: Table, columns: Sequence[str], rows: Iterable[Plain]) -> None:
        """Set columns of rows that are there; the first column is the `id`."""

    @contextmanager
    def lightened(self, tables: Sequence[Table]) -> Iterator[None]:
        """Lift what slows the tables down, and put it back at the end, when all of it must hold.

        Others may neither write these tables nor, on PostgreSQL, read them until the transaction ends.
        """
        yield


class _Keys:
    """Counts the ids given out, from the first unused one of each table."""

    def __init__(self) -> None:
        self.following: dict[str, int] = {}

    def take(self, table: str, count: int, first: Callable[[], int]) -> range:
        if table not in self.following:
            self.following[table] = first()
        start = self.following[table]
        self.following[table] += count
        return range(start, start + count)


class PostgresLoader:
    """COPY; unique and foreign keys and indexes are built over all rows at the end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys = _Keys()

    def reserve(self, table: Table, count: int) -> range:
        """Return so many unused values; the sequence hears of them at the end, since nobody else asks it."""
        return self._keys.take(table.name, count, lambda: self._sequence(table.name, "nextval({})"))

    def _sequence(self, table: str, call: str) -> int:
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        return int(self._connection.exec_driver_sql(f"SELECT {call.format(sequence)}").scalar_one())

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Plain]) -> None:
        """Send rows by COPY. Raises what SQLAlchemy would, which does not know this way of writing."""
        raw: Any = self._connection.connection.driver_connection
        dialect = self._connection.dialect
        statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
        driver: Any = dialect.loaded_dbapi
        try:
            with raw.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        except driver.Error as error:
            raise DBAPIError.instance(
                statement, None, error, driver.Error, hide_parameters=True, dialect=dialect
            ) from None

    def change(self, table: Table, columns: Sequence[str], rows: Iterable[Plain]) -> None:
        """Set columns by one statement for all rows."""
        kinds = [table.c[name].type.compile(self._connection.dialect) for name in columns]
        given = ", ".join(f"%s::{kind}[]" for kind in kinds)
        new = ", ".join(f"{name} = new.{name}" for name in columns[1:])
        self._connection.exec_driver_sql(
            f"UPDATE {table.name} SET {new} FROM unnest({given}) AS new ({', '.join(columns)})"
            f" WHERE {table.name}.id = new.id",
            tuple(list(values) for values in zip(*rows, strict=True)),
        )

    @contextmanager
    def lightened(self, tables: Sequence[Table]) -> Iterator[None]:
        """Lift user triggers, foreign keys, and every index but the primary key's."""
        run = self._connection.exec_driver_sql
        # References are looked up and indexes sorted for all rows at once; deleting asks one list of people of
        # every row, and does so row by row where the list does not fit. All three like memory.
        run("SET LOCAL maintenance_work_mem = '512MB'")
        run("SET LOCAL work_mem = '256MB'")
        # A busy machine may take long over a batch, and nobody else is kept waiting who is not already.
        run("SET LOCAL idle_in_transaction_session_timeout = 0")
        for table in tables:
            run(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE")
        back = [statement for table in tables for statement in self._lift(table)]
        yield
        for table_name, following in self._keys.following.items():
            self._sequence(table_name, f"setval({{}}, {following - 1})")
        for statement in sorted(back, key=lambda statement: " FOREIGN KEY " in statement):
            run(statement)

    def _lift(self, table: Table) -> list[str]:
        run, where = self._connection.exec_driver_sql, f"'{table.name}'::regclass"
        run(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
        back = [f"ALTER TABLE {table.name} ENABLE TRIGGER USER"]
        constraints = run(
            f"""SELECT conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
                WHERE conrelid = {where} AND (contype = 'f' OR contype IN ('u', 'x') AND NOT EXISTS (
                    SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid))
                ORDER BY conname"""
        ).all()
        for name, definition in constraints:
            run(f"ALTER TABLE {table.name} DROP CONSTRAINT {name}")
            back.append(f"ALTER TABLE {table.name} ADD CONSTRAINT {name} {definition}")
        indexes = run(
            f"""SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
                WHERE indrelid = {where} AND NOT EXISTS (
                    SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1"""
        ).all()
        for name, definition in indexes:
            run(f"DROP INDEX {name}")
            back.append(definition)
        return back


class SqliteLoader:
    """Prepared tuples; triggers and indexes are made again at the end. References are looked up row by row."""

    def __init__(self, connection: Connection, wide: Sequence[str], usual: Sequence[str]) -> None:
        self._connection = connection
        #: Statements that give the connection a larger cache, and take it away again.
        self._wide, self._usual = wide, usual
        self._keys = _Keys()

    def reserve(self, table: Table, count: int) -> range:
        """Return so many values above the last `id`: there is one writer at a time."""
        return self._keys.take(table.name, count, lambda: self._above(table.name))

    def _above(self, table: str) -> int:
        return int(self._connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").scalar_one())

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Plain]) -> None:
        """Insert by one prepared statement."""
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        rest = map(tuple, rows)
        while some := list(islice(rest, AT_ONCE)):
            self._connection.exec_driver_sql(statement, some)

    def change(self, table: Table, columns: Sequence[str], rows: Iterable[Plain]) -> None:
        """Set columns by one prepared statement."""
        new = ", ".join(f"{name} = ?" for name in columns[1:])
        changes = [(*values, row_id) for row_id, *values in rows]
        self._connection.exec_driver_sql(f"UPDATE {table.name} SET {new} WHERE id = ?", changes)

    @contextmanager
    def lightened(self, tables: Sequence[Table]) -> Iterator[None]:
        """Lift triggers and indexes; those of unique constraints stay, they are part of the table."""
        run = self._connection.exec_driver_sql
        for statement in self._wide:
            run(statement)
        try:
            back: list[str] = []
            for table in tables:
                rows = run(
                    "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('trigger', 'index')"
                    " AND sql IS NOT NULL ORDER BY type, name",
                    (table.name,),
                ).all()
                for kind, name, sql in rows:
                    run(f"DROP {kind.upper()} {name}")
                    back.append(sql)
            yield
            # Indexes first, as the order of the letters has it: triggers may look something up.
            for sql in back:
                run(sql)
        finally:
            for statement in self._usual:
                run(statement)
