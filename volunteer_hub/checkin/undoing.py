"""Takes back a scan that was a mistake: the scan stays, a ruling joins it, and the sessions are derived anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import deriving
from volunteer_hub.checkin.models import RulingKind, Scan, ScanRuling
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turns
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_

#: For so long the one who scanned may take it back alone; later it takes a correction, and two people.
UNDO_WITHIN = timedelta(minutes=5)


def undo(actor: Actor, nonce: str, *, now: datetime) -> None:
    """Take back one's own scan. Doing it twice is doing it once.

    Raises NotFound for another operator's scan, DomainError `undo_too_late` and `undo_decided`.
    """
    scan = db.session.scalar(select(Scan).where(Scan.nonce == nonce))
    if scan is None or actor.account_id is None or scan.operator_account_id != actor.account_id:
        raise NotFound
    if scan.walk_in_id is not None:
        # A placeholder's scans are ruled on when it is claimed, and a scan is ruled on once.
        raise NotFound
    ruling = db.session.get(ScanRuling, scan.id)
    if ruling is not None and ruling.kind is RulingKind.UNDONE:
        return
    if now - scan.received_at > UNDO_WITHIN:
        raise DomainError("undo_too_late", N_("超过 5 分钟不能撤销，请走更正流程。"))
    if ruling is not None:
        raise DomainError("undo_decided", N_("这次扫码已经有人审核过，不能撤销。"))
    rule(actor, scan, RulingKind.UNDONE, "undone", now=now)


def rule(
    actor: Actor, scan: Scan, kind: RulingKind, reason: str, *, now: datetime, stated_at: datetime | None = None
) -> None:
    """Record a person's word on a scan, once for ever, and derive the sessions anew.

    The caller has asked whether the actor may. A second word on the same scan is an IntegrityError.
    """
    if actor.account_id is None:
        raise NotFound
    if scan.volunteer_id is not None:
        take_turns(db.session, [f"person:{scan.volunteer_id}"])
    db.session.add(
        ScanRuling(
            scan_id=scan.id, kind=kind, ruled_at=now, ruled_by=actor.account_id, reason=reason, stated_at=stated_at
        )
    )
    db.session.flush()
    audit.record(actor, f"checkin.scan_{kind.value}", "scan", scan.id, now=now, reason=reason)
    if scan.volunteer_id is not None:
        deriving.again(actor, scan.volunteer_id, stated_at or min(scan.scanned_at, scan.received_at), now=now)
