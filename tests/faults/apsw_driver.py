"""As much of Python's database interface over apsw as SQLAlchemy's SQLite dialect asks for.

Python's own sqlite3 cannot be given another disk; apsw can. So the application's real way of writing runs
over the recording disk, transactions, pragmas and all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

import apsw

from tests.faults.recording import NAME

paramstyle = "qmark"
sqlite_version = apsw.sqlite_lib_version()
sqlite_version_info = tuple(int(part) for part in sqlite_version.split("."))


class Error(Exception):
    """Anything the database says no to."""


class DatabaseError(Error):
    """The same, in the interface's next layer."""


class OperationalError(DatabaseError):
    """Busy, full, or away."""


class IntegrityError(DatabaseError):
    """A constraint spoke."""


class ProgrammingError(DatabaseError):
    """Asked for in a way that makes no sense."""


InterfaceError = InternalError = DataError = NotSupportedError = DatabaseError


@contextmanager
def _translated() -> Any:
    try:
        yield
    except apsw.ConstraintError as error:
        raise IntegrityError(str(error)) from error
    except apsw.Error as error:
        raise OperationalError(str(error)) from error


class Cursor:
    """Holds one statement's rows, all fetched."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: tuple[Any, ...] | None = None
        self.rowcount, self.lastrowid = -1, 0
        self._rows: list[Any] = []

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement to its end."""
        raw = self.connection.raw
        cursor = raw.cursor()
        self.description = None

        def about_to_run(cursor: apsw.Cursor, _sql: str, _bindings: Any) -> bool:
            columns = cursor.get_description()
            self.description = tuple((column[0], *[None] * 6) for column in columns) or None
            return True

        cursor.set_exec_trace(about_to_run)
        before = raw.total_changes()
        with _translated():
            self._rows = list(cursor.execute(statement, tuple(parameters)))
        self.rowcount = raw.changes() if raw.total_changes() != before else (-1 if self.description else 0)
        self.lastrowid = raw.last_insert_rowid()

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        for row in rows:
            self.execute(statement, row)

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        """Return so many more rows."""
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Forget the rows."""
        self._rows = []


class Connection:
    """One connection over the recording disk. Transactions are begun by hand, as the application does."""

    def __init__(self, path: str) -> None:
        self.raw = apsw.Connection(path, vfs=NAME)
        self.isolation_level: str | None = None

    def cursor(self) -> Cursor:
        """Return a cursor."""
        return Cursor(self)

    def commit(self) -> None:
        """Commit if there is anything to."""
        if self.raw.in_transaction:
            with _translated():
                self.raw.execute("COMMIT")

    def rollback(self) -> None:
        """Roll back if there is anything to."""
        if self.raw.in_transaction:
            with _translated():
                self.raw.execute("ROLLBACK")

    def create_function(self, name: str, count: int, function: Callable[..., Any], **_: Any) -> None:
        """Give SQL a function of Python's."""
        self.raw.create_scalar_function(name, function, count)

    def close(self) -> None:
        """Hang up."""
        self.raw.close()


def connect(path: str, **_: Any) -> Connection:
    """Open a database file."""
    return Connection(path)
