"""The figures as one would write them in plain SQL over register and ledger, in two good forms.

Which is the better one depends on the question: `ONCE` sums the ledger up for everybody, `EACH` goes from the
people of a division through the ledger's covering index (volunteer_id, service_on, recorded_at, hours_class,
minutes). A question is compared with whichever is faster for it. Equal numbers are a condition: `differences`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from volunteer_hub.core.db import UtcDateTime
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.question import Question

_BY_CLASS = ", ".join(f"SUM(CASE hours_class WHEN '{it}' THEN minutes ELSE 0 END) AS {it.lower()}" for it in "ABCD")
_LINES = "recorded_at <= :instant AND service_on BETWEEN :since AND :until"
_PEOPLE = "s.since <= :instant AND s.until > :instant AND s.region_code BETWEEN :first AND :last"
_COUNTS = """COUNT(*), SUM(CASE WHEN a * :in_a + b * :in_b + c * :in_c + d * :in_d > 0 THEN 1 ELSE 0 END),
           SUM(CASE WHEN a + b + c + d > 0 THEN 1 ELSE 0 END),
           COALESCE(SUM(a), 0), COALESCE(SUM(b), 0), COALESCE(SUM(c), 0), COALESCE(SUM(d), 0)"""

ONCE = f"""
    SELECT SUBSTR(s.region_code, 1, {{length}}), s.assurance, {_COUNTS}
    FROM standings s LEFT JOIN (
        SELECT volunteer_id, {_BY_CLASS} FROM hours_entries WHERE {_LINES} GROUP BY volunteer_id
    ) served ON served.volunteer_id = s.volunteer_id
    WHERE {_PEOPLE} GROUP BY 1, 2"""

EACH = f"""
    SELECT SUBSTR(region_code, 1, {{length}}), assurance, {_COUNTS}
    FROM (
        SELECT s.id, s.region_code, s.assurance, {_BY_CLASS}
        FROM standings s LEFT JOIN hours_entries e ON e.volunteer_id = s.volunteer_id AND {_LINES}
        WHERE {_PEOPLE} GROUP BY s.id, s.region_code, s.assurance
    ) people GROUP BY 1, 2"""

FORMS = {"once": ONCE, "each": EACH}
Rows = Sequence[Any]


@dataclass(frozen=True)
class Statement:
    """A question in one of the forms, with its values."""

    form: str
    clause: TextClause
    values: dict[str, object]

    def run(self, connection: Connection) -> Rows:
        """Send it and fetch everything."""
        return connection.execute(self.clause, self.values).all()


def statements(question: Question, parts: Sequence[Cell]) -> list[Statement]:
    """Return a question about a division and its parts in every form."""
    prefix = region_prefix(question.region)
    values: dict[str, object] = {
        "instant": question.as_of,
        "since": question.since or date(1, 1, 1),
        "until": question.until or date(9999, 12, 31),
        "first": prefix.ljust(12, "0"),
        "last": prefix.ljust(12, "9"),
        **{f"in_{kind.lower()}": int(kind in question.classes) for kind in HoursClass},
    }
    length = max((len(region_prefix(part.code)) for part in parts if not part.rest), default=12)
    instant = bindparam("instant", type_=UtcDateTime())
    return [
        Statement(form, text(sql.format(length=length)).bindparams(instant), values) for form, sql in FORMS.items()
    ]


def differences(answer: Answer, rows: Rows) -> list[str]:
    """Return what the rows say otherwise than an answer: of the division and each of its parts."""
    by_place: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_place[row[0]].append(row)
    wrong = []
    for cell in answer.cells:
        if cell.rest:
            continue
        of_it = [row for place, of in by_place.items() if place.startswith(region_prefix(cell.code)) for row in of]
        if cell is answer.whole:
            of_it = list(rows)
        counted = [row for row in of_it if row[1] >= cell.counted_assurance]
        sums = [sum(int(row[n]) for row in counted) for n in range(2, 9)]
        minutes = dict(zip(HoursClass, sums[3:], strict=True))
        said = [cell.registered, cell.with_hours, cell.participants, *cell.class_minutes.values()]
        found = [*sums[:3], *(minutes[kind] for kind in cell.class_minutes)]
        if said != found:
            wrong.append(f"{cell.code}: {said} for {found}")
    return wrong
