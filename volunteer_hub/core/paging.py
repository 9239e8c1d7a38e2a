"""One page of many rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from volunteer_hub.core.db import AnySelect

AnySession = Session | scoped_session[Any]
T = TypeVar("T")


#: Nobody leafs further; it keeps a number of thirty digits away from the database.
FURTHEST = 100_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page with the total count; pages are numbered from 1."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """Return the number of the last page, at least 1."""
        return max(1, -(-self.total // self.size))

    def map(self, change: Callable[[T], Any]) -> Page[Any]:
        """Return the same page with each item changed."""
        return Page([change(item) for item in self.items], self.number, self.size, self.total)


def page_of(
    session: AnySession, statement: AnySelect, number: int, size: int = 50, *, total: int | None = None
) -> Page[Any]:
    """Run a SELECT for one page: whole rows if it selects several columns, else the entities.

    `total` is given where the caller counts all of them in a better way.
    """
    number = min(max(1, number), FURTHEST)
    if total is None:
        total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session.execute(statement.limit(size).offset((number - 1) * size))
    single = len(statement.column_descriptions) == 1
    return Page(rows.scalars().all() if single else rows.all(), number, size, total)
