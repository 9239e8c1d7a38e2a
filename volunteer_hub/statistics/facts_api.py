"""Services counted along one dimension, as JSON."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, request

from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.statistics import facts_showing, queries
from volunteer_hub.statistics.facts import facts
from volunteer_hub.statistics.facts_question import parse_facts
from volunteer_hub.web.access import require, scope
from volunteer_hub.web.errors import problem
from volunteer_hub.web.i18n import say

pages = Blueprint("facts_api", __name__)


@pages.get("/api/v1/statistics/facts")
@require(Permission.SEE_STATISTICS)
def show() -> Response:
    """Answer one question. Bad arguments are 422 and name the parameter; 404 is unknown and unreadable alike."""
    seen = scope(Permission.SEE_STATISTICS)
    start = queries.find_start(seen, current_app.config["HOME_REGION"])
    if start is None:
        raise NotFound
    try:
        asked = parse_facts(request.args.to_dict(flat=False), default_region=start, now=clock.now())
    except Unprocessable as refusal:
        return problem(422, refusal.code, say(refusal.message, refusal.params), parameter=refusal.field)
    return jsonify(facts_showing.as_json(facts(asked, seen)))
