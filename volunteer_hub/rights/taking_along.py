"""A person's own data as a file: JSON for another program (format and version named), or a workbook to read."""

from __future__ import annotations

import base64
import enum
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from volunteer_hub.core.tabular import Column, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.rights import queries
from volunteer_hub.rights.declaring import Group
from volunteer_hub.rights.labels import GROUPS
from volunteer_hub.rights.looks import Look, list_looks
from volunteer_hub.rights.queries import Subject
from volunteer_hub.rights.words import COLUMNS

Say = Callable[[str], str]
FORMAT, VERSION = "volunteer-hub-personal-data", 1
#: A spreadsheet's cell holds no more.
CELL = 32_000


def collect(subject: Subject) -> dict[Group, dict[str, list[dict[str, Any]]]]:
    """Return everything held about a person that may be given out: by group, by table."""
    held: dict[Group, dict[str, list[dict[str, Any]]]] = {}
    for table, line in queries.declared_tables():
        rows = queries.rows_about(subject, table, line)
        if rows:
            held.setdefault(line.group, {})[table.name] = rows
    return held


def as_json(subject: Subject, say: Say, *, now: datetime) -> bytes:
    """Return the file for programs. Its shape changes only together with `version` (PIPL art. 45)."""
    held = collect(subject)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now,
        "groups": [
            {
                "key": group,
                "title": say(said.title),
                "what": say(said.what),
                "purpose": say(said.why),
                "legal_basis": say(said.basis),
                "source": say(said.source),
                "seen_by": say(said.seen_by),
                "kept": say(said.kept),
                "tables": held.get(group, {}),
            }
            for group, said in GROUPS.items()
        ],
        "identity_looks": [_look(look) for look in list_looks(subject)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=_plain).encode()


def as_sheets(subject: Subject, say: Say) -> Iterator[Sheet]:
    """Yield the workbook: what is held and why, then a sheet for each table that has something."""
    held = collect(subject)
    titles = (N_("类别"), N_("内容"), N_("用途"), N_("依据"), N_("来源"), N_("谁能看到"), N_("保存多久"), N_("条数"))
    yield Sheet(
        say(N_("总览")),
        [Column(say(title), width=24) for title in titles],
        [
            [
                *map(say, (said.title, said.what, said.why, said.basis, said.source, said.seen_by, said.kept)),
                str(sum(map(len, held.get(group, {}).values()))),
            ]
            for group, said in GROUPS.items()
        ],
    )
    for group, tables in held.items():
        for name, rows in tables.items():
            columns = [Column(say(COLUMNS.get(column, column)), width=18) for column in rows[0]]
            cells = [[_cell(value) for value in row.values()] for row in rows]
            yield Sheet(name[:31], columns, cells, title=f"{say(GROUPS[group].title)} · {name}")


def _look(look: Look) -> dict[str, Any]:
    offices = [{"role": office.role, "place": office.place} for office in look.offices]
    return {"at": look.at, "act": look.act, "reason": look.reason, "by": offices}


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, enum.Enum):
        return value.value
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return value[:CELL]
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_plain)[:CELL]
    return str(_plain(value))[:CELL]
