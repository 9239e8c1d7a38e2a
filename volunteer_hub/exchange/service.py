"""The one change this file makes: the trail of who took which figures or people out of the system."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.exchange.catalogue import Need, get_kind
from volunteer_hub.exchange.kinds import Format, Request


def record_download(actor: Actor, key: str, asked: Request, *, now: datetime, written: Format) -> None:
    """Record a download of a kind of the catalogue."""
    having = asked.having.value if Need.HAVING in get_kind(key).needs else None
    audit.record(
        actor,
        "exchange.download",
        key,
        asked.question.region,
        now=now,
        region=asked.question.region,
        kind=written.value,
        having=having,
        question=asked.args(),
    )


def record_shift_paper(
    actor: Actor, what: str, shift_id: int, region: str, *, now: datetime, written: Format
) -> None:
    """Record that a shift's attendance or sign-in sheet was taken out."""
    audit.record(actor, "exchange.download", what, shift_id, now=now, region=region, kind=written.value, having=None)
