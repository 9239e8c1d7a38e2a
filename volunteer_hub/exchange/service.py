"""The one change this room makes: the trail of who took which figures or people out of the system."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.statistics.question import Question


def record_download(
    actor: Actor, what: str, question: Question, *, now: datetime, kind: str, having: str | None = None
) -> None:
    """Record a download: `what` is ratios or people, `kind` csv or xlsx."""
    audit.record(
        actor,
        "exchange.download",
        what,
        question.region,
        now=now,
        region=question.region,
        kind=kind,
        having=having,
        question=question.args(),
    )
