"""Holds what closes left behind to its sums and to the chain, from the stored bytes alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

_DOCUMENTS = """
    SELECT d.close_id, d.region_code, d.sequence, d.document, d.sha256, d.previous_sha256, d.pdf, d.pdf_sha256,
           c.content, c.digest, c.state, c.version, c.filed_by, c.reviewed_by
    FROM month_close_documents AS d JOIN month_closes AS c ON c.id = d.close_id
    ORDER BY d.region_code, d.sequence"""
_WITHOUT = """
    SELECT c.id FROM month_closes AS c LEFT JOIN month_close_documents AS d ON d.close_id = c.id
    WHERE (c.closed_at IS NOT NULL) <> (d.close_id IS NOT NULL) ORDER BY c.id"""
_TRAIL = """
    SELECT object_id, details FROM audit_entries
    WHERE object_type = 'month_close' AND action = 'month_close.close'"""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one close."""

    close_id: int
    says: str


@dataclass(frozen=True)
class Report:
    """How many documents were looked at, and what is wrong with them."""

    checked: int
    faults: tuple[Fault, ...]


def verify(connection: Connection) -> Report:
    """Recompute every sum and follow every chain, in the one transaction of the connection."""
    trail = {row.object_id: _details(row.details) for row in connection.execute(text(_TRAIL))}
    alone = connection.execute(text(_WITHOUT)).scalars()
    faults = [Fault(close_id, "the month and its document do not go together") for close_id in alone]
    checked, before = 0, None
    for row in connection.execute(text(_DOCUMENTS)):
        checked += 1
        if before is not None and before.region_code != row.region_code:
            before = None
        faults += [Fault(row.close_id, says) for says in _faults(row, before, trail.get(str(row.close_id)))]
        before = row
    return Report(checked, tuple(faults))


def _faults(row: Row[Any], before: Row[Any] | None, witnessed: dict[str, Any] | None) -> Iterator[str]:
    """Yield what is wrong with a document, given the one before it and what the trail says of it."""
    if _sum(row.document) != row.sha256:
        yield "the document is not the one that was kept"
    if _sum(row.pdf) != row.pdf_sha256:
        yield "the paper is not the one that was kept"
    if _sum(row.content) != row.digest:
        yield "the content is not the one that was signed"
    said = json.loads(row.document)
    if _canonical(said["content"]) != bytes(row.content) or said["digest"] != row.digest:
        yield "the document holds other figures than were signed"
    if [each["account"] for each in said["signatures"]] != [row.filed_by, row.reviewed_by]:
        yield "the document names other signers"
    expected = before and {"sha256": before.sha256, "pdf_sha256": before.pdf_sha256}
    if said["previous"] != expected or row.previous_sha256 != (before.sha256 if before else None):
        yield "the chain to the document before is broken"
    if row.sequence != (before.sequence + 1 if before else 1):
        yield "a document before is missing"
    kept = witnessed and (witnessed.get("sha256"), witnessed.get("pdf_sha256"))
    if kept != (row.sha256, row.pdf_sha256):
        yield "the trail knows another document, or none"


def _sum(stored: bytes) -> str:
    return hashlib.sha256(stored).hexdigest()


def _canonical(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _details(stored: Any) -> dict[str, Any]:
    """Return a trail row's details: text where the engine keeps JSON as text."""
    read: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return read
