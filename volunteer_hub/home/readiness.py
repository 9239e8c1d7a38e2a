"""Looks at the database before the application trusts it, and brings it to the present tables."""

from __future__ import annotations

from enum import StrEnum

import flask_migrate
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from flask import current_app
from sqlalchemy import inspect, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from volunteer_hub.core.crypto import UNREADABLE
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import one_at_a_time, sqlite_file
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.models import Volunteer


class NotReady(Exception):
    """The database cannot be used as it is. Carries one sentence in Chinese and one in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


class Condition(StrEnum):
    """How the database stands against the migrations of this version."""

    EMPTY = "empty"
    BEHIND = "behind"
    PRESENT = "present"
    HALF_MADE = "half_made"
    UNKNOWN_VERSION = "unknown_version"


def look() -> Condition:
    """Return how the database stands, without changing it. Raises NotReady where it cannot be opened."""
    try:
        with db.engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            heads = MigrationContext.configure(connection).get_current_heads()
    except (SQLAlchemyError, OSError) as error:
        raise _unreachable(error) from error
    ours = tables & set(db.metadata.tables)
    if not heads:
        return Condition.HALF_MADE if ours else Condition.EMPTY
    script = ScriptDirectory(str(current_app.extensions["migrate"].directory))
    try:
        known = {revision.revision for revision in script.walk_revisions()}
    except CommandError:
        return Condition.UNKNOWN_VERSION
    if not set(heads) <= known:
        return Condition.UNKNOWN_VERSION
    if set(heads) != set(script.get_heads()):
        return Condition.BEHIND
    return Condition.PRESENT if set(db.metadata.tables) <= tables else Condition.HALF_MADE


def prepare() -> Condition:
    """Migrate the database to the present tables and return how it stood before.

    Raises NotReady, with what to do, for a database that is half made, newer than this program,
    unreachable, or encrypted under another key. Machines that start together wait for one another.
    """
    look()
    with one_at_a_time(db.engine, "migrations"):
        condition = _migrate(look())
    check_key()
    return condition


def _migrate(condition: Condition) -> Condition:
    if condition is Condition.HALF_MADE:
        raise NotReady(
            N_("数据库不完整：表和版本记录对不上。请把它移开后重新启动，或者从备份恢复。"),
            f"The database at {_place()} is half made: its tables and its version record do not agree. "
            "Move it away and start again, or restore a backup.",
        )
    if condition is Condition.UNKNOWN_VERSION:
        raise NotReady(
            N_("数据库来自更新的程序版本。请更新程序，或者从备份恢复。"),
            f"The database at {_place()} was made by a newer version of this program. "
            "Update the program, or restore a backup.",
        )
    if condition is not Condition.PRESENT:
        try:
            flask_migrate.upgrade()
        except SQLAlchemyError as error:
            raise _unreachable(error) from error
    return condition


def check_key() -> None:
    """Read one encrypted value back. Raises NotReady if it was written under another SECRET_KEY."""
    with db.engine.connect() as connection:
        try:
            connection.scalar(select(Volunteer.mobile).order_by(Volunteer.id).limit(1))
        except UNREADABLE as error:
            raise _wrong_key() from error


def _wrong_key() -> NotReady:
    return NotReady(
        N_("数据库里的个人信息是用另一个密钥加密的。请恢复原来的 SECRET_KEY（开发环境是 instance/secret.key）。"),
        f"The personal data at {_place()} is encrypted under another key. "
        "Restore the original SECRET_KEY (in development: instance/secret.key).",
    )


def _unreachable(error: Exception) -> NotReady:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if isinstance(error, DatabaseError) and "not a database" in cause:
        return NotReady(
            N_("这个文件不是数据库，或者已经损坏。请把它移开后重新启动，或者从备份恢复。"),
            f"{_place()} is not a database, or is damaged. Move it away and start again, or restore a backup.",
        )
    return NotReady(N_("数据库打不开，或者不能写入。"), f"The database at {_place()} cannot be used: {cause}")


def _place() -> str:
    """Return where the database is, without its password."""
    return str(sqlite_file(db.engine) or db.engine.url.render_as_string(hide_password=True))
