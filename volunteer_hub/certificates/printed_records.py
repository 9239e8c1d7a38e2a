"""What the code on a self-printed record says, sealed into its own address: nothing is kept of a record.

The address can neither be guessed nor read: whom and which time it is about is encrypted in it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime

from volunteer_hub.certificates import services
from volunteer_hub.certificates.services import Period
from volunteer_hub.core import crypto
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import Volunteer

PURPOSE = "service-record"
ABOUT = b"1"


@dataclass(frozen=True)
class Printed:
    """Whose record was printed, of which time, as of when, and what it came to."""

    volunteer_id: int
    period: Period
    as_of: datetime
    minutes: int
    times: int


@dataclass(frozen=True)
class Compared:
    """A printed record beside today's ledger. `holder` is None once the person has been erased."""

    printed: Printed
    holder: Volunteer
    is_unchanged: bool


def seal(printed: Printed) -> str:
    """Return the end of the address of a record's page."""
    said = [
        printed.volunteer_id,
        printed.period.since.isoformat(),
        printed.period.until.isoformat(),
        printed.as_of.isoformat(),
        printed.minutes,
        printed.times,
    ]
    sealed = crypto.seal_bytes(PURPOSE, json.dumps(said, separators=(",", ":")).encode(), ABOUT)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(written: str) -> Printed | None:
    """Return what `seal` was given, or None for anything else."""
    try:
        sealed = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
        said = json.loads(crypto.open_bytes(PURPOSE, sealed, ABOUT))
    except crypto.UNREADABLE:
        return None
    period = Period(date.fromisoformat(said[1]), date.fromisoformat(said[2]))
    return Printed(said[0], period, datetime.fromisoformat(said[3]), said[4], said[5])


def compare(printed: Printed) -> Compared | None:
    """Return a printed record beside the ledger as it is now; None where its holder is not known any more."""
    holder = db.session.get(Volunteer, printed.volunteer_id)
    if holder is None:
        return None
    covered = services.list_done(printed.volunteer_id, printed.period, known_at=printed.as_of)
    stands = services.still_stands(
        printed.volunteer_id, [one.entry_id for one in covered], printed.period
    ) and printed.minutes == services.total(covered)
    return Compared(printed, holder, stands)
