"""Makes enrolled devices as they would stand, and scans they sent."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from tests.makers.checkin import Door
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import TokenKind
from volunteer_hub.activities.models import Shift
from volunteer_hub.checkin.models import Device, Direction, EntryPoint, Outcome, Scan
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction

_serial = itertools.count(1)


def make_device(
    door: Door,
    name: str = "门口手机",
    *,
    account_id: int | None = None,
    last_seen_at: datetime | None = None,
    unsent: int = 0,
    oldest_unsent_at: datetime | None = None,
) -> Device:
    """Return an enrolled device of the door's operator, or of another account."""
    enrolled_at = door.shift.starts_at - timedelta(days=30)
    with transaction():
        token, _ = accounts.issue_token(
            COMMAND_LINE, account_id or door.operator.id, TokenKind.DEVICE, name, now=enrolled_at
        )
        device = Device(
            id=token.id,
            public_key=f"key{next(_serial)}",
            enrolled_at=enrolled_at,
            enrolled_by=door.operator.id,
            last_seen_at=last_seen_at,
            unsent=unsent,
            oldest_unsent_at=oldest_unsent_at,
        )
        db.session.add(device)
    return device


def make_scan(
    shift: Shift,
    at: datetime,
    *,
    outcome: Outcome = Outcome.ACCEPTED,
    reason: str = "checked_in",
    device: Device | None = None,
    seq: int | None = None,
) -> Scan:
    """Return a scan as it was stored, of nobody in particular."""
    with transaction():
        scan = Scan(
            nonce=f"{next(_serial):032d}",
            payload_digest="0" * 64,
            direction=Direction.IN,
            entry_point=EntryPoint.MANAGER_SCAN,
            code="h1",
            shift_id=shift.id,
            device_id=device.id if device else None,
            device_seq=seq,
            scanned_at=at,
            received_at=at,
            outcome=outcome,
            reason=reason,
            details={},
        )
        db.session.add(scan)
    return scan
