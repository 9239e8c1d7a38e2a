"""Finds what is held about one person, table by table, as `holdings` declares it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, false, func, literal, or_, select, union_all

from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.rights.declaring import About, Group, Way
from volunteer_hub.rights.holdings import HOLDINGS
from volunteer_hub.rights.models import Erasure, RequestKind, RequestState, RightsRequest
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer

#: How many open requests an office's list shows.
MOST = 500


@dataclass(frozen=True)
class Subject:
    """Whose data it is: the volunteer's ids, those merged into it among them, and the accounts'."""

    volunteers: tuple[int, ...]
    accounts: tuple[int, ...]

    @property
    def volunteer_id(self) -> int | None:
        """Return the volunteer who stands for all of them."""
        return self.volunteers[0] if self.volunteers else None


def subject_of(volunteer: Volunteer) -> Subject:
    """Return a volunteer with everybody who was merged into them: all of it is one person."""
    found, known = [volunteer], {volunteer.id}
    while below := db.session.scalars(
        select(Volunteer)
        .where(Volunteer.merged_into_id.in_(known), Volunteer.id.not_in(known))
        .order_by(Volunteer.id)
    ).all():
        found += below
        known |= {one.id for one in below}
    accounts = tuple(one.account_id for one in found if one.account_id is not None)
    return Subject(tuple(one.id for one in found), accounts)


def subject_of_account(account_id: int) -> Subject:
    """Return whose data an account may see: its volunteer's, or only its own where it has none."""
    volunteer = volunteers.find_by_account(account_id)
    return subject_of(volunteer) if volunteer else Subject((), (account_id,))


def about(subject: Subject, table: Table, ways: Sequence[Way]) -> ColumnElement[bool]:
    """Return the condition that a row of the table is about the person, by any of these ways."""
    return or_(false(), *(_by(subject, table, way) for way in ways))


def _by(subject: Subject, table: Table, way: Way) -> ColumnElement[bool]:
    column = table.c[way.column]
    if way.holds == "volunteer":
        return column.in_(subject.volunteers)
    if way.holds == "account":
        return column.in_(subject.accounts)
    other = db.metadata.tables[way.holds]
    declared = HOLDINGS[way.holds]
    if not isinstance(declared, About):
        raise TypeError(f"{way.holds} holds nothing about people")
    return column.in_(select(other.c[way.key]).where(about(subject, other, declared.ways)))


def declared_tables() -> Iterator[tuple[Table, About]]:
    """Yield every table of this deployment that is about people, in the order of the page."""
    order = {group: place for place, group in enumerate(Group)}
    lines = [
        (name, line) for name, line in HOLDINGS.items() if isinstance(line, About) and name in db.metadata.tables
    ]
    for name, line in sorted(lines, key=lambda pair: order[pair[1].group]):
        yield db.metadata.tables[name], line


def count_by_group(subject: Subject) -> Counter[Group]:
    """Return how many rows each group holds about the person, in one statement."""
    tables = list(declared_tables())
    counts = union_all(
        *(
            select(literal(line.group.value).label("of"), func.count().label("rows"))
            .select_from(table)
            .where(about(subject, table, (*line.ways, *line.also)))
            for table, line in tables
        )
    )
    found: Counter[Group] = Counter()
    for of, rows in db.session.execute(counts):
        found[Group(of)] += rows
    return found


def rows_about(subject: Subject, table: Table, line: About) -> list[dict[str, Any]]:
    """Return the rows of one table about the person as they may be given out.

    Left out are secrets, and the numbers of other people and accounts: who of the staff it was is their business.
    """
    shown = [column for column in table.columns if column.name not in {*line.burnt, *line.sealed, *line.found_by}]
    key = list(table.primary_key.columns)
    found = db.session.execute(
        select(*shown).where(about(subject, table, (*line.ways, *line.also))).order_by(*key)
    ).mappings()
    whose = {column.name: _names(column.name, table) for column in shown}
    return [{name: _own(value, whose[name], subject) for name, value in row.items()} for row in found]


def _names(column: str, table: Table) -> str:
    """Return whose number a column holds: `account`, `volunteer` or nobody's."""
    targets = {key.column.table.name for key in table.c[column].foreign_keys}
    if "accounts" in targets or (table.name == "accounts" and column == "id"):
        return "account"
    if "volunteers" in targets or (table.name == "volunteers" and column == "id"):
        return "volunteer"
    is_number = table.c[column].type.python_type is int
    return "account" if is_number and column.endswith(("_by", "account_id")) else ""


def _own(value: Any, whose: str, subject: Subject) -> Any:
    if value is None or not whose:
        return value
    return "self" if value in (subject.accounts if whose == "account" else subject.volunteers) else "other"


def list_requests(volunteer_id: int) -> Sequence[RightsRequest]:
    """Return a person's own requests, the newest first."""
    return db.session.scalars(
        select(RightsRequest).where(RightsRequest.volunteer_id == volunteer_id).order_by(RightsRequest.id.desc())
    ).all()


def find_open(volunteer_id: int, kind: RequestKind) -> RightsRequest | None:
    """Return a person's open request of a kind."""
    return db.session.scalar(
        select(RightsRequest).where(
            RightsRequest.volunteer_id == volunteer_id,
            RightsRequest.kind == kind,
            RightsRequest.state == RequestState.OPEN,
        )
    )


def list_register(scope: Scope) -> Sequence[AnyRow]:
    """Return the requests of a scope with whose they are: the open ones by their day, then the latest closed ones."""
    inside = scope.where(region=RightsRequest.region_code)
    statement = select(RightsRequest, Volunteer).join(Volunteer, Volunteer.id == RightsRequest.volunteer_id)
    waiting = db.session.execute(
        statement.where(inside, RightsRequest.state == RequestState.OPEN)
        .order_by(RightsRequest.due_on, RightsRequest.id)
        .limit(MOST)
    ).all()
    closed = db.session.execute(
        statement.where(inside, RightsRequest.state != RequestState.OPEN)
        .order_by(RightsRequest.closed_at.desc(), RightsRequest.id.desc())
        .limit(50)
    ).all()
    return [*waiting, *closed]


def get_request(scope: Scope, request_id: int) -> RightsRequest:
    """Return a request of the scope. Raises NotFound."""
    found = db.session.scalar(
        select(RightsRequest).where(RightsRequest.id == request_id, scope.where(region=RightsRequest.region_code))
    )
    if found is None:
        raise NotFound
    return found


def is_erased(volunteer_id: int) -> bool:
    """Tell whether somebody has been erased."""
    return db.session.get(Erasure, volunteer_id) is not None
