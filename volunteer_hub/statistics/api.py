"""The ratios as JSON: for who may see statistics; for anybody, small groups hidden, where the area publishes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.statistics import definitions, public_showing, publishing, queries, showing
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.question import parse
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
    held = scope(Permission.SEE_STATISTICS)
    if held.covers(region=question.region):
        answer = queries.ratios(question, held)
        return jsonify(_document(answer, [showing.as_json(cell) for cell in answer.cells]))
    public_answer = publishing.published(question)
    return jsonify(_document(public_answer.answer, [public_showing.as_json(cell) for cell in public_answer.cells]))


def _document(answer: Answer, cells: list[dict[str, Any]]) -> dict[str, Any]:
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
        "region": cells[0],
        "children": cells[1:],
        "note": say(definitions.NOT_ADDITIVE),
        "data_version": asdict(answer.version),
    }
