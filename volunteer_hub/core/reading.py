"""How each engine is led to read much of a table, where it would choose badly by itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, func, literal

from volunteer_hub.core.dialect import AnySession, name
from volunteer_hub.core.scope import AnyColumn


def read_in_order(session: AnySession, statement: Select[*tuple[Any, ...]], *columns: AnyColumn) -> Subquery:
    """Return lines that are about to be added up, read in the order of what they are added up by.

    PostgreSQL would keep a table of everybody in memory and visit it at random, line by line, at three times the
    cost of an index in that order; and so it does unless told. SQLite adds up along an index by itself.
    """
    ordered = statement.order_by(*columns) if name(session) == "postgresql" else statement
    return ordered.subquery("lines")


def days_later(session: AnySession, column: AnyColumn, days: int) -> ColumnElement[Any]:
    """Return the civil date so many days after a column of civil dates, to be compared as text."""
    if name(session) == "postgresql":
        return column.expression + literal(days, Integer)
    return func.date(column, f"+{days} days")
