"""The dry run: reads the file, settles every row's outcome, and writes nothing but the import's own rows.

Resumable by beginning anew: rows of an interrupted run are removed first, and nobody else has seen them.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select

from volunteer_hub.core import clock, crypto
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import write_many
from volunteer_hub.imports import headings, matching, past_hours
from volunteer_hub.imports.found import Found, row_of
from volunteer_hub.imports.headings import Guess
from volunteer_hub.imports.models import Basis, Import, ImportKind, ImportPiece, ImportRow, ImportState, Outcome
from volunteer_hub.imports.places import Places
from volunteer_hub.imports.reading import Reading, refusal
from volunteer_hub.imports.roster import Problems, RosterRules, as_payload, paper_texts, read_person
from volunteer_hub.imports.team_names import TeamNames
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages

#: Rows in one transaction, and of the sample for the page on which columns are corrected.
BATCH = 500
SAMPLE_ROWS = 5
Cells = list[Any]


@dataclass
class Staging:
    """What one dry run needs to know from batch to batch."""

    import_id: int
    kind: ImportKind
    mapping: dict[str, int]
    rules: RosterRules
    places: Places
    teams: TeamNames
    counts_minutes: bool
    counts: Counter[str] = field(default_factory=Counter)
    #: Over all rows so far, as they are kept.
    result: Any = field(default_factory=sha256)

    def mark(self) -> str:
        """Return the keyed hash of what the dry run found: without the key it tells nothing of anybody's number."""
        return crypto.blind_index("import-result", self.result.hexdigest())


def load_file(found: Import) -> bytes:
    """Return the uploaded file. Raises DomainError where it is gone."""
    pieces = db.session.scalars(
        select(ImportPiece.body).where(ImportPiece.import_id == found.id).order_by(ImportPiece.number)
    ).all()
    if not pieces:
        raise refusal("unreadable", {})
    return b"".join(base64.b64decode(piece) for piece in pieces)


def clear_rows(import_id: int, most: int = 5000) -> bool:
    """Remove rows of an earlier dry run, so many at a time; tell whether there may be more."""
    ids = select(ImportRow.id).where(ImportRow.import_id == import_id).limit(most)
    removed = db.session.execute(delete(ImportRow).where(ImportRow.id.in_(ids.scalar_subquery())))
    return bool(removed.rowcount)  # type: ignore[attr-defined]  # a DELETE has one; the annotation says Result


def look(found: Import, reading: Reading) -> tuple[Guess, Iterator[tuple[int, Cells]], int]:
    """Return the guess, the rows below the headings, and how many there are. Raises DomainError."""
    total = sum(1 for _ in reading.rows())
    first = list(itertools.islice(reading.rows(), headings.TITLE_ROWS + SAMPLE_ROWS))
    guess = headings.guess(found.kind, [cells for _, cells in first])
    if found.header_row is not None:
        place = next((place for place, (number, _) in enumerate(first) if number == found.header_row), guess.place)
        words = tuple(cell if isinstance(cell, str) else "" for cell in first[place][1])
        guess = Guess(place, words, guess.mapping, guess.repeated)
    rows = itertools.islice(reading.rows(), guess.place + 1, None)
    found.sample = json.dumps(
        {"headings": guess.headings, "rows": [cells for _, cells in first[guess.place + 1 :][:SAMPLE_ROWS]]},
        ensure_ascii=False,
    )
    found.header_row = first[guess.place][0]
    found.noticed = {**reading.ended.get("noticed", {}), "repeated": list(guess.repeated)}
    found.rows_total, found.rows_done = total - guess.place - 1, 0
    if found.mapping is None:
        found.mapping = dict(guess.mapping)
    return guess, rows, found.rows_total


def begin(found: Import, ages: Ages, *, now: datetime) -> Staging | None:
    """Return a dry run of a file whose columns are known; None where somebody has to say them first."""
    mapping = found.mapping or {}
    if not found.rows_total:
        raise refusal("empty", {})
    if any(name not in mapping for name in headings.NEEDED[found.kind]):
        found.state = ImportState.MAPPING
        return None
    words = json.loads(found.sample or "{}").get("headings", [])
    place = mapping.get("duration", -1)
    paper_on = found.consent_on if found.basis is Basis.PAPER else None
    places = Places(found.area_code, found.region_code)
    return Staging(
        found.id,
        found.kind,
        mapping,
        RosterRules(ages, clock.civil_date(now), paper_texts(found.holder), paper_on, places.find),
        places,
        TeamNames(found.area_code),
        headings.counts_minutes(words[place]) if 0 <= place < len(words) else False,
    )


def stage(work: Staging, batch: Sequence[tuple[int, Cells]], *, now: datetime) -> None:
    """Settle and keep a batch of rows, in the caller's transaction."""
    rows = [Found(number, cells) for number, cells in batch]
    if work.kind is ImportKind.ROSTER:
        for row in rows:
            _read_person(row, work)
        matching.match(work.import_id, rows)
    else:
        for row in rows:
            said = row_of(row.cells, work.mapping)
            past_hours.read_hours(row, said, work.rules.today, counts_minutes=work.counts_minutes)
        past_hours.match_hours(work.import_id, rows, work.places, now=now)
    written = [row.values(work.import_id) for row in rows]
    write_many(db.session, table_of(ImportRow), list(written[0]), [tuple(values.values()) for values in written])
    for values in written:
        work.result.update(repr(tuple(values.values())).encode())
    found = db.session.get_one(Import, work.import_id)
    work.counts.update(row.outcome.value for row in rows)
    if work.kind is ImportKind.ROSTER:
        work.counts["to_invite"] += sum(
            1 for row in rows if row.outcome is Outcome.NEW and row.payload and not row.payload["paper_on"]
        )
    found.rows_done += len(rows)
    found.counts = dict(work.counts)


def _read_person(row: Found, work: Staging) -> None:
    problems = Problems()
    person = read_person(row_of(row.cells, work.mapping), work.rules, problems)
    team_id = problems.attempt(lambda: work.teams.find(person.team)) if person else None
    for refused in problems.refusals:
        row.refuse(refused)
    if person is None or problems.refusals:
        return
    row.reasons += [[sentence, params, ""] for sentence, params in problems.remarks]
    row.document_index = volunteers.document_index(*person.index)
    row.payload = {**as_payload(person), "team_id": team_id}
