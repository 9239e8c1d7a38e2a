"""Turns an answer into what is shown and spoken: words in the reader's language, times by the wall clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from volunteer_hub.checkin.answers import REDUCTIONS, WORDS
from volunteer_hub.checkin.decision import UNFORESEEN
from volunteer_hub.checkin.items import Answer
from volunteer_hub.checkin.models import Outcome
from volunteer_hub.checkin.parsing import Unreadable
from volunteer_hub.core.text import N_
from volunteer_hub.web.filters import clock_time, hours
from volunteer_hub.web.i18n import say


def shown(answer: Answer) -> dict[str, Any]:
    """Return an answer as the API and the result page give it."""
    details = answer.details
    key = _words_key(answer)
    headline, explanation = WORDS[key]
    by = say(N_("（%(by)s 扫的）"), {"by": details["by"]}) if details.get("by") else ""
    first_at = _time(details.get("at"))
    params = {
        "at": first_at or clock_time(answer.at),
        "by": by,
        "place": details.get("place", ""),
        "hours": hours(details.get("minutes")),
        "reason": say(WORDS[answer.reason][0]),
        "why": say(N_("、")).join(say(REDUCTIONS[key]) for key in details.get("why", ()) if key in REDUCTIONS),
    }
    return {
        "nonce": answer.nonce,
        "stored": not answer.contradicts,
        "outcome": answer.outcome.value,
        "reason": answer.reason,
        "headline": say(headline),
        "explanation": say(explanation, params),
        "name": answer.name,
        "number": answer.number,
        "team": answer.team,
        "at": clock_time(answer.at),
        "minutes": details.get("minutes"),
        "first_at": first_at,
        "first_by": details.get("by") or None,
    }


def unreadable(item: Unreadable) -> dict[str, Any]:
    """Return the answer to a signed scan that cannot be read: it is not stored, and the device keeps it."""
    headline, explanation = WORDS["unreadable"]
    return {
        "nonce": item.nonce,
        "stored": False,
        "outcome": Outcome.REFUSED.value,
        "reason": "unreadable",
        "headline": say(headline),
        "explanation": say(explanation, {"field": item.field}),
    }


def _words_key(answer: Answer) -> str:
    if answer.details.get("late"):
        return f"{answer.reason}_late"
    if answer.reason == "checked_out" and not answer.details.get("minutes"):
        return "checked_out_nothing"
    if answer.outcome is Outcome.PENDING and answer.reason in UNFORESEEN:
        return "told_otherwise"
    return answer.reason


def _time(text: str | None) -> str | None:
    return clock_time(datetime.fromisoformat(text)) if text else None
