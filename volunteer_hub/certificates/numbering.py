"""Numbers of certificates: the unit's prefix, the year, and a serial without gaps: 220403S0005-2026-00001."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_hub.certificates.models import CertificateSeries, RecordingUnit
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import upsert


def number(unit: RecordingUnit, year: int, serial: int) -> str:
    """Return a number as it is printed."""
    return f"{unit.prefix}-{year}-{serial:05d}"


def expected(unit: RecordingUnit, year: int) -> int:
    """Return the serial that comes next if nobody is faster."""
    last = db.session.scalar(
        select(CertificateSeries.last).where(CertificateSeries.unit_id == unit.id, CertificateSeries.year == year)
    )
    return (last or 0) + 1


def take(unit: RecordingUnit, year: int) -> int:
    """Take the next serial of a unit and year in the caller's transaction.

    One statement counts and reads, so two issuers wait for one another; an issue that is undone gives its
    serial back, and so there are no gaps.
    """
    table = table_of(CertificateSeries)
    serial: int | None = db.session.scalar(
        upsert(db.session, table)
        .values(unit_id=unit.id, year=year, last=1)
        .on_conflict_do_update(index_elements=["unit_id", "year"], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    if serial is None:
        raise RuntimeError("a series gave no number")
    return serial
