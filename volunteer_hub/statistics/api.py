"""The ratios as JSON: for anybody where the area publishes them, else for who may see statistics there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING, Scope
from volunteer_hub.statistics import definitions, queries, showing
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.question import Question, parse
from volunteer_hub.web.access import public, scope
from volunteer_hub.web.errors import problem
from volunteer_hub.web.i18n import say
from volunteer_hub.web.limits import limiter

pages = Blueprint("statistics_api", __name__)


@pages.get("/api/v1/statistics/ratios")
@public
@limiter.limit("120/minute")
def ratios() -> Response:
    """Answer one question. Bad arguments are 422 and name the parameter; 404 is unknown and unpublished alike."""
    try:
        question = parse(request.args.to_dict(flat=False), default_region="", now=clock.now())
    except Unprocessable as refusal:
        return problem(422, refusal.code, say(refusal.message, refusal.params), parameter=refusal.field)
    return jsonify(_document(queries.ratios(question, _readable(question))))


def _readable(question: Question) -> Scope:
    """Return where the asker may read aggregates: everywhere for a published area, which needs no sign-in."""
    held = scope(Permission.SEE_STATISTICS)
    if held.covers(region=question.region):
        return held
    if not queries.is_published(question.region):
        raise NotFound
    return EVERYTHING


def _document(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "question": {
            "region": question.region,
            "full_name": answer.full_name,
            "as_of": question.args()["as_of"],
            "from": question.since and question.since.isoformat(),
            "to": question.until and question.until.isoformat(),
            "classes": [kind.value for kind in question.classes],
            "base": question.base.value,
            "year": question.year,
        },
        "definitions": showing.definitions_json(),
        "region": showing.as_json(answer.whole),
        "children": [showing.as_json(cell) for cell in answer.parts],
        "note": say(definitions.NOT_ADDITIVE),
        "data_version": {"ledger": answer.version.ledger, "standings": answer.version.standings},
    }
