"""The one change this room makes: the trail of who opened whom."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.scope import Scope
from volunteer_hub.statistics.evidence import get_person
from volunteer_hub.statistics.question import Question


def open_person(actor: Actor, question: Question, scope: Scope, volunteer_id: int, *, now: datetime) -> None:
    """Record that somebody opened a person behind a figure. Raises NotFound outside the scope."""
    person = get_person(question, scope, volunteer_id)
    audit.record(
        actor,
        "statistics.open_person",
        "volunteer",
        volunteer_id,
        now=now,
        region=person.region_code,
        question=question.args(),
    )
